package source

import (
	"path"
	"strings"
)

// Role is what part a file plays in the repository. Only Prod, CI and the
// deploy roles can violate a factor.
type Role string

// The roles of rules.md A2.
const (
	Prod       Role = "prod"
	Test       Role = "test"
	Example    Role = "example"
	Docs       Role = "docs"
	Vendored   Role = "vendored"
	Generated  Role = "generated"
	Minified   Role = "minified"
	I18n       Role = "i18n"
	Template   Role = "template"
	DevTool    Role = "dev-tool"
	CI         Role = "ci"
	DeployDev  Role = "deploy-dev"
	DeployProd Role = "deploy-prod"
	Migration  Role = "migration"
	Seed       Role = "seed"
)

// Roles lists all roles.
func Roles() []Role {
	return []Role{Prod, Test, Example, Docs, Vendored, Generated, Minified, I18n, Template, DevTool, CI, DeployDev, DeployProd, Migration, Seed}
}

// CanViolate reports whether a file of this role can break a factor.
func (r Role) CanViolate() bool {
	return r == Prod || r == CI || r == DeployDev || r == DeployProd
}

// located is a path taken apart once for all role tests.
type located struct {
	path  string
	dirs  []string // directories as written, outermost first
	lower []string // directories in lower case
	base  string   // file name as written
	name  string   // file name in lower case
	ext   string   // of name, with the dot
}

// RoleOf tells a file's role from its path alone, relative to the repository
// root. What only content can tell (a plain docker-compose.yml that is for
// development, a generated file's header) is refined later.
//
// Order matters: what is not the project's own source comes first, then what
// an enclosing directory says, then what the file's own name says.
func RoleOf(name string) Role {
	dir, base := path.Split(strings.TrimPrefix(path.Clean("/"+name), "/"))
	return placeOf(dir).role(base)
}

// place is a directory taken apart once for all its files.
type place struct {
	dir   string   // ends in a slash, or is the empty root
	dirs  []string // as located's
	lower []string
}

func placeOf(dir string) place {
	at := place{dir: dir}
	if dir != "" {
		at.dirs = strings.Split(strings.TrimSuffix(dir, "/"), "/")
		at.lower = strings.Split(strings.ToLower(strings.TrimSuffix(dir, "/")), "/")
	}
	return at
}

// role is RoleOf of a file in the directory.
func (at place) role(base string) Role {
	f := located{path: at.dir + base, dirs: at.dirs, lower: at.lower, base: base, name: strings.ToLower(base)}
	f.ext = path.Ext(f.name)
	for _, ask := range []func(located) Role{
		notOwnRole, ciRole, packageRequirementRole, directoryRole, dotenvRole, exampleNameRole, docsNameRole,
		testNameRole, i18nRole, schemaRole, developmentRole, deployRole, devToolRole,
	} {
		if role := ask(f); role != "" {
			return role
		}
	}
	return Prod
}

// notOwnRole tells files that nobody writes or reads as source here.
func notOwnRole(f located) Role {
	switch {
	case f.vendored():
		return Vendored
	case f.template():
		return Template
	case f.minified():
		return Minified
	case f.generated():
		return Generated
	}
	return ""
}

// directoryRole is what the outermost telling directory says.
func directoryRole(f located) Role {
	for i, dir := range f.lower {
		if jvmSources(f.lower[:i]) {
			return "" // what follows are package names: com/example/demo
		}
		switch {
		case f.testDirectory(i):
			return Test
		case exampleAnywhere[dir], exampleDirectory[dir] && !insideCode(f.lower[:i]), exampleProject.MatchString(f.dirs[i]):
			return Example
		case docsDirectory[dir] && (i == 0 || i >= 2 && packageRoot[f.lower[0]]):
			return Docs
		case dir == "website" && i == 0 && !serverCode[f.ext] && f.container() == "" && platformFile[f.name] == "":
			return Docs
		}
	}
	return ""
}

// jvmSources reports whether directories end at a root of Java packages.
func jvmSources(dirs []string) bool {
	n := len(dirs)
	return n >= 3 && dirs[n-3] == "src" && dirs[n-2] == "main" && jvmLanguage[dirs[n-1]]
}

func insideCode(dirs []string) bool {
	for _, dir := range dirs {
		if codeDirectory[dir] {
			return true
		}
	}
	return false
}

// testDirectory reports whether the i-th directory holds tests.
func (f located) testDirectory(i int) bool {
	dir := f.lower[i]
	switch {
	case testDirectory[dir], testSuffix.MatchString(dir), testProject.MatchString(f.dirs[i]):
		return true
	case f.ext == ".go" && goTestPackage.MatchString(dir):
		return true
	case dir == "spec" || dir == "specs": // also product specifications and OpenAPI documents
		return i == 0 || i+1 < len(f.lower) && railsDummy[f.lower[i+1]] || f.ext == ".rb" || testName.MatchString(f.name)
	case dir == "fixtures" || dir == "fixture":
		return !dataFile[f.ext] // data outside of tests is what an application is seeded with
	case dir == "features":
		return f.ext == ".feature" || i+1 < len(f.lower) && (f.lower[i+1] == "step_definitions" || f.lower[i+1] == "steps")
	case i > 0 && f.lower[i-1] == "src":
		return testSourceSet.MatchString(f.dirs[i])
	}
	return false
}

// testNameRole tells tests by the name of the file.
func testNameRole(f located) Role {
	if testName.MatchString(f.name) || testClass.MatchString(f.base) || f.ext == ".snap" || f.ext == ".feature" {
		return Test
	}
	if environment, ok := f.environment(); ok && environment == Test {
		return Test
	}
	return ""
}

// dotenvRole tells a dotenv file's role; a plain one counts as production,
// because a deploy that finds it uses it.
func dotenvRole(f located) Role {
	if !dotenvName.MatchString(f.name) {
		return ""
	}
	switch {
	case f.ext == ".license": // a REUSE licence beside the file
		return Docs
	case exampleEnv.MatchString(f.name):
		return Example
	case hasWord(f.name, "test", "tests", "testing", "e2e", "ci", "dusk"):
		return Test
	case f.name == ".flaskenv" || hasWord(f.name, "dev", "development", "local") || f.forDevelopment():
		return DeployDev
	}
	return Prod
}

// exampleNameRole tells a file that is there to be copied.
func exampleNameRole(f located) Role {
	if code := codeFile[f.ext]; code && exampleCode.MatchString(f.name) || !code && exampleConfig.MatchString(f.name) {
		return Example
	}
	if f.ext == ".dist" && f.name != "phpunit.xml.dist" {
		return Example
	}
	return ""
}

func docsNameRole(f located) Role {
	if docsFile[f.ext] || docsName[f.name] || docsPlain.MatchString(f.name) && !codeFile[f.ext] {
		return Docs
	}
	return ""
}

// i18nRole tells translations: strings there are shown, not used.
func i18nRole(f located) Role {
	if i18nFile[f.ext] || messagesFile.MatchString(f.name) {
		return I18n
	}
	for _, dir := range f.lower {
		if !i18nDirectory[dir] || packageConfig.MatchString(f.name) {
			continue
		}
		stem := strings.TrimSuffix(f.name, f.ext)
		if i18nData[f.ext] || codeFile[f.ext] && (languageCode.MatchString(stem) || languageCode.MatchString(f.lower[len(f.lower)-1])) {
			return I18n
		}
	}
	return ""
}

// schemaRole tells migrations and seeds.
func schemaRole(f located) Role {
	for i, dir := range f.lower {
		parent := ""
		if i > 0 {
			parent = f.lower[i-1]
		}
		switch {
		case dir == "migrations",
			parent == "db" && (dir == "migrate" || dir == "migration" || dir == "post_migrate"),
			(parent == "alembic" || parent == "migrate") && dir == "versions",
			(dir == "migration" || dir == "migrate" || dir == "flyway" || dir == "liquibase") && f.ext == ".sql":
			return Migration
		case dir == "seeds" || dir == "seeders" || dir == "seed", (dir == "fixtures" || dir == "fixture") && dataFile[f.ext]:
			return Seed
		}
	}
	switch {
	case strings.HasSuffix(f.path, "db/schema.rb") || strings.HasSuffix(f.path, "db/structure.sql"):
		return Migration
	case seedName.MatchString(f.name) || strings.HasSuffix(f.base, "Seeder.php"):
		return Seed
	}
	return ""
}

// hasWord reports whether a name holds one of the words between separators.
func hasWord(name string, words ...string) bool {
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '-' || r == '_' }) {
		for _, word := range words {
			if part == word {
				return true
			}
		}
	}
	return false
}
