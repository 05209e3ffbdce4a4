package githubtest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// hook is the App's webhook.
type hook struct {
	url      string
	held     bool
	waiting  []*delivery
	attempts []*attempt // oldest first
	all      []*delivery
	fail     int // so many attempts fail from now on
	busy     int // goroutines that send
	draining bool
}

// delivery is one event, to be delivered.
type delivery struct {
	guid, event, action      string
	payload                  []byte
	installation, repository int64
}

// attempt is one try to deliver.
type attempt struct {
	id       int64
	delivery *delivery
	at       time.Time
	again    bool
	status   int
}

func (a *attempt) object() object {
	text := "OK"
	if a.status == 0 {
		text = "failed to connect to host"
	} else if a.status >= 300 {
		text = fmt.Sprintf("Invalid HTTP Response: %d", a.status)
	}
	optional := func(id int64) any {
		if id == 0 {
			return nil
		}
		return id
	}
	var action any
	if a.delivery.action != "" {
		action = a.delivery.action
	}
	return object{
		"id": a.id, "guid": a.delivery.guid, "delivered_at": a.at.UTC().Format(time.RFC3339Nano), "redelivery": a.again, "duration": 0.03, "status": text, "status_code": a.status,
		"event": a.delivery.event, "action": action, "installation_id": optional(a.delivery.installation), "repository_id": optional(a.delivery.repository), "throttled_at": nil,
	}
}

// event is what is to be told.
type event struct {
	name, action string
	installation *installation // nil: that of the repository
	repository   *repository
	more         object
}

// SendTo is where webhooks go from now on: POST to this URL. What happened before is told nobody.
func (s *Server) SendTo(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook.url = url
}

// Hold keeps webhooks back until Release.
func (s *Server) Hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook.held = true
}

// FailDeliveries lets so many attempts fail: they never reach the webhook.
func (s *Server) FailDeliveries(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook.fail = n
}

// Waiting is how many webhooks are held.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.hook.waiting)
}

// Disorder says how webhooks that were held are sent.
type Disorder struct {
	Seed       uint64
	Duplicates float64 // so many of them twice, with the same id
	Reordered  float64 // so many of them later than others
	Lost       float64 // so many never reach the webhook: GitHub lists them as failed
	AtATime    int     // 0 is 1
}

// Release sends what was held, waits for all answers, and holds nothing more. It
// returns how many requests were made.
func (s *Server) Release(d Disorder) int {
	s.mu.Lock()
	list := s.hook.waiting
	s.hook.waiting, s.hook.held = nil, false
	s.mu.Unlock()
	r := rand.New(rand.NewPCG(d.Seed, 12))
	var order []*delivery
	for _, one := range list {
		order = append(order, one)
		if r.Float64() < d.Duplicates {
			order = append(order, one)
		}
	}
	for i := range order {
		if r.Float64() < d.Reordered {
			j := min(i+1+r.IntN(20), len(order)-1)
			order[i], order[j] = order[j], order[i]
		}
	}
	lost := map[*delivery]bool{}
	for _, one := range list {
		lost[one] = r.Float64() < d.Lost
	}
	work := make(chan *delivery)
	var workers sync.WaitGroup
	for range max(d.AtATime, 1) {
		workers.Go(func() {
			for one := range work {
				s.attempt(one, false, lost[one])
			}
		})
	}
	for _, one := range order {
		work <- one
	}
	close(work)
	workers.Wait()
	return len(order)
}

// announce tells of an event by webhook: at once, but behind the call that made
// it happen. It runs under the server's lock.
func (s *Server) announce(e event) {
	if s.hook.url == "" {
		return
	}
	if e.installation == nil && e.repository != nil {
		for _, i := range s.sorted() {
			if i.has(e.repository) {
				e.installation = i
			}
		}
		if e.installation == nil {
			return // nobody installed the App there
		}
	}
	d := s.delivery(e)
	s.hook.all = append(s.hook.all, d)
	s.hook.waiting = append(s.hook.waiting, d)
	if !s.hook.held && !s.hook.draining {
		s.hook.draining = true
		s.behind(s.drain)
	}
}

// behind does something behind the call that runs, under the server's lock.
func (s *Server) behind(do func()) {
	s.hook.busy++
	go func() {
		do()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.hook.busy--
		s.settled.Broadcast()
	}()
}

// drain sends what waits, in order.
func (s *Server) drain() {
	for {
		s.mu.Lock()
		if len(s.hook.waiting) == 0 || s.hook.held {
			s.hook.draining = false
			s.mu.Unlock()
			return
		}
		d := s.hook.waiting[0]
		s.hook.waiting = s.hook.waiting[1:]
		s.mu.Unlock()
		s.attempt(d, false, false)
	}
}

// Settle waits until no webhook is under way. What is held stays so.
func (s *Server) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.hook.busy > 0 {
		s.settled.Wait()
	}
}

func (s *Server) delivery(e event) *delivery {
	body := object{"sender": s.user(s.account("octo", "User"))}
	d := &delivery{guid: guid(), event: e.name, action: e.action}
	if e.action != "" {
		body["action"] = e.action
	}
	if e.repository != nil {
		d.repository, body["repository"] = e.repository.id, s.repository(e.repository)
	}
	if e.installation != nil {
		d.installation = e.installation.id
		body["installation"] = object{"id": e.installation.id, "node_id": nodeID("Installation", e.installation.id)}
		if e.name == "installation" || e.name == "installation_repositories" {
			body["installation"] = s.installation(e.installation)
		}
	}
	for name, value := range e.more {
		body[name] = value
	}
	payload, err := json.Marshal(body)
	if err != nil {
		s.t.Error(err)
	}
	d.payload = payload
	s.rules.webhook(s.t, e.name, e.action, payload)
	return d
}

func guid() string {
	h := secret("")
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}

// attempt posts a payload and writes down what came of it.
func (s *Server) attempt(d *delivery, again, lost bool) {
	s.mu.Lock()
	url := s.hook.url
	if s.hook.fail > 0 {
		s.hook.fail--
		lost = true
	}
	s.mu.Unlock()
	status := 0
	if !lost {
		status = s.Post(url, d.event, d.guid, d.payload)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook.attempts = append(s.hook.attempts, &attempt{s.newID(), d, s.Now(), again, status})
}

// Sign is the value of X-Hub-Signature-256.
func (s *Server) Sign(payload []byte) string {
	mac := hmac.New(sha256.New, []byte(s.WebhookSecret))
	mac.Write(payload)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// Post sends any payload, signed, and returns the status that it was answered
// with: 0 when there was none within ten seconds, GitHub's own patience.
func (s *Server) Post(url, event, guid string, payload []byte) int {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(payload))
	if err != nil {
		s.t.Error(err)
		return 0
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "GitHub-Hookshot/044aadd", "X-GitHub-Event": event, "X-GitHub-Delivery": guid, "X-GitHub-Hook-ID": "77",
		"X-GitHub-Hook-Installation-Target-Type": "integration", "X-GitHub-Hook-Installation-Target-ID": fmt.Sprint(s.AppID), "X-Hub-Signature-256": s.Sign(payload),
	} {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

// Sent is one webhook that was to be sent.
type Sent struct {
	GUID, Event, Action string
	Installation        int64
	Payload             []byte
	Statuses            []int // of all attempts; 0 for those that got no answer
}

// Sent lists all webhooks, oldest first.
func (s *Server) Sent() (list []Sent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := map[*delivery]int{}
	for i, d := range s.hook.all {
		at[d] = i
		list = append(list, Sent{GUID: d.guid, Event: d.event, Action: d.action, Installation: d.installation, Payload: d.payload})
	}
	for _, a := range s.hook.attempts {
		i := at[a.delivery]
		list[i].Statuses = append(list[i].Statuses, a.status)
	}
	return list
}
