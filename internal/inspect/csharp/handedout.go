package csharp

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// madeCode are what code makes up to be given back by a person: random text.
var madeCode = regexp.MustCompile(`(?i)\b(RandomNumberGenerator|RandomUtils|RNGCryptoServiceProvider|Guid\.NewGuid|Random\.Shared|new Random|GetBytes|GetRandom|Generate\w*(Code|Token|Otp|Pin|Nonce)|GetHexString|GetInt32)\b`)

// codeKept states that a method makes up a code and leaves it in the cache of the
// process, by the names of the class, the method and the key: the request that
// brings it back may reach another one.
func (f *file) codeKept(c call) {
	if c.method != "Set" && c.method != "CreateEntry" || !c.object.OK() || !f.isMemoryCache(c.object) {
		return
	}
	fn := enclosingFunction(c.Node)
	if !fn.OK() || !madeCode.MatchString(fn.Text()) {
		return
	}
	class := c.Up(typeKinds...)
	f.state(c.Node, inspect.Store{Purpose: inspect.ForCache, Via: memoryCacheSet, Store: inspect.StoreMemory, Debug: f.inDebugBranch(c.Node),
		Holds: strings.Join([]string{class.Field("name").Text(), fn.Field("name").Text(), c.arg(0, "key").Text()}, " ")})
}

const memoryCacheSet = "Microsoft.Extensions.Caching.Memory.IMemoryCache.Set"

// isMemoryCache reports whether an object is the cache of the process: by the
// type of the parameter or field that it is.
func (f *file) isMemoryCache(n syntax.Node) bool {
	name := lastName(n)
	for _, typed := range f.cachesOfProcess() {
		if strings.EqualFold(strings.TrimLeft(typed, "_"), strings.TrimLeft(name, "_")) {
			return true
		}
	}
	return false
}

// cachesOfProcess are the names of the file's parameters and fields of the type
// IMemoryCache.
func (f *file) cachesOfProcess() []string {
	if f.caches == nil {
		f.caches = []string{}
		f.tree.Root().Walk(func(n syntax.Node) bool {
			switch {
			case n.Is("parameter") && simpleName(n.Field("type")) == "IMemoryCache":
				f.caches = append(f.caches, n.Field("name").Text())
			case n.Is("variable_declarator") && simpleName(n.Parent().Field("type")) == "IMemoryCache":
				f.caches = append(f.caches, n.Field("name").Text())
			}
			return true
		})
	}
	return f.caches
}

// operatorsPath are words of an expression that somebody who runs the program
// chooses.
var operatorsPath = regexp.MustCompile(`(?i)config|settings|options|environment\.getenvironmentvariable|args|env\[`)

// keyRingCall states a key ring of ASP.NET's data protection that the program
// makes up and keeps in a directory of its own: what cookies are sealed with.
func (f *file) keyRingCall(c call) {
	if c.method != "PersistKeysToFileSystem" || !c.object.OK() || len(f.methods[c.method]) > 0 || f.inDebugBranch(c.Node) {
		return
	}
	directory := f.follow(c.arg(0, "directory"))
	if !directory.OK() || operatorsPath.MatchString(directory.Text()) || operatorsPath.MatchString(c.arg(0, "directory").Text()) {
		return
	}
	if made := f.callOf(directory); directory.Is("object_creation_expression", "implicit_object_creation_expression") {
		value := f.valueOf(made.arg(0, "path"))
		if !value.IsLiteral() && !ownDirectory.MatchString(made.arg(0, "path").Text()) {
			return
		}
		if value.IsLiteral() && (!value.HasText || strings.HasPrefix(value.Text, "/") || strings.HasPrefix(value.Text, `\\`)) {
			return // a mount
		}
		f.state(c.Node.Field("function").Field("name"), inspect.MadeUpKey{Name: "key ring", Via: c.method})
	}
}

// ownDirectory are expressions of where the program itself lies.
var ownDirectory = regexp.MustCompile(`(?i)ContentRootPath|WebRootPath|GetCurrentDirectory|AppContext\.BaseDirectory|AppDomain\.CurrentDomain|Assembly\.`)
