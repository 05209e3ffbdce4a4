package infra_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

const database = `# the database
terraform {
  required_version = ">= 1.5"
  backend "s3" {
    bucket = "state"
  }
}

locals {
  name = "shop-${var.stage}"
  size = "db.t3.small"
}

variable "db_password" {
  type    = string
  default = "hunter2hunter2"
}

resource "aws_db_instance" "main" {
  identifier        = local.name
  instance_class    = local.size
  engine            = "postgres"
  engine_version    = "15.4"
  password          = "s3cr3t-s3cr3t"
  username          = "app"
  multi_az          = true
  tags              = { team = "shop", "cost center" = 7 }
  security_groups   = [aws_security_group.db.id, "sg-1"]
  manage_master_user_password = true
}

resource "aws_lb_target_group" "web" {
  port = 8080
  stickiness {
    type            = "lb_cookie"
    cookie_duration = 3600
  }
  lifecycle { create_before_destroy = true }
}
`

func TestBlocks(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.InfraBlock](inspect.Terraform, database)
	input := func(refs ...string) inspect.Value { return inspect.Value{Source: inspect.Input, Refs: refs} }
	defaulted := inspect.SecretLit("hunter2hunter2")
	want := []inspecttest.Found[inspect.InfraBlock]{
		{Line: 2, End: 7, Fact: inspect.InfraBlock{Type: "terraform", Attributes: []inspect.EnvEntry{
			{Name: "required_version", Value: inspect.Lit(">= 1.5"), Line: 3}, {Name: "backend.s3.bucket", Value: inspect.Lit("state"), Line: 5},
		}}},
		{Line: 4, End: 6, Fact: inspect.InfraBlock{Type: "backend", Labels: []string{"s3"}, Attributes: []inspect.EnvEntry{{Name: "bucket", Value: inspect.Lit("state"), Line: 5}}}},
		{Line: 9, End: 12, Fact: inspect.InfraBlock{Type: "locals", Attributes: []inspect.EnvEntry{
			{Name: "name", Value: inspect.Value{Source: inspect.Input, Text: "shop-${var.stage}", Refs: []string{"var.stage"}}, Line: 10}, {Name: "size", Value: inspect.Lit("db.t3.small"), Line: 11},
		}}},
		{Line: 14, End: 17, Fact: inspect.InfraBlock{Type: "variable", Labels: []string{"db_password"}, Attributes: []inspect.EnvEntry{
			{Name: "type", Value: input("string"), Line: 15}, {Name: "default", Value: defaulted, Secret: true, Line: 16},
		}}},
		{Line: 19, End: 30, Fact: inspect.InfraBlock{Type: "resource", Labels: []string{"aws_db_instance", "main"}, Attributes: []inspect.EnvEntry{
			{Name: "identifier", Value: inspect.Value{Source: inspect.Input, Text: "shop-${var.stage}", Refs: []string{"var.stage"}}, Line: 20},
			{Name: "instance_class", Value: inspect.Lit("db.t3.small"), Line: 21},
			{Name: "engine", Value: inspect.Lit("postgres"), Line: 22}, {Name: "engine_version", Value: inspect.Lit("15.4"), Line: 23},
			{Name: "password", Value: inspect.SecretLit("s3cr3t-s3cr3t"), Secret: true, Line: 24}, {Name: "username", Value: inspect.Lit("app"), Line: 25},
			{Name: "multi_az", Value: inspect.Lit("true"), Line: 26}, {Name: "tags.team", Value: inspect.Lit("shop"), Line: 27}, {Name: "tags.cost center", Value: inspect.Lit("7"), Line: 27},
			{Name: "security_groups.0", Value: input("aws_security_group.db.id"), Line: 28}, {Name: "security_groups.1", Value: inspect.Lit("sg-1"), Line: 28},
			{Name: "manage_master_user_password", Value: inspect.Lit("true"), Secret: true, Line: 29},
		}}},
		{Line: 32, End: 39, Fact: inspect.InfraBlock{Type: "resource", Labels: []string{"aws_lb_target_group", "web"}, Attributes: []inspect.EnvEntry{
			{Name: "port", Value: inspect.Lit("8080"), Line: 33}, {Name: "stickiness.type", Value: inspect.Lit("lb_cookie"), Line: 35},
			{Name: "stickiness.cookie_duration", Value: inspect.Lit("3600"), Line: 36}, {Name: "lifecycle.create_before_destroy", Value: inspect.Lit("true"), Line: 38},
		}}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	attachments, _ := inspecttest.FactsOf[inspect.Attachment](inspect.Terraform, database)
	if diff := cmp.Diff([]inspecttest.Found[inspect.Attachment]{{Line: 19, End: 30, Fact: inspect.Attachment{Platform: "terraform", Service: inspect.Postgres, Name: "aws_db_instance.main", Version: "15.4", Line: 23}}}, attachments); diff != "" {
		t.Error(diff)
	}
	affinities, _ := inspecttest.FactsOf[inspect.Affinity](inspect.Terraform, database)
	if diff := cmp.Diff([]inspecttest.Found[inspect.Affinity]{{Line: 35, End: 35, Fact: inspect.Affinity{Via: "stickiness lb_cookie", Of: "web"}}}, affinities); diff != "" {
		t.Error(diff)
	}
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	tests := []struct{ code, want string }{
		{"resource \"aws_rds_cluster\" \"a\" {\n engine = \"aurora-postgresql\"\n engine_version = \"16.1\"\n}", "postgres aws_rds_cluster.a 16.1 3"},
		{"resource \"aws_rds_cluster\" \"a\" {\n engine = \"aurora-mysql\"\n}", "mysql aws_rds_cluster.a  0"},
		{"resource \"aws_db_instance\" \"a\" {\n engine = var.engine\n engine_version = var.version\n}", "database aws_db_instance.a ${var.version} 3"},
		{"resource \"aws_elasticache_replication_group\" \"a\" {\n engine_version = \"7.1\"\n}", "redis aws_elasticache_replication_group.a 7.1 2"},
		{"resource \"aws_elasticache_cluster\" \"a\" {\n engine = \"memcached\"\n}", "memcached aws_elasticache_cluster.a  0"},
		{"resource \"google_sql_database_instance\" \"a\" {\n database_version = \"POSTGRES_15\"\n}", "postgres google_sql_database_instance.a POSTGRES_15 2"},
		{"resource \"google_sql_database_instance\" \"a\" {\n database_version = \"MYSQL_8_0\"\n}", "mysql google_sql_database_instance.a MYSQL_8_0 2"},
		{"resource \"azurerm_postgresql_flexible_server\" \"a\" {\n version = \"14\"\n}", "postgres azurerm_postgresql_flexible_server.a 14 2"},
		{"resource \"digitalocean_database_cluster\" \"a\" {\n engine = \"pg\"\n version = \"15\"\n}", "postgres digitalocean_database_cluster.a 15 3"},
		{"resource \"heroku_addon\" \"a\" {\n plan = \"heroku-redis:mini\"\n}", "redis heroku_addon.a  0"},
		{"module \"db\" {\n source = \"terraform-aws-modules/rds/aws\"\n engine = \"mysql\"\n engine_version = \"8.0\"\n}", "mysql module.db 8.0 4"},
		{"module \"db\" {\n source = \"GoogleCloudPlatform/sql-db/google//modules/postgresql\"\n database_version = \"POSTGRES_14\"\n}", "postgres module.db POSTGRES_14 3"},
		// traps
		{"resource \"heroku_addon\" \"a\" {\n plan = \"papertrail:choklad\"\n}", ""},
		{"module \"db\" {\n source = \"./modules/rds\"\n}", ""},
		{"data \"aws_db_instance\" \"a\" {\n db_instance_identifier = \"x\"\n}", ""},
		{"resource \"postgresql_role\" \"a\" {\n name = \"x\"\n}", ""},
	}
	for _, test := range tests {
		got, failed := inspecttest.FactsOf[inspect.Attachment](inspect.Terraform, test.code)
		var said []string
		for _, a := range got {
			said = append(said, fmt.Sprintf("%s %s %s %d", a.Fact.Service, a.Fact.Name, a.Fact.Version, a.Fact.Line))
		}
		if text := strings.Join(said, "; "); text != test.want || failed != nil {
			t.Errorf("%s\nstates %q %v, want %q", test.code, text, failed, test.want)
		}
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	tests := []struct{ code, want string }{
		{`provider "aws" { secret_key = "wJalrXUtnFEMIK7MDENG" }`, "secret_key"},
		{"resource \"helm_release\" \"a\" {\n set_sensitive {\n  name = \"auth.password\"\n  value = \"s3cr3ts3cr3t\"\n }\n}", "set_sensitive.value"},
		{`resource "x" "a" { environment = { API_TOKEN = "a1b2c3d4e5f6" } }`, "environment.API_TOKEN"},
		{`resource "x" "a" { url = "postgres://app:hunter2x@db.internal:5432/app" }`, "url"},
		{`resource "x" "a" { url = "postgres://app:hunter2x@${aws_db_instance.a.address}/app" }`, "url"},
		{`resource "x" "a" { token = "ghp_0123456789abcdefghijABCDEFGHIJ012345" }`, "token"},
		{`variable "x" { default = { db_password = "s3cr3ts3cr3t" } }`, "default.db_password"},
		{`resource "x" "a" { password = sensitive("hunter2hunter2") }`, "password"},
		{"locals {\n  pw = \"abc\"\n  api_key = \"a1b2c3d4e5f6\"\n}", "api_key"},
		{"resource \"aws_instance\" \"a\" {\n user_data = base64encode(<<-EOT\n  #!/bin/sh\n  export DB_PASSWORD=hunter2hunter2 PORT=${var.port}\n EOT\n )\n}", "user_data.DB_PASSWORD"},
		// traps
		{"resource \"aws_instance\" \"a\" {\n user_data = <<EOT\n#cloud-config\npassword: x\nEOT\n}", ""},
		{`resource "x" "a" { password = var.password }`, ""},
		{`resource "x" "a" { password = random_password.a.result }`, ""},
		{`resource "x" "a" { url = "postgres://app:${var.password}@db/app" }`, ""},
		{`resource "aws_instance" "a" { metadata_options { http_tokens = "required" } }`, ""},
		{`resource "google_secret_manager_secret_version" "a" { secret = "projects/p/secrets/s" }`, ""},
		{`resource "x" "a" { password_length = 20, access_token = 60 }`, ""},
		{`resource "x" "a" { manage_password = true }`, ""},
		{`resource "x" "a" { private_key = file("key.pem") }`, ""},
		{`resource "x" "a" { secret_arn = "arn:aws:x" }`, ""},
		{"resource \"x\" \"a\" {\n env {\n  name = \"TOKEN\"\n  value_source {\n   secret_key_ref {\n    secret = \"db-secret-name\"\n   }\n  }\n }\n}", ""},
		{`# password = "hunter2hunter2"`, ""},
	}
	for _, test := range tests {
		got, _ := inspecttest.FactsOf[inspect.InfraBlock](inspect.Terraform, test.code)
		var said []string
		for _, b := range got {
			for _, a := range b.Fact.Attributes {
				if a.Value.Secret != nil {
					said = append(said, a.Name)
				}
			}
		}
		if twice, _ := inspecttest.FactsOf[inspect.Credential](inspect.Terraform, test.code); twice != nil {
			t.Errorf("%s\nis told twice: %+v", test.code, twice)
		}
		if text := strings.Join(said, "; "); text != test.want {
			t.Errorf("%s\nstates %q, want %q", test.code, text, test.want)
		}
	}
	for _, s := range files.File(inspect.Terraform, []byte(database)) {
		if text := fmt.Sprintf("%+v", s); strings.Contains(text, "hunter2hunter2") || strings.Contains(text, "s3cr3t-s3cr3t") {
			t.Errorf("a secret is kept: %s", text)
		}
	}
}

func TestVariableFiles(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.InfraBlock](inspect.TerraformVars, "region = \"eu\"\ndb_password = \"s3cr3ts3cr3t\"\nsizes = [1, 2]\n")
	want := []inspecttest.Found[inspect.InfraBlock]{{Line: 1, End: 4, Fact: inspect.InfraBlock{Type: "tfvars", Attributes: []inspect.EnvEntry{
		{Name: "region", Value: inspect.Lit("eu"), Line: 1}, {Name: "db_password", Value: inspect.SecretLit("s3cr3ts3cr3t"), Secret: true, Line: 2},
		{Name: "sizes.0", Value: inspect.Lit("1"), Line: 3}, {Name: "sizes.1", Value: inspect.Lit("2"), Line: 3},
	}}}}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
}

// TestScripts: what machines boot with is read as shell, on its own lines.
func TestScripts(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.InfraBlock](inspect.Terraform, `resource "aws_instance" "a" {
  user_data = base64encode(<<-EOT
    #!/bin/bash
    echo $${HOME} ${var.port}
    docker run -d acme/shop:${local.tags["shop"]} \
      serve
  EOT
  )
}
resource "google_compute_instance" "b" {
  metadata_startup_script = "#!/bin/sh\nexec ./shop"
}
resource "aws_instance" "c" {
  user_data = templatefile("boot.sh", {})
}
resource "aws_instance" "d" {
  user_data = "#cloud-config\nruncmd: [x]"
}
`)
	var said []string
	for _, b := range got {
		for _, s := range b.Fact.Scripts {
			for _, c := range s.Commands {
				said = append(said, fmt.Sprint(b.Fact.Labels[1], " ", c.Line, ": ", strings.Join(c.Argv, " ")))
			}
		}
	}
	want := []string{"a 4: echo ${HOME} ${var_port}", "a 5: docker run -d acme/shop:${local_tags_shop_} serve", "b 12: ./shop"}
	if diff := cmp.Diff(want, said); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
}

// TestContainersOfLoops: what a loop makes is read once, but for what only its
// items tell.
func TestContainersOfLoops(t *testing.T) {
	t.Parallel()
	got, _ := inspecttest.FactsOf[inspect.Workload](inspect.Terraform, `resource "aws_ecs_task_definition" "a" {
  family = "a"
  container_definitions = jsonencode(concat([for s in var.services : {
    name = s.name
    image = "acme/shop:${s.tag}"
    environment = concat([{ name = "LOG", value = "debug" }], [for k, v in var.env : { name = k, value = v }])
    secrets = var.secrets
    command = ["node", "server.js"]
  }], [{ name = "proxy", image = "envoy:1" }]))
}
`)
	var said []string
	for _, c := range got[0].Fact.Containers {
		said = append(said, fmt.Sprint(c.Name, " ", c.Image, " ", c.Args))
		for _, e := range c.Env {
			said = append(said, e.Name+"="+e.Value.Text)
		}
	}
	if diff := cmp.Diff([]string{"${s.name} acme/shop:${s.tag} [node server.js]", "LOG=debug", "proxy envoy:1 []"}, said); diff != "" {
		t.Error(diff)
	}
}

func TestEcsTasks(t *testing.T) {
	t.Parallel()
	hcl := `resource "aws_ecs_task_definition" "web" {
  family = "shop"
  container_definitions = jsonencode([
    {
      name         = "web"
      image        = "${var.repository}:${var.tag}"
      command      = ["bundle", "exec", "puma"]
      portMappings = [{ containerPort = 3000 }]
      environment  = [{ name = "RAILS_ENV", value = "production" }, { name = "DB_PASSWORD", value = "hunter2hunter2" }]
      secrets      = [{ name = "SECRET_KEY_BASE", valueFrom = "arn:x" }]
    },
    { name = "sidecar", image = "envoy:1.2" },
  ])
}
`
	text := `resource "aws_ecs_task_definition" "web" {
  container_definitions = <<EOF
[
  {
    "name": "web",
    "image": "${var.image}",
    "portMappings": [{"containerPort": ${var.port}}],
    "environment": [{"name": "PORT", "value": "3000"}]
  }
]
EOF
}
`
	secret := inspect.SecretLit("hunter2hunter2")
	want := inspect.Workload{Type: "EcsTask", Name: "shop", Containers: []inspect.Container{
		{Name: "web", Image: "${var.repository}:${var.tag}", Line: 6, Command: []string{}, Args: []string{"bundle", "exec", "puma"}, Ports: []int{3000}, Env: []inspect.EnvEntry{
			{Name: "RAILS_ENV", Value: inspect.Lit("production"), Line: 9}, {Name: "DB_PASSWORD", Value: secret, Secret: true, Line: 9},
			{Name: "SECRET_KEY_BASE", Value: inspect.Value{Source: inspect.Input}, From: "secret", Ref: "arn:x", Secret: true, Line: 10},
		}},
		{Name: "sidecar", Image: "envoy:1.2", Line: 12, Command: []string{}, Args: []string{}},
	}}
	got, failed := inspecttest.FactsOf[inspect.Workload](inspect.Terraform, hcl)
	if diff := cmp.Diff([]inspecttest.Found[inspect.Workload]{{Line: 1, End: 14, Fact: want}}, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	got, failed = inspecttest.FactsOf[inspect.Workload](inspect.Terraform, text)
	want = inspect.Workload{Type: "EcsTask", Name: "web", Containers: []inspect.Container{{Name: "web", Image: "${var.image}", Line: 6, Command: []string{}, Args: []string{}, Env: []inspect.EnvEntry{{Name: "PORT", Value: inspect.Lit("3000"), Line: 8}}}}}
	if diff := cmp.Diff([]inspecttest.Found[inspect.Workload]{{Line: 1, End: 12, Fact: want}}, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
}

func TestKubernetesResources(t *testing.T) {
	t.Parallel()
	code := `resource "kubernetes_deployment_v1" "web" {
  metadata { name = "web" }
  spec {
    replicas = 3
    template {
      spec {
        container {
          name  = "web"
          image = "shop:1.2"
          env {
            name  = "MODE"
            value = "production"
          }
          env {
            name = "DB_PASSWORD"
            value_from {
              secret_key_ref {
                name = "db"
                key  = "password"
              }
            }
          }
          port { container_port = 8080 }
          readiness_probe {
            http_get { path = "/" }
          }
        }
      }
    }
  }
}

resource "kubernetes_secret" "db" {
  metadata { name = "db" }
  data = { password = "hunter2hunter2", host = var.host }
}
`
	got, failed := inspecttest.FactsOf[inspect.Workload](inspect.Terraform, code)
	three := 3
	want := inspect.Workload{Type: "Deployment", Name: "web", Replicas: &three, Containers: []inspect.Container{{
		Name: "web", Image: "shop:1.2", Line: 9, Command: []string{}, Args: []string{}, Ports: []int{8080}, PortNames: []string{""}, Readiness: true,
		Env: []inspect.EnvEntry{{Name: "MODE", Value: inspect.Lit("production"), Line: 11}, {Name: "DB_PASSWORD", Value: inspect.Value{Source: inspect.Input}, From: "secret", Ref: "db/password", Secret: true, Line: 15}},
	}}}
	if diff := cmp.Diff([]inspecttest.Found[inspect.Workload]{{Line: 1, End: 31, Fact: want}}, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	objects, _ := inspecttest.FactsOf[inspect.KubeObject](inspect.Terraform, code)
	wantObject := inspect.KubeObject{Type: "Secret", Name: "db", Data: []inspect.EnvEntry{
		{Name: "password", Value: inspect.SecretLit("hunter2hunter2"), Secret: true, Line: 35}, {Name: "host", Value: inspect.Value{Source: inspect.Input, Text: "${var.host}", Refs: []string{"var.host"}}, Line: 35},
	}}
	if diff := cmp.Diff([]inspecttest.Found[inspect.KubeObject]{{Line: 33, End: 36, Fact: wantObject}}, objects); diff != "" {
		t.Error(diff)
	}
}

func TestPlatformResources(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code string
		want inspect.PlatformService
	}{
		{"resource \"aws_lambda_function\" \"f\" {\n function_name = \"mail\"\n handler = \"app.handler\"\n runtime = \"python3.12\"\n environment {\n  variables = { TABLE = \"t\", API_KEY = var.key }\n }\n}",
			inspect.PlatformService{Platform: "aws-lambda", Name: "mail", Type: "function", Handler: "app.handler", Runtime: "python3.12", Env: []inspect.EnvEntry{
				{Name: "TABLE", Value: inspect.Lit("t"), Line: 6}, {Name: "API_KEY", Value: inspect.Value{Source: inspect.Input, Refs: []string{"var.key"}}, Secret: true, Line: 6}}}},
		{"resource \"google_cloud_run_v2_service\" \"w\" {\n name = \"web\"\n template {\n  containers {\n   image = \"gcr.io/p/web:1\"\n   env {\n    name = \"A\"\n    value = \"b\"\n   }\n  }\n }\n}",
			inspect.PlatformService{Platform: "cloud-run", Name: "web", Type: "web", Image: "gcr.io/p/web:1", Scales: true, Env: []inspect.EnvEntry{{Name: "A", Value: inspect.Lit("b"), Line: 7}}}},
		{"resource \"heroku_formation\" \"w\" {\n app_id = \"x\"\n type = \"worker\"\n quantity = 2\n}", inspect.PlatformService{Platform: "heroku", Name: "x", Type: "worker", Instances: 2}},
	}
	for _, test := range tests {
		got, failed := inspecttest.FactsOf[inspect.PlatformService](inspect.Terraform, test.code)
		if len(got) != 1 {
			t.Fatalf("%s\nstates %+v %v", test.code, got, failed)
		}
		if diff := cmp.Diff(test.want, got[0].Fact); diff != "" {
			t.Errorf("%s\n%s", test.code, diff)
		}
	}
}

// Half-written code states what stands around the hole.
func TestHalfWritten(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.InfraBlock](inspect.Terraform, "variable \"a\" {\n  default = \"x\"\n}\nresource \"b\" {{\n")
	if len(got) == 0 || got[0].Fact.Type != "variable" || len(failed) != 1 || !strings.HasPrefix(failed[0], "line 4: ") {
		t.Errorf("%+v %v", got, failed)
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	for name, text := range map[string]string{
		"brackets": "a = " + repeat("[", 100_000), "blocks": repeat("a {\n", 100_000), "conditionals": "a = (" + repeat("b ? c :\n", 100_000) + "d)", "signs": "a = " + repeat("-", 500_000) + "1",
		"spaced signs": "a = " + repeat("! ", 300_000) + "b", "sum": "a = 1" + repeat("+1", 250_000), "templates": `a = "` + repeat("${", 100_000), "directives": `a = "` + repeat("%{if a}", 100_000) + `"`,
		"commented splats": "a = b" + repeat("[/**/*]", 70_000), "heredocs": repeat("a = <<E\n", 50_000), "attributes": repeat("a = 1\n", 100_000), "dots": "a = b" + repeat(".c", 200_000), "indexes": "a = b" + repeat("[0]", 150_000), "splats": "a = b" + repeat("[*]", 150_000),
		"objects": "a = " + repeat("{b = ", 190) + repeat("}", 190), "quotes": repeat(`"`, 300_000), "NUL": "a = \"\x00\"", "bytes": "\xff\xfe", "locals": "locals {\n a = local.b\n b = local.a\n}\nx \"y\" {\n z = local.a\n}",
		"and": "a = b" + repeat(" && b", 80_000), "calls": "a = " + repeat("f(", 150) + repeat(")", 150), "parentheses": "a = " + repeat("(", 190) + "1" + repeat(")", 190), "comments": repeat("/*", 300_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, format := range []inspect.Format{inspect.Terraform, inspect.TerraformVars} {
				for _, s := range files.File(format, []byte(text)) {
					if s.Line < 1 || s.EndLine < s.Line {
						t.Fatalf("lines %d to %d", s.Line, s.EndLine)
					}
				}
			}
		})
	}
}
