package links_test

import (
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/links"
)

func TestScan(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`mails.send(new Mail("Open this: " +` + "\n" + `  "http://localhost:8080/api/auth/accountVerification/" + token));`: "http://localhost:8080/api/auth/accountVerification/",
		`absurl = 'http://' + 'localhost:3000' + relativeLink`:                                                              "http://localhost:3000",
		`success_url: "http://localhost:3000/success",`:                                                                     "http://localhost:3000/success",
		`HttpResponseRedirect('http://localhost:3000/done')`:                                                                "http://localhost:3000/done",
		`response.sendRedirect("http://localhost:3000/done");`:                                                              "http://localhost:3000/done",
		`return redirect("http://127.0.0.1:3000")`:                                                                          "http://127.0.0.1:3000",
		`"picture": "http://localhost:5000/uploads/" + name,`:                                                               "http://localhost:5000/uploads/",
		`picture = f"http://localhost:5000/media/{name}"`:                                                                   "http://localhost:5000/media/{name}",
		`requests.get("http://localhost:5000/uploads/" + name)`:                                                             "",
		`const url = process.env.URL || "http://localhost:5000/uploads/" + name`:                                            "",
		`const health = "http://localhost:5000/health"`:                                                                     "",
		`// res.redirect("http://localhost:3000/")`:                                                                         "",
		`if (isDev) { res.redirect("http://localhost:3000/") }`:                                                             "",
		`log.info("open http://localhost:5000/reset/" + token)`:                                                             "",
		`url = "http://localhost:5000" + path`:                                                                              "",
	} {
		e := &inspect.Emitter{}
		links.Scan(e, []byte(text))
		got := ""
		if len(e.Signals) > 0 {
			got = e.Signals[0].Fact.(inspect.Endpoint).URL.Text
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestInText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`{{ name }} <a href="http://localhost:8000/trips">`: 1,
		`<a href="http://localhost:8000/trips">`:            0, // nothing fills it in
		`{{ name }} <pre>http://localhost:8000/trips</pre>`: 0,
	} {
		e := &inspect.Emitter{}
		links.InText(e, []byte(text))
		if len(e.Signals) != want {
			t.Errorf("%s: %v", text, e.Signals)
		}
	}
}
