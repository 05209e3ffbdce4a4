package audit

import (
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestConfigServer: what a config server of Spring Cloud serves are the settings
// of the applications that the files name.
func TestConfigServer(t *testing.T) {
	t.Parallel()
	pom := func(dir, dependency string) string {
		return "-- " + dir + "/pom.xml --\n<project><groupId>acme</groupId><artifactId>" + dir + "</artifactId><version>1</version><dependencies><dependency><groupId>org.springframework.cloud</groupId><artifactId>" + dependency + "</artifactId></dependency></dependencies></project>\n" +
			"-- " + dir + "/Dockerfile --\nFROM eclipse-temurin:21\nCOPY target/app.jar app.jar\nCMD [\"java\", \"-jar\", \"app.jar\"]\n"
	}
	shop := pom("conf", "spring-cloud-config-server") + pom("orders", "spring-cloud-starter-config") + pom("orders-archive", "spring-cloud-starter-config") +
		"-- conf/src/main/java/Conf.java --\nimport org.springframework.boot.SpringApplication;\nimport org.springframework.cloud.config.server.EnableConfigServer;\n@EnableConfigServer class Conf { public static void main(String[] a) { SpringApplication.run(Conf.class, a); } }\n" +
		"-- conf/src/main/resources/application.yml --\nserver.port: 8888\nspring.cloud.config.server.native.search-locations: LOCATION\n" +
		"-- orders/src/main/resources/bootstrap.yml --\nspring.application.name: orders\nserver.port: 1\n" +
		"-- orders/src/main/java/A.java --\nimport org.springframework.boot.SpringApplication;\nclass A { public static void main(String[] a) { SpringApplication.run(A.class, a); } }\n" +
		"-- orders-archive/src/main/resources/bootstrap.yml --\nspring.application.name: orders-archive\n" +
		"-- orders-archive/src/main/java/B.java --\nimport org.springframework.boot.SpringApplication;\nclass B { public static void main(String[] a) { SpringApplication.run(B.class, a); } }\n" +
		"-- DIR/application.yml --\nmode: all\nserver.port: 2\n-- DIR/orders.yml --\nserver.port: 3\n" +
		"-- DIR/orders-prod.yml --\nqueue: live\n-- DIR/orders-archive.yml --\nserver.port: 4\n-- DIR/nobody.yml --\nmode: none\n"
	for location, dir := range map[string]string{
		"classpath:/shared": "conf/src/main/resources/shared", "file:///etc/config-repo": "config-repo", "classpath:/config": "conf/src/main/resources/config",
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			repo := inspected(t, txtar.Parse([]byte(strings.NewReplacer("LOCATION", location, "DIR", dir).Replace(shop))))
			want := map[string][]string{
				"conf":           {"server.port=8888", "mode="},
				"orders":         {"server.port=3", "mode=all", "queue=live"},
				"orders-archive": {"server.port=4", "mode=all", "queue="},
			}
			for path, settings := range want {
				i := slices.IndexFunc(repo.Components, func(c *Component) bool { return c.Path == path })
				if i < 0 {
					t.Fatalf("%s is no component", path)
				}
				for _, setting := range settings {
					key, value, _ := strings.Cut(setting, "=")
					if s, _ := repo.Components[i].EffectiveSetting(key); s.Value.Text != value {
						t.Errorf("%s has %s = %q, want %q", path, key, s.Value.Text, value)
					}
				}
			}
			for _, c := range repo.Components {
				if own := c.File(dir+"/orders.yml") != nil; own != (c.Path == "orders") {
					t.Errorf("orders.yml is %s's: %v", c.Path, own)
				}
			}
		})
	}
}
