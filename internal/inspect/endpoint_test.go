package inspect_test

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestEndpointOf(t *testing.T) {
	t.Parallel()
	for name, texts := range map[string][]string{
		"apiUrl": {"https://api.shop.io/v1"}, "BASE_URL": {"http://users:8080"}, "baseURL": {"https://x.io"}, "PAYMENT_ENDPOINT": {"https://pay.shop.io"},
		"userServiceUrl": {"http://user-service/api"}, "wsHost": nil,
	} {
		for _, text := range texts {
			if _, ok := inspect.EndpointOf("assignment", name, text); !ok {
				t.Errorf("%s = %s is no endpoint", name, text)
			}
		}
	}
	for name, text := range map[string]string{
		"url": "https://x.io", "homepageUrl": "https://x.io", "defaultApiUrl": "https://x.io", "apiUrl": "https://example.com", "docs_url": "https://x.io", "API_URL": "${HOST}/x",
		"endpoint": "/users", "base_url": "https://${host}/", "XMLNS_URL": "http://www.w3.org/2000/svg", "apiHost": "https://your-domain", "avatarUrl": "https://x.io/a.png",
	} {
		if fact, ok := inspect.EndpointOf("assignment", name, text); ok {
			t.Errorf("%s = %s is an endpoint: %+v", name, text, fact)
		}
	}
}

func TestStages(t *testing.T) {
	t.Parallel()
	for flag, stage := range map[string]string{
		"isProduction": "production", "isDev": "development", "IS_PROD": "production", "__DEV__": "development", "inTest": "test", "isTesting": "test", "is_local": "local",
		"debug": "", "product": "", "testId": "", "isDevice": "", "latest": "", "development": "development", "PROD": "production",
	} {
		if got := inspect.StageOfFlag(flag); got != stage {
			t.Errorf("%s asks for %q, not %q", flag, got, stage)
		}
	}
	for name, mock := range map[string]bool{"FakeMailer": true, "mockClient": true, "inMemoryStore": true, "create_fake_client": true, "hammock": false, "fakery": false, "stubborn": false, "dummy": true} {
		if inspect.IsMockName(name) != mock {
			t.Errorf("%s: want %v", name, mock)
		}
	}
}
