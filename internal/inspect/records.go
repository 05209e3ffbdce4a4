package inspect

import "regexp"

// Records are words for what people create and come back for, as variables are
// named that hold them.
var Records = []string{"products", "books", "todos", "tasks", "notes", "posts", "articles", "blogs", "comments", "reviews", "customers", "employees", "students", "teachers", "patients", "doctors", "courses", "movies", "films", "songs", "albums",
	"recipes", "invoices", "payments", "bookings", "reservations", "appointments", "tickets", "contacts", "pets", "cats", "dogs", "people", "persons", "expenses", "polls", "quotes", "cars", "vehicles", "projects", "companies", "shipments",
	"users", "accounts", "orders", "carts", "wallets", "members", "categories", "topics", "inventory"}

var recordName = regexp.MustCompile(`(?i)^_?\w{0,16}?(products|books|todos|tasks|notes|posts|articles|blogs|comments|reviews|customers|employees|students|teachers|patients|doctors|courses|movies|films|songs|albums|recipes|invoices|payments|bookings|reservations|appointments|tickets|contacts|pets|cats|dogs|people|persons|expenses|polls|quotes|cars|vehicles|projects|companies|shipments|users|accounts|orders|carts|wallets|members|categories|topics|inventory|pizzas|heroes)(Db|Data|List|Map|Store|Table|_?by_?\w*|_db|_data|_list|_map|_store)?$`)

// NamesRecords reports whether a variable is named for things that people create
// and come back for: products, _users, todoList is none.
func NamesRecords(name string) bool { return len(name) < 40 && recordName.MatchString(name) }

var recordKeeper = regexp.MustCompile(`(?i)(repository|repositoryimpl|repo|dao|daoimpl|store|storage)$`)

// KeepsRecords reports whether a type is named for keeping what others give it.
func KeepsRecords(name string) bool {
	return recordKeeper.MatchString(name) && !keptOtherwise.MatchString(name)
}

var keptOtherwise = regexp.MustCompile(`(?i)cache|session|token|lock|registry|event|metric|config|setting|fake|mock|stub|test|dummy|state|job|queue|context|security|credential|request|log|flag|key`)
