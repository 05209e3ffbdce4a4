package inspect

import (
	"reflect"
	"testing"
)

func TestNginxAffinity(t *testing.T) {
	t.Parallel()
	source := "events {}\nhttp {\n  # ip_hash;\n  log_format main '$remote_addr; \"ip_hash;\"';\n  upstream shop {\n    ip_hash;\n    server ${HOST}:8080;\n  }\n" +
		"  upstream cart { sticky cookie id\n expires=1h; server b:1; hash $request_uri; }\n  upstream c { hash $remote_addr consistent; }\n  server { location / { proxy_pass http://shop; } }\n}\n"
	want := []Signal{{6, 6, Affinity{"ip_hash", "shop"}}, {9, 10, Affinity{"sticky cookie", "cart"}}, {11, 11, Affinity{"hash $remote_addr", "c"}}}
	if got := File(Nginx, []byte(source)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	for _, broken := range []string{"}", "upstream a { ip_hash", "\"", "${", "a {{{;;}"} {
		File(Nginx, []byte(broken)) // ends, whatever it says
	}
	for name, want := range map[string]Format{"nginx.conf": Nginx, "docker/nginx/default.conf.template": Nginx, "etc/redis.conf": "", "nginx/supervisord.conf": Supervisor} {
		if got := FormatOf(name); got != want {
			t.Errorf("FormatOf(%q) is %q, want %q", name, got, want)
		}
	}
}

func TestStickyServices(t *testing.T) {
	t.Parallel()
	affinity := func(format Format, source string) (list []string) {
		for _, s := range File(format, []byte(source)) {
			switch f := s.Fact.(type) {
			case KubeObject:
				list = append(list, f.Affinity)
			case ComposeService:
				for _, e := range f.Sticky {
					list = append(list, e.Name)
				}
			}
		}
		return list
	}
	for _, test := range []struct {
		name, source string
		format       Format
		want         []string
	}{
		{"service", "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {sessionAffinity: ClientIP}", YAML, []string{"ClientIP"}},
		{"google", "apiVersion: cloud.google.com/v1\nkind: BackendConfig\nmetadata: {name: a}\nspec: {sessionAffinity: {affinityType: GENERATED_COOKIE}}", YAML, []string{"GENERATED_COOKIE"}},
		{"istio", "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: a}\nspec: {trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {name: id}}}}}", YAML, []string{"httpCookie"}},
		{"traefik", "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: a}\nspec: {routes: [{services: [{name: b, sticky: {cookie: {}}}]}]}", YAML, []string{"cookie"}},
		{"labels", "services:\n  a:\n    image: b\n    labels:\n      - traefik.http.services.a.loadbalancer.sticky.cookie=true\n      - traefik.enable=true\n    deploy: {labels: {traefik.http.services.a.loadBalancer.sticky: \"false\"}}", Compose,
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
