package golang

import (
	"go/ast"
	"reflect"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
)

// goEnvLoaders are the packages that fill tagged structs from the environment.
var goEnvLoaders = []string{
	"github.com/caarlos0/env", "github.com/kelseyhightower/envconfig", "github.com/vrischmann/envconfig", "github.com/sethvargo/go-envconfig",
	"github.com/ilyakaznacheev/cleanenv", "github.com/Netflix/go-env", "github.com/codingconcepts/env", "github.com/joeshaw/envdecode", "github.com/alecthomas/kong",
	"github.com/jessevdk/go-flags", "github.com/alexflint/go-arg",
}

func (f *goFile) envLoader() bool {
	for _, p := range goEnvLoaders {
		if f.imported[p] {
			return true
		}
	}
	return false
}

// readTags states the variables of struct tags, in files that import a loader.
// In others they are only told to files that ask for the fields.
func (f *goFile) readTags() {
	loads := f.envLoader()
	prefixes := map[string]string{}
	for _, s := range f.structs {
		for _, field := range s.Fields.List {
			if prefix := tagPrefix(tagOf(field)); prefix != "" {
				if name, ok := field.Type.(*ast.Ident); ok {
					prefixes[name.Name] = prefix
				}
			}
		}
	}
	f.walk(f.file, func(n ast.Node, stack []ast.Node) {
		field, ok := n.(*ast.Field)
		if !ok || field.Tag == nil {
			return
		}
		prefix := ""
		for _, above := range stack {
			if spec, isType := above.(*ast.TypeSpec); isType {
				prefix = prefixes[spec.Name.Name]
			} else if outer, isField := above.(*ast.Field); isField {
				prefix += tagPrefix(tagOf(outer))
			}
		}
		read, ok := tagRead(tagOf(field))
		if !ok || !loads && !envName.MatchString(read.Name) {
			return
		}
		read.Name = prefix + read.Name
		read.Secret = inspect.IsSecretName(read.Name)
		if read.Secret && read.Fallback.Text != "" {
			read.Fallback = inspect.SecretLit(read.Fallback.Text)
		}
		f.tagged[field] = read
		if !loads {
			return
		}
		f.markDefault(field.Tag)
		for _, name := range field.Names {
			f.envTags[name.Name] = read
		}
		f.emit(field, read)
	})
}

// tagPrefix is what a tag puts before the names of a nested struct's fields:
// envPrefix:"DB_", env-prefix:"DB_", env:", prefix=DB_".
func tagPrefix(tag reflect.StructTag) string {
	for _, key := range []string{"envPrefix", "env-prefix"} {
		if prefix := tag.Get(key); prefix != "" {
			return prefix
		}
	}
	_, options, _ := strings.Cut(tag.Get("env"), ",")
	for _, option := range strings.Split(options, ",") {
		if prefix, ok := strings.CutPrefix(strings.TrimSpace(option), "prefix="); ok {
			return prefix
		}
	}
	return ""
}

func tagOf(field *ast.Field) reflect.StructTag {
	if field.Tag == nil {
		return ""
	}
	text, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return ""
	}
	return reflect.StructTag(text)
}

// tagRead reads the tags of the loaders: env:"NAME,required" envDefault:"x",
// envconfig:"NAME" default:"x" required:"true", env:"NAME,default=x".
func tagRead(tag reflect.StructTag) (inspect.EnvRead, bool) {
	key := "env"
	written, ok := tag.Lookup("env")
	if !ok {
		key = "envconfig"
		written = tag.Get("envconfig")
	}
	name, options, _ := strings.Cut(written, ",")
	name = strings.TrimSpace(name)
	if name == "" || name == "-" {
		return inspect.EnvRead{}, false
	}
	read := inspect.EnvRead{Name: name, Via: "struct tag " + key}
	for _, fallback := range []string{"envDefault", "default", "env-default"} {
		if text, has := tag.Lookup(fallback); has {
			read.Fallback = inspect.LitOf(text)
		}
	}
	for _, option := range strings.Split(options, ",") {
		option = strings.TrimSpace(option)
		if text, has := strings.CutPrefix(option, "default="); has {
			read.Fallback = inspect.LitOf(text)
		}
		read.Required = read.Required || option == "required" || option == "notEmpty"
	}
	_, cleanenv := tag.Lookup("env-required")
	_, kong := tag.Lookup("required")
	read.Required = read.Required || cleanenv || kong && tag.Get("required") != "false"
	return read, true
}
