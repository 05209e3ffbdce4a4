package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"twelvefold/internal/store"
)

const (
	// maxPayload is GitHub's own bound on a delivery's body, in bytes.
	maxPayload = 25 << 20
	// takenWithin is less than the ten seconds that GitHub waits for an answer.
	takenWithin = 8 * time.Second
)

// delivery is one webhook while it is taken in.
type delivery struct {
	id, event string
	body      []byte
	payload   payload
}

// eventHandler does what an event asks for, inside the transaction that records
// its delivery, and says in a few words what came of it.
type eventHandler func(s *Server, ctx context.Context, tx store.Tx, d delivery) (outcome string, err error)

// events are the handlers of the events that mean something here. Any other is
// recorded and answered like them.
var events = map[string]eventHandler{
	"check_run":                 (*Server).checkRunEvent,
	"check_suite":               (*Server).checkSuiteEvent,
	"create":                    (*Server).branchEvent,
	"delete":                    (*Server).branchEvent,
	"github_app_authorization":  (*Server).authorizationEvent,
	"installation":              (*Server).installationEvent,
	"installation_repositories": (*Server).installationRepositoriesEvent,
	"installation_target":       (*Server).installationTargetEvent,
	"member":                    (*Server).memberEvent,
	"membership":                (*Server).memberEvent,
	"organization":              (*Server).memberEvent,
	"pull_request":              (*Server).pullRequestEvent,
	"public":                    (*Server).repositoryEvent,
	"push":                      (*Server).pushEvent,
	"repository":                (*Server).repositoryEvent,
}

// webhook takes in one delivery of GitHub's: 202 says that it is committed,
// with all that it leads to, and that the same delivery again changes nothing.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request) error {
	if len(s.webhookSecret) == 0 {
		return plain(w, http.StatusNotFound, "no GitHub App is configured here")
	}
	d := delivery{id: r.Header.Get("X-GitHub-Delivery"), event: r.Header.Get("X-GitHub-Event")}
	signature, err := signatureOf(r.Header.Get("X-Hub-Signature-256"))
	if err != nil { // before anything is read
		return s.unsigned(w, r, d)
	}
	ctx, cancel := context.WithTimeout(r.Context(), takenWithin)
	defer cancel()
	if deadline, ok := ctx.Deadline(); ok { // not every writer can; the server's own limit stays
		_ = http.NewResponseController(w).SetReadDeadline(deadline)
	}
	body, leave, err := s.intake.read(http.MaxBytesReader(w, r.Body, maxPayload))
	defer leave()
	var long *http.MaxBytesError
	switch {
	case errors.Is(err, errNoRoom):
		return plain(w, http.StatusServiceUnavailable, "too many deliveries at once: send it again")
	case errors.As(err, &long):
		return plain(w, http.StatusRequestEntityTooLarge, "the body is larger than 25 MB")
	case err != nil:
		return plain(w, http.StatusBadRequest, "the body could not be read")
	case !signed(s.webhookSecret, body, signature):
		return s.unsigned(w, r, d)
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return plain(w, http.StatusUnsupportedMediaType, "set the App's webhook to send application/json")
	}
	if d.body = body; !tolerant(body, &d.payload) {
		return plain(w, http.StatusBadRequest, "the body is not a JSON object")
	}
	fresh, outcome, err := s.take(ctx, d)
	switch {
	case errors.Is(err, store.ErrInvalid):
		return plain(w, http.StatusBadRequest, "the delivery lacks its id: X-GitHub-Delivery")
	case err != nil:
		s.logger.ErrorContext(ctx, "a delivery could not be taken; GitHub will be asked to send it again", "delivery", d.id, "event", d.event, "error", err.Error())
		return plain(w, http.StatusServiceUnavailable, "not taken: send it again")
	case !fresh:
		return plain(w, http.StatusAccepted, "taken before")
	}
	s.logger.InfoContext(ctx, "delivery taken", "delivery", d.id, "event", d.event, "action", d.payload.Action,
		"installation", d.payload.Installation.ID, "outcome", outcome)
	return plain(w, http.StatusAccepted, outcome)
}

// take records a delivery and does what it asks for, both or neither.
func (s *Server) take(ctx context.Context, d delivery) (fresh bool, outcome string, err error) {
	err = s.store.InTx(ctx, func(tx store.Tx) error {
		fresh, err = s.store.TakeDelivery(ctx, tx, store.Delivery{ID: d.id, Event: d.event, Action: d.payload.Action, Installation: d.payload.Installation.ID})
		if err != nil || !fresh {
			return err
		}
		outcome = "nothing to do"
		handle := events[d.event]
		switch {
		case handle == nil:
		case d.payload.Installation.ID <= 0 && d.event != personalEvent:
			outcome = "nothing to do: no installation is named"
		default:
			outcome, err = handle(s, ctx, tx, d)
			if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrInvalid) { // gone, another's, or without what it needs
				outcome, err = "nothing to do: "+err.Error(), nil
			}
		}
		if err != nil {
			return err
		}
		return s.store.SettleDelivery(ctx, tx, d.id, outcome)
	})
	return fresh, outcome, err
}

// unsigned refuses what GitHub did not send.
func (s *Server) unsigned(w http.ResponseWriter, r *http.Request, d delivery) error {
	s.logger.WarnContext(r.Context(), "a webhook is not signed with this App's secret", "delivery", atMost(d.id, 100), "event", atMost(d.event, 100))
	return plain(w, http.StatusUnauthorized, "the signature is missing or wrong: GITHUB_WEBHOOK_SECRET must be the App's webhook secret")
}

// signatureOf reads a signature out of its header: 32 bytes.
func signatureOf(header string) ([]byte, error) {
	text, ok := strings.CutPrefix(header, "sha256=")
	given, err := hex.DecodeString(text)
	if !ok || err != nil || len(given) != sha256.Size {
		return nil, errors.New("the header is no signature")
	}
	return given, nil
}

// signed reports whether GitHub signed a body, without telling by its time how
// much of a wrong signature is right.
func signed(secret, body, signature []byte) bool {
	sum := hmac.New(sha256.New, secret)
	sum.Write(body)
	return hmac.Equal(signature, sum.Sum(nil))
}

// tolerant decodes what fits of a JSON object; a field of another type than
// expected is left out. ok is false for what is no JSON object at all.
func tolerant(body []byte, into any) (ok bool) {
	var wrong *json.UnmarshalTypeError
	err := json.Unmarshal(body, into)
	if errors.As(err, &wrong) {
		return wrong.Field != "" // else the whole is of another type
	}
	return err == nil
}
