package golang_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// handler is one noun of a service, as people write them.
const handler = `
// Orders%[1]d serves the orders of one customer.
type Orders%[1]d struct {
	db       *sql.DB
	log      *slog.Logger
	pageSize int
}

func NewOrders%[1]d(db *sql.DB, log *slog.Logger) *Orders%[1]d {
	size, err := strconv.Atoi(os.Getenv("PAGE_SIZE_%[1]d"))
	if err != nil {
		size = 50
	}
	return &Orders%[1]d{db: db, log: log, pageSize: size}
}

func (o *Orders%[1]d) List(w http.ResponseWriter, r *http.Request) {
	rows, err := o.db.QueryContext(r.Context(), "SELECT id, total FROM orders WHERE customer = $1 ORDER BY created_at DESC LIMIT $2", r.PathValue("id"), o.pageSize)
	if err != nil {
		o.log.Error("orders failed", "error", err, "customer", r.PathValue("id"))
		http.Error(w, "try again later", http.StatusInternalServerError)
		return
	}
	defer rows.Close()
	orders := []map[string]any{}
	for rows.Next() {
		var id, total int
		if err := rows.Scan(&id, &total); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		orders = append(orders, map[string]any{"id": id, "total": total})
	}
	if os.Getenv("APP_ENV") != "production" {
		o.log.Debug("orders", "count", len(orders))
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"orders": orders})
}
`

func BenchmarkGo(b *testing.B) {
	var source strings.Builder
	source.WriteString("package shop\n\nimport (\n\t\"database/sql\"\n\t\"encoding/json\"\n\t\"log/slog\"\n\t\"net/http\"\n\t\"os\"\n\t\"strconv\"\n)\n")
	for i := range 80 {
		fmt.Fprintf(&source, handler, i)
	}
	content := []byte(source.String())
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if len(files.File(inspect.Go, content)) == 0 {
			b.Fatal("nothing is stated")
		}
	}
}

// BenchmarkGoWithoutMarks reads a source of which only the imports are stated.
func BenchmarkGoWithoutMarks(b *testing.B) {
	var source strings.Builder
	source.WriteString("package shop\n\nimport (\n\t\"errors\"\n\t\"time\"\n)\n")
	for i := range 200 {
		fmt.Fprintf(&source, entity, i)
	}
	content := []byte(source.String())
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if len(files.File(inspect.Go, content)) != 3 {
			b.Fatal("not the package and its imports")
		}
	}
}

// entity is one noun of a domain, as people write them.
const entity = `
// Order%[1]d is what one customer buys.
type Order%[1]d struct {
	ID    int       ` + "`json:\"id\"`" + `
	Lines []Line    ` + "`json:\"lines\"`" + `
	At    time.Time ` + "`json:\"at\"`" + `
}

func (o *Order%[1]d) Total() (total int, err error) {
	for _, line := range o.Lines {
		if line.Count < 0 {
			return 0, errors.New("a count is negative")
		}
		total += line.Price * line.Count
	}
	return total, nil
}
`
