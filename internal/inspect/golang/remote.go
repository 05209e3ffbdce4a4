package golang

import (
	"go/ast"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

const restyPath = "github.com/go-resty/resty"

// goRemoteCalls name other services, and things inside a service.
var goRemoteCalls = goCallTable{
	"net/http.Get":                       endpointAt(0),
	"net/http.Head":                      endpointAt(0),
	"net/http.Post":                      endpointAt(0),
	"net/http.PostForm":                  endpointAt(0),
	"net/http.NewRequest":                endpointAt(1),
	"net/http.NewRequestWithContext":     endpointAt(2),
	"net/http#Get":                       endpointAt(0),
	"net/http#Post":                      endpointAt(0),
	"net/http#Head":                      endpointAt(0),
	restyPath + "#SetBaseURL":            endpointAt(0),
	restyPath + "#SetHostURL":            endpointAt(0),
	restyPath + "#Get":                   endpointAt(0),
	restyPath + "#Post":                  endpointAt(0),
	"github.com/imroc/req.Get":           endpointAt(0),
	"github.com/gorilla/websocket#Dial":  endpointAt(0),
	"google.golang.org/grpc.Dial":        (*goFile).grpcTarget,
	"google.golang.org/grpc.NewClient":   (*goFile).grpcTarget,
	"google.golang.org/grpc.DialContext": (*goFile).grpcTarget,

	"cloud.google.com/go/storage#Bucket":                                               resourceAt("bucket", 0),
	"cloud.google.com/go/pubsub#Topic":                                                 resourceAt("topic", 0),
	"cloud.google.com/go/pubsub#Subscription":                                          resourceAt("topic", 0),
	"github.com/minio/minio-go#PutObject":                                              resourceAt("bucket", 1),
	"github.com/minio/minio-go#GetObject":                                              resourceAt("bucket", 1),
	"github.com/minio/minio-go#FPutObject":                                             resourceAt("bucket", 1),
	"github.com/minio/minio-go#MakeBucket":                                             resourceAt("bucket", 1),
	"github.com/minio/minio-go#BucketExists":                                           resourceAt("bucket", 1),
	"github.com/minio/minio-go#RemoveObject":                                           resourceAt("bucket", 1),
	"github.com/aws/aws-sdk-go-v2/config.WithRegion":                                   resourceAt("region", 0),
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob#NewContainerClient":          resourceAt("bucket", 0),
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus#NewSender":           resourceAt("queue", 0),
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus#NewReceiverForQueue": resourceAt("queue", 0),
}

func endpointAt(i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		if c.arg(i) == nil {
			return
		}
		text := f.leadOf(c.arg(i))
		if inspect.HTTPHost(text) == "" {
			return
		}
		if lit, _ := f.literalOf(c.arg(i)); lit != nil {
			if f.defaults[lit] {
				return
			}
			f.endpoints[lit] = true // not once more where the name is given it
		}
		f.emit(c.CallExpr, inspect.Endpoint{Via: c.via(), URL: inspect.LitOf(text)})
	}
}

// leadOf is the text of a literal, or the literal start of a text that is put
// together, when its whole host is in it.
func (f *goFile) leadOf(e ast.Expr) string {
	v := f.fold(e)
	if v.source() == inspect.Literal {
		text, _ := v.text()
		return text
	}
	if len(v) > 1 && v[0].Source == inspect.Literal && strings.Count(v[0].Text, "/") >= 3 {
		return v[0].Text
	}
	return ""
}

var hostAndPort = regexp.MustCompile(`^((dns|passthrough):///)?[A-Za-z][A-Za-z0-9.-]*:\d+$`)

// grpcTarget states the literal address of a service that is called by gRPC.
func (f *goFile) grpcTarget(c goCall) {
	i := 0
	if c.name == "DialContext" {
		i = 1
	}
	if v := f.fold(c.arg(i)).value(); v.IsLiteral() && hostAndPort.MatchString(v.Text) {
		f.emit(c.CallExpr, inspect.Endpoint{Via: c.via(), URL: v})
	}
}

func resourceAt(what string, i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) { f.resource(c.CallExpr, c.via(), what, c.arg(i)) }
}

func (f *goFile) resource(n ast.Node, via, what string, name ast.Expr) {
	if name == nil {
		return
	}
	if v := f.fold(name).value(); v.IsLiteral() && v.Text != "" && v.Secret == nil && !inspect.IsPlaceholder(v.Text) {
		f.emit(n, inspect.Resource{Via: via, What: what, Name: v})
	}
}

// resourceFields are fields of an SDK's inputs that name a thing inside a service.
var resourceFields = []struct{ field, what string }{
	{"Bucket", "bucket"}, {"QueueUrl", "queue"}, {"QueueName", "queue"}, {"TopicArn", "topic"}, {"TargetArn", "topic"}, {"TableName", "table"}, {"StreamName", "queue"}, {"FunctionName", "arn"}, {"SecretId", "arn"}, {"Region", "region"},
}

// sdkInput states what the input of a call of AWS's SDK names.
func (f *goFile) sdkInput(lit *ast.CompositeLit) {
	pkg, name := f.typeOrigin(lit.Type)
	if !strings.HasPrefix(pkg, "github.com/aws/aws-sdk-go") {
		return
	}
	for _, r := range resourceFields {
		f.resource(lit, pkg+"."+name, r.what, keyed(lit, r.field))
	}
}
