//go:build cgo

package php_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// BenchmarkPHP reads controllers, models, settings and scripts as applications
// have them, about 1,200 bytes each.
func BenchmarkPHP(b *testing.B) {
	var sources [][]byte
	size := 0
	for i := range 40 {
		for _, sample := range benchSamples {
			text := strings.ReplaceAll(sample, "NNN", fmt.Sprint(i))
			sources = append(sources, []byte(text))
			size += len(text)
		}
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, source := range sources {
			files.File(inspect.PHP, source)
		}
	}
}

var benchSamples = []string{`<?php

namespace App\Http\Controllers;

use App\Http\Requests\StoreOrderRequest;
use App\Jobs\SendReceiptNNN;
use App\Models\Order;
use Illuminate\Http\RedirectResponse;
use Illuminate\Support\Facades\Log;

/**
 * Orders of the shop, as their customers see them.
 */
class OrderNNNController extends Controller
{
    public function __construct(private readonly OrderService $orders)
    {
        $this->middleware('auth')->except(['index', 'show']);
    }

    public function store(StoreOrderRequest $request): RedirectResponse
    {
        $order = $this->orders->place($request->user(), $request->validated());
        foreach ($order->items as $item) {
            if ($item->quantity > $item->product->stock) {
                return back()->withErrors(['quantity' => __('orders.out_of_stock', ['name' => $item->product->name])]);
            }
            $item->product->decrement('stock', $item->quantity);
        }
        if ($request->hasFile('attachment')) {
            $path = $request->file('attachment')->store('attachments', 's3');
            $order->update(['attachment' => $path]);
        }
        SendReceiptNNN::dispatch($order)->onQueue('mail');
        Log::info('order placed', ['order' => $order->id, 'total' => $order->total]);

        return redirect()->route('orders.show', $order)->with('status', "Order {$order->number} was placed");
    }
}
`, `<?php

return [
    'default' => env('DB_CONNECTION', 'mysql'),
    'connections' => [
        'mysql' => [
            'driver' => 'mysql',
            'url' => env('DATABASE_URL'),
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', '3306'),
            'database' => env('DB_DATABASE', 'shopNNN'),
            'username' => env('DB_USERNAME', 'root'),
            'password' => env('DB_PASSWORD', ''),
            'charset' => 'utf8mb4',
            'collation' => 'utf8mb4_unicode_ci',
            'strict' => true,
        ],
    ],
    'redis' => [
        'client' => env('REDIS_CLIENT', 'phpredis'),
        'default' => ['url' => env('REDIS_URL'), 'host' => env('REDIS_HOST', '127.0.0.1'), 'port' => env('REDIS_PORT', 6379)],
    ],
];
`, `<?php
declare(strict_types=1);

namespace App\Model;

final class ProductNNN extends Model implements \JsonSerializable
{
    private array $prices = [];

    public function __construct(private string $name, private ?string $description = null, private int $stock = 0)
    {
        parent::__construct();
    }

    public function priceIn(string $currency): float
    {
        return $this->prices[$currency] ?? throw new \DomainException(sprintf('%s has no price in %s', $this->name, $currency));
    }

    public function search(\PDO $db, string $words): array
    {
        $statement = $db->prepare('SELECT id, name FROM products WHERE MATCH(name, description) AGAINST (:words) LIMIT 50');
        $statement->execute(['words' => trim($words) . '*']);

        return array_map(static fn (array $row): self => self::fromRow($row), $statement->fetchAll());
    }

    public function jsonSerialize(): array
    {
        return ['name' => $this->name, 'description' => $this->description ?: '', 'stock' => max(0, $this->stock)];
    }
}
`, `<?php require __DIR__ . '/inc/header.php'; ?>
<h1><?= htmlspecialchars($title) ?></h1>
<table class="orders">
<?php foreach ($orders as $order): ?>
  <tr>
    <td><a href="/orders/<?= (int) $order['id'] ?>"><?= htmlspecialchars($order['number']) ?></a></td>
    <td><?= number_format($order['total'], 2) ?></td>
    <td><?php if ($order['paid']): ?>paid<?php else: ?><form method="post" action="/pay.php?id=NNN"><button>pay</button></form><?php endif; ?></td>
  </tr>
<?php endforeach; ?>
</table>
<?php
$id = (int) ($_GET['id'] ?? 0);
if ($_SERVER['REQUEST_METHOD'] === 'POST' && !empty($_POST['note'])) {
    $pdo = new PDO(getenv('DB_DSN') ?: 'mysql:host=db;dbname=shop', getenv('DB_USER'), getenv('DB_PASSWORD'));
    $pdo->prepare('UPDATE orders SET note = ? WHERE id = ?')->execute([$_POST['note'], $id]);
    error_log("note of order $id changed");
}
?>
`}

// plainClass is what most files of an application are: a class between others.
const plainClass = `<?php

namespace App\Domain\Orders;

use App\Domain\Customers\Customer;
use DateTimeImmutable;
use DomainException;

/** An order of a customer, until it is shipped. */
final class Order
{
    /** @var list<OrderLine> */
    private array $lines = [];
    private ?DateTimeImmutable $shippedAt = null;

    public function __construct(private readonly Customer $customer, private string $note = '')
    {
    }

    public function add(OrderLine $line): void
    {
        if ($this->shippedAt !== null) {
            throw new DomainException("Order of {$this->customer->name()} is on its way."); // too late
        }
        $this->lines[] = $line;
    }

    public function total(): int
    {
        return array_sum(array_map(static fn (OrderLine $line): int => $line->price() * $line->count(), $this->lines));
    }

    public function describe(): array
    {
        return ['customer' => $this->customer->name(), 'note' => $this->note ?: 'none', 'lines' => count($this->lines)];
    }
}
`

// BenchmarkPHPWithoutMarks reads files that state no more than their namespace
// and what they import.
func BenchmarkPHPWithoutMarks(b *testing.B) {
	source := []byte(plainClass)
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		if len(files.File(inspect.PHP, source)) != 4 {
			b.Fatal("other signals than a namespace and three imports")
		}
	}
}
