package files

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sort"
	"sync"

	"golang.org/x/sync/errgroup"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// Inspector turns one file into signals, whatever the file does: Pool, or
// InProcess for fixtures.
type Inspector interface {
	Inspect(ctx context.Context, path string, format inspect.Format, content []byte) []inspect.Signal
}

// Cache keeps signals from one audit to the next. Lookup leaves out what it
// has not; a key with no signals is something that it has.
type Cache interface {
	Lookup(ctx context.Context, keys []inspect.CacheKey) (map[inspect.CacheKey][]inspect.Signal, error)
	Store(ctx context.Context, signals map[inspect.CacheKey][]inspect.Signal) error
}

// Options say how a snapshot is inspected.
type Options struct {
	Inspector Inspector
	Cache     Cache                 // nil: none
	Workers   int                   // files in work at a time; 0 means GOMAXPROCS
	Progress  func(done, total int) // of contents to inspect; called by one goroutine at a time; may be nil
}

// Stats say what an inspection cost.
type Stats struct {
	Files      int   // entries of the snapshot
	Skipped    int   // files of a readable format that others wrote: nothing in them matters
	Candidates int   // files of a readable format that matter
	Texts      int   // all other files that may hold a token: nothing else is read of them
	Cached     int   // distinct contents that the cache had
	Inspected  int   // distinct contents that were inspected whole
	Bytes      int64 // read for that
}

// Result is the signals of a snapshot.
type Result struct {
	Signals  map[string][]inspect.Signal // by path, of every candidate that was read and of texts that state something; shared between equal files
	Stats    Stats
	Warnings []source.Warning // sorted by path
	Unread   []Unread         // sorted by path
}

const (
	// batch is how many contents are parsed and stored at a time: it bounds the
	// queries, and what is lost when an audit dies.
	batch = 500
	// lookupBatch is how many contents are looked up at a time.
	lookupBatch = 5000
	// maxLost ends the parsing of a repository that only wears out parsers:
	// at five seconds each, this many cost a few minutes.
	maxLost = 50
)

// All inspects every file that matters, and looks for tokens in all others that
// are not somebody else's: each distinct content once, and not at
// all when the cache has it. Errors: ctx ended, or the cache failed.
func All(ctx context.Context, snapshot *source.Snapshot, options Options) (Result, error) {
	if options.Workers <= 0 {
		options.Workers = runtime.GOMAXPROCS(0)
	}
	t := &tree{snapshot: snapshot, options: options, known: make(map[inspect.CacheKey][]inspect.Signal, len(snapshot.Files))}
	keys := t.candidates()
	misses, err := t.lookup(ctx, keys)
	if err != nil {
		return Result{}, err
	}
	if err := t.prepare(ctx, misses); err != nil {
		return Result{}, err
	}
	t.total, t.done = len(keys), len(keys)-len(misses)
	t.progress()
	for part := range slices.Chunk(misses, batch) {
		if err := t.inspect(ctx, part); err != nil {
			return Result{}, err
		}
	}
	result := t.result()
	if err := t.charts(ctx, result.Signals); err != nil {
		return Result{}, err
	}
	return result, t.whole(ctx)
}

// prepare tells the snapshot which files will be read.
func (t *tree) prepare(ctx context.Context, keys []inspect.CacheKey) error {
	files := make([]source.File, len(keys))
	for i, key := range keys {
		files[i] = t.snapshot.Files[t.files[key][0]]
	}
	if err := t.snapshot.Prepare(ctx, files); err != nil {
		return fmt.Errorf("fetch %d files: %w", len(files), err)
	}
	return t.whole(ctx)
}

// whole is nil while everything could be read that exists: what becomes of an
// audit that was stopped, or whose contents could not be fetched, says only that.
func (t *tree) whole(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.snapshot.Err(); err != nil {
		return fmt.Errorf("fetch files: %w", err)
	}
	return nil
}

// tree is one inspection under way.
type tree struct {
	snapshot *source.Snapshot
	options  Options
	files    map[inspect.CacheKey][]int // indices in the snapshot, by what is to be read
	known    map[inspect.CacheKey][]inspect.Signal
	stats    Stats

	mu       sync.Mutex // guards what workers share
	warnings []source.Warning
	total    int
	done     int
	lost     int
	leftOut  int // contents not parsed because of maxLost

	unread     []Unread
	unsearched int // texts that could not be read: too large, mostly
}

// candidates lists what is to be read, in the order of the first path.
func (t *tree) candidates() []inspect.CacheKey {
	n := len(t.snapshot.Files)
	t.files = make(map[inspect.CacheKey][]int, n)
	t.stats.Files = n
	keys, indices := make([]inspect.CacheKey, 0, n), make([]int, n) // of the first file of each key, to be allocated at once
	for i, f := range t.snapshot.Files {
		if f.Mode != source.Regular && f.Mode != source.Executable {
			continue
		}
		format := inspect.FormatOf(f.Path)
		_, readable := extractors[format]
		switch {
		case readable && matters(f.Role, format):
			t.stats.Candidates++
		case f.Role == source.Vendored || lists[format] || notText(f.Path):
			if readable {
				t.stats.Skipped++
			}
			continue
		default:
			format = inspect.Text
			t.stats.Texts++
		}
		key := inspect.CacheKey{Blob: f.Blob, Format: format}
		if same := t.files[key]; same != nil {
			t.files[key] = append(same, i)
			continue
		}
		keys = append(keys, key)
		indices[i] = i
		t.files[key] = indices[i : i+1 : i+1]
	}
	return keys
}

// matters reports whether any rule could look at such a file. What others
// wrote, what programs wrote and what is only shown never matters; a test or
// an example can still say which variables and services there are.
func matters(role source.Role, format inspect.Format) bool {
	switch role {
	case source.Vendored, source.Minified, source.Generated, source.I18n:
		return false
	case source.Test:
		return format == inspect.Compose || format == inspect.DotEnv
	case source.Docs, source.Example:
		return format == inspect.DotEnv
	}
	return true
}

// lookup asks the cache, and returns what it has not.
func (t *tree) lookup(ctx context.Context, keys []inspect.CacheKey) (misses []inspect.CacheKey, err error) {
	if t.options.Cache == nil {
		return keys, ctx.Err()
	}
	for part := range slices.Chunk(keys, lookupBatch) {
		found, err := t.options.Cache.Lookup(ctx, part)
		if err != nil {
			return nil, fmt.Errorf("look up cached signals: %w", err)
		}
		for _, key := range part {
			signals, ok := found[key]
			if !ok {
				misses = append(misses, key)
				continue
			}
			t.known[key] = signals
			if key.Format != inspect.Text {
				t.stats.Cached++
			}
		}
	}
	return misses, ctx.Err()
}

// inspect parses a batch side by side and stores it.
func (t *tree) inspect(ctx context.Context, keys []inspect.CacheKey) error {
	fresh := map[inspect.CacheKey][]inspect.Signal{}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(t.options.Workers)
	for _, key := range keys {
		group.Go(func() error {
			if err := groupCtx.Err(); err != nil {
				return err
			}
			t.one(groupCtx, key, fresh)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err // signals of a stopped audit say only that it was stopped
	}
	if t.options.Cache != nil && len(fresh) > 0 {
		if err := t.options.Cache.Store(ctx, fresh); err != nil {
			return fmt.Errorf("store signals: %w", err)
		}
	}
	return t.whole(ctx) // another try goes on from here
}

// one reads and parses one content.
func (t *tree) one(ctx context.Context, key inspect.CacheKey, fresh map[inspect.CacheKey][]inspect.Signal) {
	file := t.snapshot.Files[t.files[key][0]]
	t.mu.Lock()
	worn := t.lost >= maxLost
	t.mu.Unlock()
	var content []byte
	var unread error
	var signals []inspect.Signal
	if !worn {
		content, unread = t.snapshot.Read(ctx, file)
		switch {
		case unread != nil:
		case key.Format == inspect.Text:
			signals = File(key.Format, content) // there is no parser that could be lost
		default:
			signals = t.options.Inspector.Inspect(ctx, file.Path, key.Format, content)
		}
	}

	t.mu.Lock()
	defer t.mu.Unlock()
	t.done++
	t.progress()
	switch {
	case worn:
		t.leftOut++
		t.unreadable(key, wornOut)
		return
	case unread != nil && key.Format == inspect.Text:
		t.unsearched += len(t.files[key])
		return
	case unread != nil:
		for _, i := range t.files[key] {
			t.warn(t.snapshot.Files[i].Path, unread.Error())
		}
		t.unreadable(key, unread.Error())
		return
	}
	t.known[key] = signals
	if key.Format != inspect.Text {
		t.stats.Inspected++
		t.stats.Bytes += int64(len(content))
	}
	if reason, gone := isLost(signals); gone {
		t.lost++
		for _, i := range t.files[key] {
			t.warn(t.snapshot.Files[i].Path, "left out: "+reason)
		}
		t.unreadable(key, reason)
		return
	}
	fresh[key] = signals
}

func isLost(signals []inspect.Signal) (reason string, gone bool) {
	for _, s := range signals {
		if failed, ok := s.Fact.(inspect.ParseFailed); ok && failed.Lost {
			return failed.Reason, true
		}
	}
	return "", false
}

func (t *tree) warn(path, message string) {
	t.warnings = append(t.warnings, source.Warning{Path: path, Message: message})
}

func (t *tree) progress() {
	if t.options.Progress != nil {
		t.options.Progress(t.done, t.total)
	}
}

// numbered is "1 file" or "2 files".
func numbered(files int) string {
	if files == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", files)
}

// result gives every path its signals.
func (t *tree) result() Result {
	if t.leftOut > 0 {
		t.warn("", fmt.Sprintf("left out %s: the parser was lost on %d others", numbered(t.leftOut), t.lost))
	}
	if t.unsearched > 0 {
		them, they := "them", "they are"
		if t.unsearched == 1 {
			them, they = "it", "it is"
		}
		t.warn("", fmt.Sprintf("left out %s of other formats: no tokens were looked for in %s, since %s too large or absent", numbered(t.unsearched), them, they))
	}
	sort.Slice(t.warnings, func(i, j int) bool {
		a, b := t.warnings[i], t.warnings[j]
		return a.Path < b.Path || a.Path == b.Path && a.Message < b.Message
	})
	signals := make(map[string][]inspect.Signal, t.stats.Candidates)
	for key, files := range t.files {
		if known, ok := t.known[key]; ok && (key.Format != inspect.Text || len(known) > 0) {
			for _, i := range files {
				signals[t.snapshot.Files[i].Path] = known
			}
		}
	}
	sortUnread(t.unread)
	return Result{Signals: signals, Stats: t.stats, Warnings: t.warnings, Unread: t.unread}
}
