package jvm

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// writes are calls that write a file: the place of its path, -1 for the
// receiver.
var writes = map[string]int{
	"java.io.FileOutputStream": 0, "java.io.FileWriter": 0, "java.io.PrintWriter": 0, "java.io.PrintStream": 0, "java.io.RandomAccessFile": 0, "java.util.zip.ZipFile": -9, "java.io.File.createNewFile": -1,
	"java.nio.file.Files.write": 0, "java.nio.file.Files.writeString": 0, "java.nio.file.Files.newBufferedWriter": 0, "java.nio.file.Files.newOutputStream": 0, "java.nio.file.Files.copy": 1, "java.nio.file.Files.move": 1, "java.nio.file.Files.createFile": 0,
	"org.springframework.web.multipart.MultipartFile.transferTo": 0, "jakarta.servlet.http.Part.write": 0, "org.apache.commons.fileupload.FileItem.write": 0,
	"org.apache.commons.io.FileUtils.copyInputStreamToFile": 1, "org.apache.commons.io.FileUtils.writeByteArrayToFile": 0, "org.apache.commons.io.FileUtils.writeStringToFile": 0, "org.apache.commons.io.FileUtils.copyFile": 1, "org.apache.commons.io.FileUtils.write": 0,
	"org.apache.commons.io.FileUtils.copyURLToFile": 1, "com.google.common.io.Files.write": 1, "javax.imageio.ImageIO.write": 2, "org.springframework.util.FileCopyUtils.copy": 1, "net.sourceforge.stripes.action.FileBean.save": 0,
	"java.io.File.writeText": -1, "java.io.File.writeBytes": -1, "java.io.File.appendText": -1, "java.io.File.appendBytes": -1, "java.io.File.outputStream": -1, "java.io.File.printWriter": -1, "java.io.File.bufferedWriter": -1, "java.io.File.writer": -1, "java.io.File.copyTo": 0,
	"kotlin.io.path.writeText": -1, "kotlin.io.path.writeBytes": -1, "kotlin.io.path.appendText": -1, "kotlin.io.path.outputStream": -1, "kotlin.io.path.Path().writeText": -1, "java.nio.file.Path.of().writeText": -1, "java.nio.file.Paths.get().writeText": -1,
	"io.ktor.util.cio.writeChannel": -1, "java.io.File.writeChannel": -1,
}

// uploads are what a person gives.
var uploads = map[string]bool{
	"org.springframework.web.multipart.MultipartFile": true, "jakarta.servlet.http.Part": true, "org.springframework.http.codec.multipart.FilePart": true, "org.apache.commons.fileupload.FileItem": true, "net.sourceforge.stripes.action.FileBean": true,
	"io.ktor.http.content.PartData.FileItem": true, "io.javalin.http.UploadedFile": true, "io.vertx.ext.web.FileUpload": true, "io.micronaut.http.multipart.CompletedFileUpload": true, "io.micronaut.http.multipart.StreamingFileUpload": true,
	"org.jboss.resteasy.reactive.multipart.FileUpload": true, "org.glassfish.jersey.media.multipart.FormDataContentDisposition": true,
}

// fileCall states a write to the local file system. Temporary files are none:
// they are meant to be lost.
func (f *file) fileCall(c call) {
	place, known := writes[c.name]
	if !known && c.class == "" && c.on == "org.springframework.http.codec.multipart.FilePart" && c.method == "transferTo" {
		place, known = 0, true
	}
	if !known || place == -9 {
		return
	}
	path := c.arg(place)
	if place < 0 {
		path = c.recv
	}
	switch c.name {
	case "java.io.RandomAccessFile":
		if mode, _ := f.literal(c.arg(1)); !strings.Contains(mode, "w") {
			return
		}
	case "java.io.PrintWriter", "java.io.PrintStream": // around another stream
		if name := f.resolve(path); !f.evaluate(path).Has && name != "java.io.File" {
			return
		}
	case "java.nio.file.Files.copy": // (path, stream) reads
		if name := f.resolve(path); strings.Contains(name, "OutputStream") || strings.Contains(name, "getOutputStream") || strings.HasSuffix(path.Text(), "out") {
			return
		}
	case "org.springframework.util.FileCopyUtils.copy":
		if f.resolve(path) != "java.io.File" {
			return
		}
	case "javax.imageio.ImageIO.write":
		if f.resolve(path) != "java.io.File" {
			return
		}
	}
	if !path.OK() || f.temporary(path) || c.Is("constructor_invocation") {
		return
	}
	if f.debugOnly(c.Node) {
		return
	}
	fact := inspect.FileWrite{Via: f.via(c.name), Path: f.valueOf(path), Append: f.appends(c), Handler: f.handler(c.Node).OK(), Temporary: f.namesTemporary(path) || syntax.Removed(c.Node, path), Settings: inspect.NamesSettings(path.Text()) || inspect.NamesSettings(f.follow(path).Text()), Keeper: inspect.Keeper(syntax.FunctionName(c.Node))}
	fact.Upload = uploads[c.on] || f.givenUpload(c)
	f.state(c.Node, fact)
}

func (f *file) appends(c call) bool {
	switch c.name {
	case "java.io.FileOutputStream", "java.io.FileWriter":
		v, ok := f.literal(c.arg(len(c.args)-1, "append"))
		return ok && v == "true" && (len(c.args) > 1 || c.named["append"].OK())
	}
	if strings.HasPrefix(c.method, "append") {
		return true
	}
	for _, arg := range c.args {
		if strings.HasSuffix(arg.Text(), "StandardOpenOption.APPEND") || arg.Text() == "APPEND" || arg.Text() == "CREATE_NEW_APPEND" {
			return true
		}
	}
	return false
}

// givenUpload reports whether what is written comes from a person: an argument
// is an upload or is read from one. A stream is told by what is then written
// to it.
func (f *file) givenUpload(c call) bool {
	found := false
	look := func(n syntax.Node) {
		f.look(n, func(m syntax.Node) bool {
			if m.Is("identifier") && !found {
				found = uploads[f.resolve(m)]
			}
			return !found
		})
	}
	for _, arg := range c.args {
		look(arg)
		if made := f.follow(arg); made != arg && !found {
			look(made)
		}
	}
	if fn := up(c.Node, func(p syntax.Node) bool { return functionKinds[p.Kind()] || lambdaKinds[p.Kind()] }); !found && strings.HasSuffix(c.name, "OutputStream") {
		for _, p := range parameters(fn) {
			found = found || uploads[f.typeName(p.typ)]
		}
	}
	return found
}

// temporary reports whether a path is that of a temporary file.
func (f *file) temporary(path syntax.Node) bool {
	found := false
	check := func(n syntax.Node) {
		f.look(n, func(m syntax.Node) bool {
			if isCall(m) {
				c := f.callOf(m)
				found = found || c.method == "createTempFile" || c.method == "createTempDirectory" || c.method == "createTempDir"
			}
			if m.Is("string_literal") && strings.Contains(m.Text(), "java.io.tmpdir") {
				found = true
			}
			return !found
		})
	}
	check(path)
	for range 4 {
		next := f.follow(path)
		check(next)
		if !isCall(next) || found {
			break
		}
		c := f.callOf(next)
		if path = c.arg(0); !path.OK() {
			path = c.recv
		}
	}
	return found
}

// resources are calls that name a thing inside a backing service.
var resources = map[string]struct {
	what  string
	place int
}{
	"com.amazonaws.services.s3.AmazonS3.putObject": {"bucket", 0}, "com.amazonaws.services.s3.AmazonS3.getObject": {"bucket", 0}, "com.amazonaws.services.s3.AmazonS3.deleteObject": {"bucket", 0}, "com.amazonaws.services.s3.model.PutObjectRequest": {"bucket", 0}, "com.amazonaws.services.s3.model.GetObjectRequest": {"bucket", 0},
	"software.amazon.awssdk.services.s3.model.PutObjectRequest.builder().bucket": {"bucket", 0}, "software.amazon.awssdk.services.s3.model.GetObjectRequest.builder().bucket": {"bucket", 0}, "software.amazon.awssdk.services.s3.model.DeleteObjectRequest.builder().bucket": {"bucket", 0},
	"software.amazon.awssdk.services.s3.model.ListObjectsV2Request.builder().bucket": {"bucket", 0}, "io.minio.PutObjectArgs.builder().bucket": {"bucket", 0}, "io.minio.GetObjectArgs.builder().bucket": {"bucket", 0}, "io.minio.MakeBucketArgs.builder().bucket": {"bucket", 0},
	"com.google.cloud.storage.BlobId.of": {"bucket", 0}, "com.google.cloud.storage.BlobInfo.newBuilder": {"bucket", 0}, "software.amazon.awssdk.regions.Region.of": {"region", 0}, "com.amazonaws.regions.Regions.fromName": {"region", 0},
	"com.amazonaws.services.s3.AmazonS3ClientBuilder.standard().withRegion": {"region", 0}, "com.amazonaws.services.sqs.AmazonSQSClientBuilder.standard().withRegion": {"region", 0},
	"software.amazon.awssdk.services.s3.S3Client.builder().region": {"region", 0}, "software.amazon.awssdk.services.sqs.SqsClient.builder().region": {"region", 0}, "software.amazon.awssdk.services.dynamodb.DynamoDbClient.builder().region": {"region", 0},
	"software.amazon.awssdk.services.sqs.model.SendMessageRequest.builder().queueUrl": {"queue", 0}, "software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest.builder().queueUrl": {"queue", 0}, "com.amazonaws.services.sqs.AmazonSQS.sendMessage": {"queue", 0},
	"com.amazonaws.services.sqs.AmazonSQS.receiveMessage": {"queue", 0}, "software.amazon.awssdk.services.sns.model.PublishRequest.builder().topicArn": {"arn", 0}, "com.amazonaws.services.sns.AmazonSNS.publish": {"arn", 0},
	"org.springframework.kafka.core.KafkaTemplate.send": {"topic", 0}, "org.apache.kafka.clients.producer.ProducerRecord": {"topic", 0}, "org.springframework.amqp.rabbit.core.RabbitTemplate.convertAndSend": {"queue", 0}, "org.springframework.jms.core.JmsTemplate.convertAndSend": {"queue", 0},
	"com.rabbitmq.client.Channel.basicConsume": {"queue", 0}, "com.rabbitmq.client.Channel.queueDeclare": {"queue", 0}, "org.springframework.amqp.core.Queue": {"queue", 0}, "io.awspring.cloud.sqs.operations.SqsTemplate.send": {"queue", 0},
	"org.apache.kafka.clients.consumer.KafkaConsumer.subscribe": {"topic", 0}, "software.amazon.awssdk.services.dynamodb.model.PutItemRequest.builder().tableName": {"table", 0}, "software.amazon.awssdk.services.dynamodb.model.GetItemRequest.builder().tableName": {"table", 0},
	"com.google.pubsub.v1.TopicName.of": {"topic", 1}, "com.google.pubsub.v1.ProjectSubscriptionName.of": {"queue", 1},
}

// resourceCall states a literal bucket, queue, topic or region.
func (f *file) resourceCall(c call) {
	r, known := resources[c.name]
	if !known {
		return
	}
	at := f.follow(c.arg(r.place))
	name := f.evaluate(at)
	if r.what == "region" && !name.Has { // Region.US_EAST_1
		if member := lastWord(at); at.Is("field_access", "navigation_expression") && strings.Contains(f.resolve(at), ".Region") && strings.ToUpper(member) == member {
			name = fold.Literal(strings.ToLower(strings.ReplaceAll(member, "_", "-")))
		}
	}
	if name.Source == inspect.Literal && name.Text != "" {
		f.state(c.Node, inspect.Resource{Via: strings.ReplaceAll(f.via(c.name), ".builder", ""), What: r.what, Name: name.Kept(false)})
	}
}

// namesTemporary reports whether a path, or what it was made of, is named for
// what may be lost.
func (f *file) namesTemporary(path syntax.Node) bool {
	return inspect.NamesTemporary(path.Text()) || inspect.NamesTemporary(f.follow(path).Text())
}
