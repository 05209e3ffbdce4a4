// Package config reads everything that varies between deploys from the
// environment: once, at start, into one struct for each process type, which
// asks only for what that process uses. All that is missing or malformed is
// named in one error. Secrets are masked wherever a struct is printed.
package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Web is what the web process needs.
type Web struct {
	Port      Port      `env:"PORT" envDefault:"8080" doc:"TCP port that the web process listens on."`
	Anonymous Anonymous `env:"ANONYMOUS_ACCESS" example:"loopback" doc:"Development only. loopback: pages are shown without sign-in, and the web process listens on 127.0.0.1 alone."`
	Database
	WebhookSecret Secret `env:"GITHUB_WEBHOOK_SECRET" example:"0123456789abcdef0123456789abcdef" doc:"The secret that GitHub signs webhooks of the App with. A secret."`
	GitHub
	SessionKeys Keys    `env:"SESSION_KEY" example:"64-hexadecimal-digits" doc:"Signs the cookies of sessions: 32 bytes in hexadecimal or base64. Several, with commas between, rotate: the first signs, all are taken. A secret."`
	AppSlug     AppSlug `env:"GITHUB_APP_SLUG" example:"twelvefold" doc:"Name of the GitHub App in its address, for the link to install it."`
	SignIn
	Base
	Sender
	Shutdown
	Logging
}

// Worker is what the worker process needs.
type Worker struct {
	Concurrency Count  `env:"WORKER_CONCURRENCY" envDefault:"2" doc:"Audits that one worker process runs at a time for pull requests, and as many for pushes; backfill runs one more."`
	Local       Switch `env:"LOCAL_REPOSITORIES" envDefault:"off" example:"on" doc:"Development only. on: git repositories in directories of this machine may be audited through the queue."`
	Database
	App
	SignIn
	Mail
	Shutdown
	Logging
}

// Digest is what an operator needs who has a digest made.
type Digest struct {
	Database
	Base
	Mail
}

// App is what asks GitHub as the App.
type App struct {
	PrivateKey PrivateKey `env:"GITHUB_APP_PRIVATE_KEY" example:"base64-of-the-pem-file" doc:"Private key of the GitHub App: the PEM file, with \\n for its line ends if need be, or in base64. A secret."`
	GitHub
	Base
}

// AppCheck is what the check of the GitHub App looks at.
type AppCheck struct {
	AppSlug AppSlug `env:"GITHUB_APP_SLUG" example:"twelvefold" doc:"Name of the GitHub App in its address, for the link to install it."`
	App
	SignIn
}

// Migrate is what the migrate process needs.
type Migrate struct {
	Database
}

// Database is how to reach Postgres.
type Database struct {
	URL DatabaseURL `env:"DATABASE_URL,required" example:"postgres://twelvefold:password@localhost:5432/twelvefold" doc:"The Postgres database that holds everything. A secret."`
}

// Shutdown is how long a process may take to stop.
type Shutdown struct {
	Grace Duration `env:"SHUTDOWN_GRACE" envDefault:"8s" doc:"From SIGTERM to exit: requests and audits finish or are returned to the queue. Keep it below the platform's own limit (Docker kills after 10s)."`
}

// process is a process type with the struct that it reads.
type process struct {
	name   string
	config any
}

// processes are all process types that read the environment.
func processes() []process {
	return []process{{"web", &Web{}}, {"worker", &Worker{}}, {"migrate", &Migrate{}}}
}

// LoadWeb reads what the web process needs.
func LoadWeb(getenv func(string) string) (Web, error) { return load[Web](getenv) }

// LoadWorker reads what the worker process needs.
func LoadWorker(getenv func(string) string) (Worker, error) { return load[Worker](getenv) }

// LoadApp reads what the check of the GitHub App needs.
func LoadApp(getenv func(string) string) (AppCheck, error) { return load[AppCheck](getenv) }

// LoadDigest reads what an operator's digest needs.
func LoadDigest(getenv func(string) string) (Digest, error) { return load[Digest](getenv) }

// LoadMigrate reads what the migrate process needs.
func LoadMigrate(getenv func(string) string) (Migrate, error) { return load[Migrate](getenv) }

// Check reads the environment as every process type would, and names all that
// is missing or malformed, each once: for who starts several of them.
func Check(getenv func(string) string) error {
	var wrong correction
	_, web := LoadWeb(getenv)
	_, worker := LoadWorker(getenv)
	_, migrate := LoadMigrate(getenv)
	for _, err := range []error{web, worker, migrate} {
		var one correction
		if errors.As(err, &one) {
			for _, problem := range one {
				if !slices.Contains(wrong, problem) {
					wrong = append(wrong, problem)
				}
			}
		}
	}
	if wrong == nil {
		return nil
	}
	return wrong
}

// load reads a struct. An empty variable counts as unset: Compose and Procfile
// runners pass on empty ones for what nobody set.
func load[T any](getenv func(string) string) (T, error) {
	var config T
	variables := variablesOf(&config)
	environment := map[string]string{}
	for _, v := range variables {
		if value := getenv(v.Name); value != "" {
			environment[v.Name] = value
		}
	}
	err := env.ParseWithOptions(&config, env.Options{Environment: environment})
	if err != nil {
		return config, explain(err, variables)
	}
	if c, ok := any(config).(interface{ check() []string }); ok {
		if wrong := c.check(); wrong != nil {
			return config, correction(wrong)
		}
	}
	return config, nil
}

// correction is everything that is wrong with an environment, as one sentence.
type correction []string

func (c correction) Error() string {
	return "the environment needs correction: " + strings.Join(c, "; ")
}

// explain words everything that is wrong.
func explain(err error, variables []variable) correction {
	problems := []error{err}
	var all env.AggregateError
	if errors.As(err, &all) {
		problems = all.Errors
	}
	var wrong correction
	for _, problem := range problems {
		var missing env.VarIsNotSetError
		var malformed env.ParseError
		switch {
		case errors.As(problem, &missing):
			wrong = append(wrong, missing.Key+" is not set"+exampleOf(missing.Key, variables))
		case errors.As(problem, &malformed):
			wrong = append(wrong, nameOf(malformed.Name, variables)+" "+malformed.Err.Error())
		default:
			wrong = append(wrong, problem.Error())
		}
	}
	return wrong
}

func exampleOf(name string, variables []variable) string {
	for _, v := range variables {
		if v.Name == name && v.Example != "" {
			return fmt.Sprintf(" (for example %s)", v.Example)
		}
	}
	return ""
}

func nameOf(field string, variables []variable) string {
	for _, v := range variables {
		if v.Field == field {
			return v.Name
		}
	}
	return field
}

// variable is one variable as its struct tags describe it.
type variable struct {
	Name     string
	Field    string
	Required bool
	Default  string
	Example  string
	Doc      string
}

// variablesOf lists the variables of a struct in order of its fields.
func variablesOf(config any) []variable {
	var list []variable
	walk(reflect.TypeOf(config).Elem(), &list)
	return list
}

func walk(typ reflect.Type, list *[]variable) {
	for i := range typ.NumField() {
		field := typ.Field(i)
		if field.Anonymous {
			walk(field.Type, list)
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("env"), ",")
		*list = append(*list, variable{
			Name: name, Field: field.Name, Required: options == "required",
			Default: field.Tag.Get("envDefault"), Example: field.Tag.Get("example"), Doc: field.Tag.Get("doc"),
		})
	}
}
