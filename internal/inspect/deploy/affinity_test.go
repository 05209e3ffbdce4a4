package deploy_test

import (
	"reflect"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

func TestNginxAffinity(t *testing.T) {
	t.Parallel()
	source := "events {}\nhttp {\n  # ip_hash;\n  log_format main '$remote_addr; \"ip_hash;\"';\n  upstream shop {\n    ip_hash;\n    server ${HOST}:8080;\n  }\n" +
		"  upstream cart { sticky cookie id\n expires=1h; server b:1; hash $request_uri; }\n  upstream c { hash $remote_addr consistent; }\n  server { location / { proxy_pass http://shop; } }\n}\n"
	want := []inspect.Signal{{Line: 6, EndLine: 6, Fact: inspect.Affinity{Via: "ip_hash", Of: "shop"}}, {Line: 9, EndLine: 10, Fact: inspect.Affinity{Via: "sticky cookie", Of: "cart"}}, {Line: 11, EndLine: 11, Fact: inspect.Affinity{Via: "hash $remote_addr", Of: "c"}}}
	want = append(want, inspect.Signal{Line: 12, EndLine: 12, Fact: inspect.Setting{Key: "nginx.proxy_pass", Value: inspect.Lit("http://shop")}})
	if got := files.File(inspect.Nginx, []byte(source)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	for _, broken := range []string{"}", "upstream a { ip_hash", "\"", "${", "a {{{;;}"} {
		files.File(inspect.Nginx, []byte(broken)) // ends, whatever it says
	}
	for name, want := range map[string]inspect.Format{"nginx.conf": inspect.Nginx, "docker/nginx/default.conf.template": inspect.Nginx, "etc/redis.conf": "", "nginx/supervisord.conf": inspect.Supervisor} {
		if got := inspect.FormatOf(name); got != want {
			t.Errorf("FormatOf(%q) is %q, want %q", name, got, want)
		}
	}
}

func TestStickyServices(t *testing.T) {
	t.Parallel()
	affinity := func(format inspect.Format, source string) (list []string) {
		for _, s := range files.File(format, []byte(source)) {
			switch f := s.Fact.(type) {
			case inspect.KubeObject:
				list = append(list, f.Affinity)
			case inspect.ComposeService:
				for _, e := range f.Sticky {
					list = append(list, e.Name)
				}
			}
		}
		return list
	}
	for _, test := range []struct {
		name, source string
		format       inspect.Format
		want         []string
	}{
		{"service", "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {sessionAffinity: ClientIP}", inspect.YAML, []string{"ClientIP"}},
		{"google", "apiVersion: cloud.google.com/v1\nkind: BackendConfig\nmetadata: {name: a}\nspec: {sessionAffinity: {affinityType: GENERATED_COOKIE}}", inspect.YAML, []string{"GENERATED_COOKIE"}},
		{"istio", "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec: {trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {name: id}}}}}", inspect.YAML, []string{"httpCookie"}},
		{"traefik", "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: a}\nspec: {routes: [{services: [{name: b, sticky: {cookie: {}}}]}]}", inspect.YAML, []string{"cookie"}},
		{"labels", "services:\n  a:\n    image: b\n    labels:\n      - traefik.http.services.a.loadbalancer.sticky.cookie=true\n      - traefik.enable=true\n    deploy: {labels: {traefik.http.services.a.loadBalancer.sticky: \"false\"}}", inspect.Compose,
			[]string{"traefik.http.services.a.loadbalancer.sticky.cookie"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := affinity(test.format, test.source); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
