package github

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// OAuth signs people in over the App's web flow. It is safe for concurrent use.
type OAuth struct {
	URL          string // "" is https://github.com
	ClientID     string
	ClientSecret string
	Now          func() time.Time // nil: time.Now
}

// OAuth signs people in with the App's client id and secret.
func (a *App) OAuth(clientID, clientSecret string) *OAuth {
	return &OAuth{URL: a.site, ClientID: clientID, ClientSecret: clientSecret, Now: a.now}
}

// Token is what a person gave the App. Its String says none of it.
type Token struct {
	Access         string
	Refresh        string    // "" when the access does not expire
	Expires        time.Time // zero: never
	RefreshExpires time.Time
}

// String keeps tokens out of logs.
func (Token) String() string { return "***" }

// GoString is String.
func (t Token) GoString() string { return t.String() }

// AuthorizeURL is where a person is sent to. challenge is the S256 challenge of
// PKCE.
func (o *OAuth) AuthorizeURL(state, challenge, redirect string) string {
	query := url.Values{"client_id": {o.ClientID}, "state": {state}, "redirect_uri": {redirect}}
	if challenge != "" {
		query.Set("code_challenge", challenge)
		query.Set("code_challenge_method", "S256")
	}
	return o.site() + "/login/oauth/authorize?" + query.Encode()
}

// Exchange takes the token that a code stands for. ErrForbidden: the code is
// wrong, old or used.
func (o *OAuth) Exchange(ctx context.Context, code, verifier, redirect string) (Token, error) {
	form := url.Values{"code": {code}, "redirect_uri": {redirect}}
	if verifier != "" {
		form.Set("code_verifier", verifier)
	}
	return o.token(ctx, form)
}

// Refresh takes a new token for an old one's refresh, which is then used up.
// ErrForbidden: the person has to sign in again.
func (o *OAuth) Refresh(ctx context.Context, refreshToken string) (Token, error) {
	return o.token(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}})
}

// ErrCredentials says that the client id and secret are not the App's. It is
// ErrForbidden, too.
var ErrCredentials = fmt.Errorf("the client id and secret are not the App's: %w", ErrForbidden)

// Check asks GitHub whether the client id and secret are the App's, by a code that
// is none: with them it is the code that is refused. The error is ErrCredentials,
// or of a GitHub that could not be asked.
func (o *OAuth) Check(ctx context.Context) error {
	_, err := o.Exchange(ctx, "none", "", "")
	if errors.Is(err, ErrCredentials) || !errors.Is(err, ErrForbidden) {
		return err
	}
	return nil
}

func (o *OAuth) site() string { return strings.TrimSuffix(cmp.Or(o.URL, "https://github.com"), "/") }

// oauthClient follows no redirect: the form holds secrets.
var oauthClient = &http.Client{
	Timeout:       usualTimes.request,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// token asks once: codes and refresh tokens work once.
func (o *OAuth) token(ctx context.Context, form url.Values) (Token, error) {
	form.Set("client_id", o.ClientID)
	form.Set("client_secret", o.ClientSecret)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, o.site()+"/login/oauth/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		return Token{}, fmt.Errorf("%q is not GitHub's URL", o.URL)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", userAgent)
	response, err := oauthClient.Do(request)
	if err != nil {
		return Token{}, o.away(ctx, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return Token{}, o.away(ctx, err)
	}
	return o.read(response, body)
}

func (o *OAuth) away(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return tidy(err)
}

// read takes a token out of an answer. GitHub says 200 to what it refuses.
func (o *OAuth) read(response *http.Response, body []byte) (Token, error) {
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	if limit, reached := limitOf(response.StatusCode, response.Header, "", now(), 0); reached {
		return Token{}, limit
	}
	if response.StatusCode >= 500 {
		return Token{}, Unavailable{fmt.Errorf("sign-in was answered with %d", response.StatusCode)}
	}
	var got struct {
		AccessToken           string `json:"access_token"`
		RefreshToken          string `json:"refresh_token"`
		ExpiresIn             int64  `json:"expires_in"`
		RefreshTokenExpiresIn int64  `json:"refresh_token_expires_in"`
		Error                 string `json:"error"`
		Description           string `json:"error_description"`
	}
	if err := json.Unmarshal(body, &got); err != nil && response.StatusCode == http.StatusOK {
		return Token{}, Unavailable{errors.New("its answer to sign-in can't be read")}
	}
	if got.Error == "incorrect_client_credentials" || response.StatusCode == http.StatusNotFound { // of an id that there is not
		return Token{}, fmt.Errorf("%w: sign-in: %s", ErrCredentials, cmp.Or(got.Error, http.StatusText(response.StatusCode)))
	}
	if got.AccessToken == "" {
		return Token{}, fmt.Errorf("%w: sign-in: %s", ErrForbidden, cutRunes(cmp.Or(got.Error, http.StatusText(response.StatusCode))+" "+got.Description, 300))
	}
	return Token{got.AccessToken, got.RefreshToken, after(now(), got.ExpiresIn), after(now(), got.RefreshTokenExpiresIn)}, nil
}

func after(now time.Time, seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return now.Add(time.Duration(seconds) * time.Second)
}
