package infra

import (
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"twelvefold/internal/inspect"
)

// managed says how a resource states which service it is: by its own type, or
// by the literal of an attribute.
type managed struct {
	service inspect.Service // when engine says nothing
	engine  string          // attribute that names the engine
	version []string        // attributes that name its version, the first that is there
}

// byResource are managed services, by the type of the resource. The attributes
// are those of the providers' documentation.
var byResource = map[string]managed{
	"aws_db_instance": {inspect.Database, "engine", []string{"engine_version"}}, "aws_rds_cluster": {inspect.Database, "engine", []string{"engine_version"}},
	"aws_rds_global_cluster": {inspect.Database, "engine", []string{"engine_version"}}, "aws_docdb_cluster": {inspect.MongoDB, "", []string{"engine_version"}},
	"aws_elasticache_cluster": {inspect.Redis, "engine", []string{"engine_version"}}, "aws_elasticache_replication_group": {inspect.Redis, "engine", []string{"engine_version"}},
	"aws_elasticache_serverless_cache": {inspect.Redis, "engine", []string{"major_engine_version"}}, "aws_memorydb_cluster": {inspect.Redis, "", []string{"engine_version"}},
	"aws_mq_broker": {inspect.AMQP, "", []string{"engine_version"}}, "aws_msk_cluster": {inspect.Kafka, "", []string{"kafka_version"}}, "aws_msk_serverless_cluster": {inspect.Kafka, "", nil},
	"aws_opensearch_domain": {inspect.Elasticsearch, "", []string{"engine_version"}}, "aws_elasticsearch_domain": {inspect.Elasticsearch, "", []string{"elasticsearch_version"}},
	"aws_s3_bucket": {inspect.ObjectStore, "", nil}, "aws_ses_domain_identity": {inspect.SMTP, "", nil}, "aws_sesv2_email_identity": {inspect.SMTP, "", nil},

	"google_sql_database_instance": {inspect.Database, "database_version", []string{"database_version"}}, "google_alloydb_cluster": {inspect.Postgres, "", []string{"database_version"}},
	"google_redis_instance": {inspect.Redis, "", []string{"redis_version"}}, "google_redis_cluster": {inspect.Redis, "", nil},
	"google_memorystore_instance": {inspect.Redis, "", []string{"engine_version"}}, "google_memcache_instance": {inspect.Memcached, "", []string{"memcache_version"}},
	"google_storage_bucket": {inspect.ObjectStore, "", nil}, "google_managed_kafka_cluster": {inspect.Kafka, "", nil},

	"azurerm_postgresql_server": {inspect.Postgres, "", []string{"version"}}, "azurerm_postgresql_flexible_server": {inspect.Postgres, "", []string{"version"}},
	"azurerm_mysql_server": {inspect.MySQL, "", []string{"version"}}, "azurerm_mysql_flexible_server": {inspect.MySQL, "", []string{"version"}},
	"azurerm_mariadb_server": {inspect.MySQL, "", []string{"version"}}, "azurerm_mssql_server": {inspect.Database, "", []string{"version"}},
	"azurerm_redis_cache": {inspect.Redis, "", []string{"redis_version"}}, "azurerm_managed_redis": {inspect.Redis, "", nil},
	"azurerm_storage_account": {inspect.ObjectStore, "", nil},

	"digitalocean_database_cluster": {inspect.Database, "engine", []string{"version"}}, "digitalocean_spaces_bucket": {inspect.ObjectStore, "", nil},
	"heroku_addon": {inspect.Database, "plan", nil}, "scaleway_rdb_instance": {inspect.Database, "engine", []string{"engine"}}, "scaleway_redis_cluster": {inspect.Redis, "", []string{"version"}},
	"ovh_cloud_project_database": {inspect.Database, "engine", []string{"version"}}, "linode_database_postgresql": {inspect.Postgres, "", []string{"engine_id"}}, "linode_database_mysql": {inspect.MySQL, "", []string{"engine_id"}},
	"vultr_database": {inspect.Database, "database_engine", []string{"database_engine_version"}}, "exoscale_dbaas": {inspect.Database, "type", nil},
	"aiven_pg": {inspect.Postgres, "", []string{"pg_user_config.pg_version"}}, "aiven_mysql": {inspect.MySQL, "", nil}, "aiven_redis": {inspect.Redis, "", nil}, "aiven_valkey": {inspect.Redis, "", nil}, "aiven_kafka": {inspect.Kafka, "", []string{"kafka_user_config.kafka_version"}}, "aiven_opensearch": {inspect.Elasticsearch, "", nil},
	"mongodbatlas_cluster": {inspect.MongoDB, "", []string{"mongo_db_major_version"}}, "mongodbatlas_advanced_cluster": {inspect.MongoDB, "", []string{"mongo_db_major_version"}}, "mongodbatlas_serverless_instance": {inspect.MongoDB, "", nil},
	"neon_project": {inspect.Postgres, "", []string{"pg_version"}}, "upstash_redis_database": {inspect.Redis, "", nil}, "cloudamqp_instance": {inspect.AMQP, "", []string{"rmq_version"}},
	"confluent_kafka_cluster": {inspect.Kafka, "", nil}, "rediscloud_subscription": {inspect.Redis, "", nil}, "supabase_project": {inspect.Postgres, "", nil}, "cloudflare_r2_bucket": {inspect.ObjectStore, "", nil},
}

// attachment states the managed service that a resource is.
func (f *file) attachment(b *hclsyntax.Block, in inspect.InfraBlock) {
	kind, ok := byResource[in.Labels[0]]
	if !ok {
		return
	}
	t := treeOf(in.Attributes)
	f.attach(b, strings.Join(in.Labels, "."), kind, t)
}

func (f *file) attach(b *hclsyntax.Block, name string, kind managed, t *tree) {
	a := inspect.Attachment{Platform: "terraform", Service: kind.service, Name: name}
	if kind.engine != "" {
		engine := t.literal(kind.engine)
		if service := inspect.EngineOf(engine); service != "" {
			a.Service = service
		} else if engine != "" && kind.engine == "plan" {
			return // an add-on that is no backing service known here
		}
	}
	for _, attribute := range kind.version {
		path := strings.Split(attribute, ".")
		if text := t.text(path...); text != "" {
			a.Version, a.Line = text, t.line(path...)
			break
		}
	}
	f.emit(b, a)
}

// databaseModule are modules of the registry that make one managed service, by
// what their source names.
var databaseModule = regexp.MustCompile(`(?i)(^|/)(?:terraform-[a-z]+-)?(rds-aurora|rds|elasticache-redis|elasticache|memorystore|sql-db|postgresql|mysql|redis|msk-kafka-cluster|documentdb-cluster|opensearch|alloy-?db)(/|$)`)

// moduleAttachment states the managed service that a module of the registry
// makes, when its source leaves no doubt.
func (f *file) moduleAttachment(b *hclsyntax.Block, in inspect.InfraBlock) {
	t := treeOf(in.Attributes)
	source := t.literal("source")
	m := databaseModule.FindAllStringSubmatch(strings.ReplaceAll(source, "//modules/", "/"), -1)
	if m == nil || strings.HasPrefix(source, ".") {
		return
	}
	kind := managed{engine: "engine", version: []string{"engine_version", "database_version", "redis_version", "kafka_version"}}
	switch last := strings.ToLower(m[len(m)-1][2]); last {
	case "rds", "rds-aurora", "sql-db":
		kind.service = inspect.Database
	case "postgresql", "alloydb", "alloy-db":
		kind.service = inspect.Postgres
	case "mysql":
		kind.service = inspect.MySQL
	case "msk-kafka-cluster":
		kind.service = inspect.Kafka
	case "documentdb-cluster":
		kind.service = inspect.MongoDB
	case "opensearch":
		kind.service = inspect.Elasticsearch
	default:
		kind.service = inspect.Redis
	}
	f.attach(b, "module."+in.Labels[0], kind, t)
}
