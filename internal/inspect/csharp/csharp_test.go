package csharp_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

func TestArchives(t *testing.T) { inspecttest.Archives(t) }

// TestKeepsNoSecret: whatever form a password has, it is in no signal.
func TestKeepsNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "Zq9xKw3vPlm"
	for name, content := range map[string]string{
		"variable":    `var password = "` + secret + `";`,
		"constant":    `class A { private const string ApiKey = "` + secret + `"; }`,
		"initializer": `var o = new SmtpOptions { Password = "` + secret + `" };`,
		"connection":  `var c = new NpgsqlConnection("Host=db;Username=u;Password=` + secret + `");`,
		"followed":    `const string Dsn = "Server=db;User Id=sa;Password=` + secret + `"; services.AddDbContext<A>(o => o.UseSqlServer(Dsn));`,
		"url":         `var f = new ConnectionFactory { Uri = new Uri("amqp://u:` + secret + `@mq:5672/") };`,
		"key":         `var k = new SymmetricSecurityKey(Encoding.UTF8.GetBytes("` + secret + `"));`,
		"fallback":    `var s = Environment.GetEnvironmentVariable("JWT_SECRET") ?? "` + secret + `";`,
		"setting":     `var s = builder.Configuration.GetValue("Smtp:Password", "` + secret + `");`,
		"query":       `await http.GetAsync("https://api.corp.net/v1?apikey=` + secret + `");`,
		"credential":  `client.Credentials = new NetworkCredential("me", "` + secret + `");`,
		"named":       `Connect(host: "db", password: "` + secret + `");`,
	} {
		got := inspecttest.Stated(inspect.CSharp, content)
		if strings.Contains(got, secret) {
			t.Errorf("%s states the secret:\n%s", name, got)
		}
		if !strings.Contains(got, "Zq") {
			t.Errorf("%s states nothing of the secret:\n%s", name, got)
		}
	}
}

// BenchmarkCSharp reads a source like those of web applications.
func BenchmarkCSharp(b *testing.B) {
	var source strings.Builder
	source.WriteString("using System;\nusing Npgsql;\nnamespace Shop;\n")
	for i := range 60 {
		source.WriteString(strings.ReplaceAll(benchmarkClass, "NUMBER", string(rune('A'+i%26))+string(rune('a'+i/26))))
	}
	content := []byte(source.String())
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		files.File(inspect.CSharp, content)
	}
}

// BenchmarkCSharpWithoutMarks reads a source of which only the imports are
// stated.
func BenchmarkCSharpWithoutMarks(b *testing.B) {
	var source strings.Builder
	source.WriteString("using System;\nusing System.Linq;\nnamespace Shop;\n")
	for i := range 100 {
		source.WriteString(strings.ReplaceAll(entityClass, "NUMBER", string(rune('A'+i%26))+string(rune('a'+i/26))))
	}
	content := []byte(source.String())
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if len(files.File(inspect.CSharp, content)) != 3 {
			b.Fatal("not the namespace and its imports")
		}
	}
}

const entityClass = `
/// <summary>What one customer buys.</summary>
public class OrderNUMBER
{
    public int Id { get; private set; }
    public DateTime At { get; init; }
    public List<Line> Lines { get; } = new();

    public decimal Total() => Lines.Where(line => line.Count > 0).Sum(line => line.Price * line.Count);

    public void Add(Line line)
    {
        if (line.Count < 0)
        {
            throw new ArgumentException("a count is negative", nameof(line));
        }
        Lines.Add(line);
    }
}
`

const benchmarkClass = `
/// <summary>Serves orders.</summary>
[ApiController, Route("api/[controller]")]
public class OrderNUMBERController : ControllerBase
{
    private readonly ILogger<OrderNUMBERController> _logger;
    private readonly IOrderRepository _orders;
    private static readonly Dictionary<string, int> Counts = new();

    public OrderNUMBERController(ILogger<OrderNUMBERController> logger, IOrderRepository orders)
    {
        _logger = logger ?? throw new ArgumentNullException(nameof(logger));
        _orders = orders ?? throw new ArgumentNullException(nameof(orders));
    }

    [HttpGet("{id:int}")]
    public async Task<ActionResult<Order>> Get(int id, CancellationToken cancellation)
    {
        var order = await _orders.GetAsync(id, cancellation);
        if (order is null)
        {
            _logger.LogWarning("Order {Id} is not known to {User}", id, User.Identity?.Name);
            return NotFound(new ProblemDetails { Title = "Not found", Status = 404, Detail = $"There is no order {id}." });
        }
        var items = order.Items.Where(i => i.Quantity > 0).Select(i => new ItemView(i.Name, i.Quantity, i.Price * i.Quantity)).ToList();
        Counts[order.Customer] = items.Count;
        return Ok(new OrderView(order.Id, order.Customer, items, items.Sum(i => i.Total)));
    }

    private static decimal Discount(Order order) => order.Items.Count switch { > 10 => 0.1m, > 5 => 0.05m, _ => 0m };
}
`
