package audit

import (
	"fmt"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// datastoreDrivers are dependencies that only a program with a database has; of
// Maven's names the part after the colon counts.
var datastoreDrivers = map[string]bool{
	"psycopg": true, "psycopg2": true, "psycopg2-binary": true, "asyncpg": true, "mysqlclient": true, "pymysql": true,
	"pymongo": true, "sqlalchemy": true, "flask-sqlalchemy": true, "sqlmodel": true, "alembic": true, "peewee": true,
	"tortoise-orm": true, "mongoengine": true,
	"pg": true, "postgres": true, "mysql": true, "mysql2": true, "sqlite3": true, "better-sqlite3": true, "mongodb": true,
	"mongoose": true, "sequelize": true, "typeorm": true, "knex": true, "prisma": true, "@prisma/client": true,
	"drizzle-orm": true, "@mikro-orm/core": true,
	"github.com/lib/pq": true, "github.com/jackc/pgx/v4": true, "github.com/jackc/pgx/v5": true,
	"github.com/go-sql-driver/mysql": true, "github.com/mattn/go-sqlite3": true, "modernc.org/sqlite": true,
	"gorm.io/gorm": true, "github.com/jinzhu/gorm": true, "go.mongodb.org/mongo-driver": true, "xorm.io/xorm": true,
	"entgo.io/ent": true, "github.com/uptrace/bun": true,
	"activerecord": true, "mongoid": true, "sequel": true, "rom-sql": true, "trilogy": true, "ruby-oci8": true, "tiny_tds": true,
	"spring-boot-starter-data-jpa": true, "spring-boot-starter-jdbc": true, "spring-boot-starter-data-jdbc": true, "spring-boot-starter-data-r2dbc": true,
	"spring-boot-starter-data-mongodb": true, "spring-boot-starter-data-elasticsearch": true, "mybatis": true, "mybatis-spring-boot-starter": true,
	"hibernate-core": true, "postgresql": true, "mysql-connector-java": true, "mysql-connector-j": true, "mariadb-java-client": true, "ojdbc8": true, "ojdbc11": true,
	"h2": true, "hsqldb": true, "mongodb-driver-sync": true, "jooq": true, "exposed-core": true, "flyway-core": true, "liquibase-core": true,
	"quarkus-hibernate-orm": true, "quarkus-hibernate-orm-panache": true, "quarkus-jdbc-postgresql": true,
	"doctrine/orm": true, "doctrine/dbal": true, "illuminate/database": true, "laravel/framework": true, "php-pdo": true, "php-pdo_pgsql": true, "php-pdo_mysql": true,
	"php-pdo_sqlite": true, "php-mysqli": true, "php-pgsql": true, "php-mongodb": true, "mongodb/mongodb": true, "propel/propel": true, "yiisoft/yii2": true,
	"npgsql": true, "npgsql.entityframeworkcore.postgresql": true, "microsoft.entityframeworkcore.sqlserver": true, "microsoft.entityframeworkcore.sqlite": true,
	"pomelo.entityframeworkcore.mysql": true, "mysqlconnector": true, "mysql.data": true, "dapper": true, "mongodb.driver": true, "entityframework": true,
	"aspire.npgsql.entityframeworkcore.postgresql": true, "aspire.npgsql": true, "microsoft.data.sqlclient": true, "microsoft.data.sqlite": true, "linq2db": true, "marten": true,
}

// databaseSettings are keys under which frameworks name the program's database.
var databaseSettings = []string{"DATABASES", "SQLALCHEMY_DATABASE_URI", "spring.datasource.", "spring.data.mongodb.", "quarkus.datasource.", "datasources.default.", "ConnectionStrings:"}

// Datastore is the first evidence that the component keeps data in a database,
// and what it is: its clients, its framework's settings, its migrations, its
// declared drivers, a database that its platform attaches, and the same of the
// repository's libraries that it uses. ok is false when there is none.
func (c *Component) Datastore() (at Place, what string, ok bool) {
	for _, part := range append([]*Component{c}, c.Libraries()...) {
		if at, what, ok := part.ownDatastore(); ok {
			return at, what, true
		}
	}
	return Place{}, "", false
}

func (c *Component) ownDatastore() (at Place, what string, ok bool) {
	var client *Located[inspect.Client] // the first one
	for x := range Facts[inspect.Client](c) {
		if isDatastore(x.Fact.Service) && x.Fact.Handle.Source == inspect.Env && x.File.Role == source.Prod {
			return x.At(), clientOf(x.Fact), true // what a deploy attaches, before what a tool opens
		}
		if client == nil && isDatastore(x.Fact.Service) {
			client = &x
		}
	}
	for x := range Facts[inspect.Setting](c) {
		for _, key := range databaseSettings {
			if strings.HasPrefix(x.Fact.Key, key) {
				return x.At(), "the setting " + x.Fact.Key, true
			}
		}
	}
	if client != nil {
		return client.At(), clientOf(client.Fact), true
	}
	for x := range Facts[inspect.Migration](c) {
		if x.Fact.Own {
			continue // what it does stands elsewhere
		}
		return x.At(), "a migration, " + x.Fact.Via, true
	}
	for x := range Facts[inspect.Dependency](c) {
		name := strings.ToLower(x.Fact.Name[strings.LastIndexByte(x.Fact.Name, ':')+1:])
		if x.Fact.Group == inspect.Runtime && !x.Fact.Indirect && datastoreDrivers[name] {
			if extension, ok := strings.CutPrefix(name, "php-"); ok && x.Fact.Ecosystem == inspect.System {
				return x.At(), "PHP's extension " + extension, true
			}
			return x.At(), "the dependency " + x.Fact.Name, true
		}
	}
	for x := range Facts[inspect.Attachment](c) {
		if isDatastore(x.Fact.Service) && x.Fact.Platform != "terraform" {
			return x.At(), fmt.Sprintf("%s, attached by %s", x.Fact.Service, x.Fact.Platform), true
		}
	}
	return Place{}, "", false
}

func clientOf(client inspect.Client) string {
	return fmt.Sprintf("a client of %s, %s", client.Service, client.Via)
}

func (c *Component) hasDatastore() bool {
	return OfComponent(c, keepsData)
}

func keepsData(c *Component) bool {
	_, _, ok := c.Datastore()
	return ok
}
