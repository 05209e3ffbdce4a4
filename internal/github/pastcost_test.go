package github_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/source"
)

// TestPastCosts tells what a year of history costs over GitHub's API and over
// git's own protocol, of real repositories: SUBJECTS names a directory of bare
// clones called owner+name/repo. Those with fewer than 26 weeks of commits before their
// head, and clones that lack objects, are left out. It prints a line for each way.
func TestPastCosts(t *testing.T) {
	clones := os.Getenv("SUBJECTS")
	if clones == "" {
		t.Skip("set SUBJECTS to a directory of bare clones (owner+name/repo) to measure what a year of them costs")
	}
	git := githubtest.Git(t)
	dirs, _ := filepath.Glob(filepath.Join(clones, "*", "repo"))
	fmt.Println("repository\tfiles\tweeks\tcommits\tway\trequests\tarchives\tgit\tbytes\trounds\tseconds\tMB of disk")
	for _, dir := range dirs {
		owner, name, _ := strings.Cut(filepath.Base(filepath.Dir(dir)), "+")
		p := &hosted{t: t, git: git, dir: dir, slug: github.Slug{Owner: owner, Name: name}}
		if _, err := exec.Command(git, "--git-dir", dir, "rev-parse", "--verify", "HEAD").Output(); err != nil {
			continue
		}
		p.head = p.run("rev-parse", "HEAD")
		weeks, err := source.Past(t.Context(), dir, p.head, 52)
		if err != nil || len(weeks) < 26 || strings.Contains("\n"+p.run("rev-list", "--objects", "--missing=print", "--since="+weeks[0].At.Add(-time.Second).Format(time.RFC3339), p.head), "\n?") {
			continue
		}
		p.measure(weeks)
	}
}

// hosted is a GitHub of one real repository: as much of the API as reads
// commits, and the repository itself over git's protocol.
type hosted struct {
	t         *testing.T
	git, dir  string
	slug      github.Slug
	head      string
	url       string
	mu        sync.Mutex
	cost      cost
	committed time.Time
}

// cost is what was asked for.
type cost struct {
	requests, free, archives, packs int // requests that count, those that don't, and what is no request of the API
	bytes                           int64
	rounds                          int // answers that were waited for one after the other, as nearly as can be told
}

func (p *hosted) run(args ...string) string {
	p.t.Helper()
	c := exec.Command(p.git, append([]string{"--git-dir", p.dir}, args...)...)
	c.Env = githubtest.GitEnv()
	out, err := c.Output()
	if err != nil {
		p.t.Fatalf("git %v in %s: %v", args, p.dir, err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// counted counts what goes over the wire.
type counted struct {
	http.ResponseWriter
	n *int64
}

func (c counted) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	*c.n += int64(n)
	return n, err
}

func (p *hosted) serve() *httptest.Server {
	root := p.t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, p.slug.Owner), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.Symlink(p.dir, filepath.Join(root, p.slug.String()+".git")); err != nil {
		p.t.Fatal(err)
	}
	api := http.NewServeMux()
	api.HandleFunc("POST /api/v3/app/installations/1/access_tokens", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"token": "ghs_x", "expires_at": time.Now().Add(time.Hour)})
	})
	at := "GET /api/v3/repos/{owner}/{repo}"
	api.HandleFunc(at, p.repository)
	api.HandleFunc(at+"/git/ref/heads/main", func(w http.ResponseWriter, r *http.Request) {
		p.answer(w, r, map[string]any{"ref": "refs/heads/main", "object": map[string]any{"sha": p.head, "type": "commit", "url": p.url}})
	})
	api.HandleFunc(at+"/git/matching-refs/{sort}/", p.refs)
	api.HandleFunc(at+"/git/trees/{id}", p.tree)
	api.HandleFunc(at+"/git/blobs/{id}", p.blob)
	api.HandleFunc(at+"/commits", p.commits)
	api.HandleFunc(at+"/tarball/{id}", func(w http.ResponseWriter, r *http.Request) {
		p.count(func(c *cost) { c.requests++ })
		http.Redirect(w, r, p.url+"/archive/"+r.PathValue("id"), http.StatusFound)
	})
	api.HandleFunc("GET /archive/{id}", p.archive)
	backend := githubtest.ServeGit(p.git, root)
	api.HandleFunc("/"+p.slug.String()+".git/", func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength < 0 { // cgi takes no chunks
			body, _ := io.ReadAll(r.Body)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
		n := r.ContentLength
		backend.ServeHTTP(counted{w, &n}, r)
		p.count(func(c *cost) { c.packs++; c.bytes += n })
	})
	s := httptest.NewServer(api)
	p.t.Cleanup(s.Close)
	p.url = s.URL
	return s
}

func (p *hosted) count(do func(*cost)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do(&p.cost)
}

// answer writes JSON as GitHub does: packed, with an ETag.
func (p *hosted) answer(w http.ResponseWriter, r *http.Request, body any) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if err := json.NewEncoder(z).Encode(body); err != nil {
		p.t.Error(err)
	}
	_ = z.Close()
	w.Header().Set("ETag", `W/"`+r.URL.String()+`"`) // nothing changes
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Encoding", "gzip")
	if r.Header.Get("If-None-Match") != "" {
		p.count(func(c *cost) { c.free++ })
		w.WriteHeader(http.StatusNotModified)
		return
	}
	p.count(func(c *cost) { c.requests++; c.bytes += int64(packed.Len()) })
	_, _ = w.Write(packed.Bytes())
}

func (p *hosted) repository(w http.ResponseWriter, r *http.Request) {
	p.answer(w, r, map[string]any{"id": 1, "name": p.slug.Name, "full_name": p.slug.String(), "default_branch": "main", "owner": map[string]any{"login": p.slug.Owner}})
}

func (p *hosted) refs(w http.ResponseWriter, r *http.Request) {
	list := []map[string]any{}
	for _, line := range strings.Fields(p.run("for-each-ref", "--format=%(refname)", "refs/"+r.PathValue("sort"))) {
		list = append(list, map[string]any{"ref": line, "node_id": "x", "url": p.url + "/" + line, "object": map[string]any{"sha": p.head, "type": "commit", "url": p.url}})
	}
	p.answer(w, r, list)
}

func (p *hosted) tree(w http.ResponseWriter, r *http.Request) {
	list := []map[string]any{}
	api := "https://api.github.com/repos/" + p.slug.String() + "/git/"
	for _, line := range strings.Split(strings.TrimSuffix(p.run("ls-tree", "-rtlz", r.PathValue("id")), "\x00"), "\x00") {
		meta, path, _ := strings.Cut(line, "\t")
		f := strings.Fields(meta)
		one := map[string]any{"path": path, "mode": f[0], "type": f[1], "sha": f[2], "url": api + f[1] + "s/" + f[2]}
		if size, err := strconv.Atoi(f[3]); err == nil {
			one["size"] = size
		}
		list = append(list, one)
	}
	p.count(func(c *cost) { c.rounds++ })
	p.answer(w, r, map[string]any{"sha": r.PathValue("id"), "tree": list, "truncated": false})
}

func (p *hosted) blob(w http.ResponseWriter, r *http.Request) {
	c := exec.Command(p.git, "--git-dir", p.dir, "cat-file", "blob", r.PathValue("id"))
	c.Env = githubtest.GitEnv()
	content, err := c.Output()
	if err != nil {
		p.t.Error(err)
	}
	p.count(func(c *cost) { c.requests++; c.bytes += int64(len(content)) })
	_, _ = w.Write(content)
}

func (p *hosted) archive(w http.ResponseWriter, r *http.Request) {
	c := exec.Command(p.git, "--git-dir", p.dir, "-c", "tar.tar.gz.command=gzip -cn", "archive", "--format=tar.gz", "--prefix=x/", r.PathValue("id"))
	c.Env = githubtest.GitEnv()
	var n int64
	c.Stdout = counted{w, &n}
	_ = c.Run() // who has what they want hangs up
	p.count(func(c *cost) { c.archives++; c.rounds += 2; c.bytes += n })
}

func (p *hosted) commits(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	args := []string{"log", "--format=%H%x09%P%x09%cI%x09%s", q.Get("sha")}
	for _, name := range []string{"since", "until"} {
		if value := q.Get(name); value != "" {
			args = slices.Insert(args, 1, "--"+name+"="+value)
		}
	}
	per, _ := strconv.Atoi(q.Get("per_page"))
	page := 1
	if n, err := strconv.Atoi(q.Get("page")); err == nil {
		page = n
	}
	list := []map[string]any{}
	all := strings.Split(p.run(args...), "\n")
	from, to := min((page-1)*per, len(all)), min(page*per, len(all))
	for _, line := range all[from:to] {
		f := strings.SplitN(line, "\t", 4)
		if len(f) < 4 {
			continue
		}
		parents := []map[string]any{}
		for _, id := range strings.Fields(f[1]) {
			parents = append(parents, map[string]any{"sha": id, "url": p.url + id, "html_url": p.url + id})
		}
		list = append(list, map[string]any{"sha": f[0], "parents": parents, "url": p.url + f[0], "html_url": p.url + f[0], "commit": map[string]any{"message": f[3], "committer": map[string]any{"date": f[2]}}})
	}
	if to < len(all) {
		q.Set("page", strconv.Itoa(page+1))
		w.Header().Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, p.url, r.URL.Path, q.Encode()))
	}
	p.count(func(c *cost) { c.rounds++ })
	p.answer(w, r, list)
}

// measure tells the ways apart.
func (p *hosted) measure(weeks []source.Commit) {
	p.serve()
	files := strings.Count(p.run("ls-tree", "-r", p.head), "\n") + 1
	p.committed = weeks[len(weeks)-1].At.AddDate(0, 0, 8)
	if at, err := source.CommittedAt(p.dir, p.head); err == nil {
		p.committed = at
	}
	commits := p.run("rev-list", "--count", "--since="+weeks[0].At.Format(time.RFC3339), p.head)
	say := func(way string, took time.Duration, disk int64) {
		fmt.Printf("%s\t%d\t%d\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%.1f\t%.1f\n", p.slug, files, len(weeks), commits, way, p.cost.requests, p.cost.archives, p.cost.packs, p.cost.bytes,
			p.cost.rounds, took.Seconds(), float64(disk)/(1<<20))
		p.cost = cost{}
	}
	say("API", p.byAPI(false), 0)
	say("git, and the API", p.byAPI(true), 0)
	took, disk := p.byGit(weeks, true)
	say("git: trees, then contents", took, disk)
	took, disk = p.byGit(weeks, false)
	say("git: shallow", took, disk)
}

// byAPI audits the year as a worker does.
func (p *hosted) byAPI(sparing bool) time.Duration {
	app, err := github.New(github.Options{AppID: 1, PrivateKey: githubtest.NewUnchecked(p.t).PrivateKey, URL: p.url, APIURL: p.url + "/api/v3",
		Cache: &cache{kept: map[string]keptAnswer{}}, Now: func() time.Time { return p.committed }})
	if err != nil {
		p.t.Fatal(err)
	}
	app.Hasten(time.Minute, time.Millisecond)
	client, known := app.For(1), signals{}
	look := func(commit string) {
		if _, err := audited(p.t, must(client.Snapshot(p.t.Context(), p.slug, commit, source.DefaultLimits))(p.t), known); err != nil {
			p.t.Fatal(err)
		}
	}
	look(p.head)
	if p.cost = (cost{}); sparing {
		client = client.Sparing()
	}
	start := time.Now()
	list := must(client.Weekly(p.t.Context(), p.slug, "main", 52))(p.t)
	for _, c := range slices.Backward(list) {
		if c.SHA == p.head {
			continue
		}
		before := p.cost
		look(c.SHA)
		p.cost.rounds += (p.cost.requests-before.requests-1+7)/8 + p.cost.packs - before.packs // eight blobs at a time
	}
	return time.Since(start)
}

// byGit fetches the year by git itself: the weeks' trees and then their contents
// that the head does not have, or all since the first week.
func (p *hosted) byGit(weeks []source.Commit, partial bool) (took time.Duration, disk int64) {
	dir, url := p.t.TempDir(), p.url+"/"+p.slug.String()+".git"
	git := func(in string, args ...string) string {
		c := exec.Command(p.git, append([]string{"-C", dir}, args...)...)
		c.Env, c.Stdin = githubtest.GitEnv(), strings.NewReader(in)
		out, err := c.Output()
		if err != nil {
			p.t.Fatalf("git %.200v: %v", args, err)
		}
		return string(out)
	}
	git("", "init", "-q", "--bare")
	p.cost = cost{}
	start := time.Now()
	if partial {
		git("", "config", "remote.origin.url", url)
		git("", "config", "remote.origin.promisor", "true")
		git("", "config", "remote.origin.partialclonefilter", "blob:none")
		var ids strings.Builder
		fmt.Fprintln(&ids, p.head)
		for _, c := range weeks {
			fmt.Fprintln(&ids, c.SHA)
		}
		git(ids.String(), "fetch", "-q", "--depth=1", "--filter=blob:none", "--no-tags", "--no-write-fetch-head", "--stdin", "origin")
		has, wanted := map[string]bool{}, map[string]bool{}
		for i, commit := range strings.Fields(ids.String()) {
			for _, line := range strings.Split(git("", "ls-tree", "-r", commit), "\n") {
				f := strings.Fields(line)
				if len(f) < 4 || f[1] != "blob" {
					continue
				}
				if i == 0 {
					has[f[2]] = true
				} else if !has[f[2]] {
					wanted[f[2]] = true
				}
			}
		}
		ids.Reset()
		for id := range wanted {
			fmt.Fprintln(&ids, id)
		}
		if len(wanted) > 0 {
			git(ids.String(), "-c", "fetch.negotiationAlgorithm=noop", "fetch", "-q", "--no-tags", "--no-write-fetch-head", "--filter=blob:none", "--stdin", "origin")
		}
	} else {
		git("", "fetch", "-q", "--no-tags", "--shallow-since="+weeks[0].At.Add(-time.Second).Format(time.RFC3339), url, "HEAD")
	}
	took = time.Since(start)
	_ = filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			disk += info.Size()
		}
		return nil
	})
	p.cost.rounds = p.cost.packs
	return took, disk
}
