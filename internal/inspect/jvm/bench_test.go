//go:build cgo

package jvm_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// javaService and kotlinService are written as services of their languages are:
// most of each states nothing.
const javaService = `
package com.acme.orders%[1]d;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.client.RestTemplate;

/**
 * Takes orders, and asks the stock before it confirms them.
 *
 * @author someone
 */
@RestController
@RequestMapping("/orders")
public class OrderController%[1]d {
    private static final Logger logger = LoggerFactory.getLogger(OrderController%[1]d.class);
    private static final int MAX_LINES = 100;

    private final OrderRepository orders;
    private final RestTemplate rest;
    private final String stockUrl;
    private final Map<String, Order> drafts = new ConcurrentHashMap<>();

    public OrderController%[1]d(OrderRepository orders, RestTemplate rest, @Value("${STOCK_URL:http://stock:8080}") String stockUrl) {
        this.orders = orders;
        this.rest = rest;
        this.stockUrl = stockUrl;
    }

    @GetMapping("/{id}")
    public ResponseEntity<Order> byId(@PathVariable String id) {
        Optional<Order> found = orders.findById(id);
        if (found.isEmpty()) {
            logger.warn("order {} is unknown", id);
            return ResponseEntity.notFound().build();
        }
        return ResponseEntity.ok(found.get());
    }

    @PostMapping
    public ResponseEntity<Order> create(@RequestBody OrderRequest request) {
        List<OrderLine> lines = new ArrayList<>();
        BigDecimal total = BigDecimal.ZERO;
        for (OrderRequest.Line line : request.getLines()) {
            if (lines.size() >= MAX_LINES) {
                throw new IllegalArgumentException("an order has at most " + MAX_LINES + " lines");
            }
            Stock stock = rest.getForObject(stockUrl + "/stock/" + line.getSku(), Stock.class);
            if (stock == null || stock.getAvailable() < line.getQuantity()) {
                return ResponseEntity.status(409).build();
            }
            BigDecimal price = stock.getPrice().multiply(BigDecimal.valueOf(line.getQuantity()));
            total = total.add(price);
            lines.add(new OrderLine(line.getSku(), line.getQuantity(), price));
        }
        Order order = new Order(request.getCustomer(), lines, total, Instant.now());
        drafts.put(request.getCustomer(), order);
        orders.save(order);
        logger.info("order {} of {} with {} lines", order.getId(), request.getCustomer(), lines.size());
        return ResponseEntity.ok(order);
    }
}
`

const kotlinService = `
package com.acme.orders%[1]d

import io.ktor.http.HttpStatusCode
import io.ktor.server.application.Application
import io.ktor.server.application.call
import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import io.ktor.server.request.receive
import io.ktor.server.response.respond
import io.ktor.server.routing.get
import io.ktor.server.routing.post
import io.ktor.server.routing.routing
import org.slf4j.LoggerFactory

private val logger = LoggerFactory.getLogger("orders")

data class Line(val sku: String, val quantity: Int, val price: Long)

data class Order(val customer: String, val lines: List<Line>, val note: String? = null) {
    val total: Long
        get() = lines.sumOf { it.price * it.quantity }

    fun describe(): String = "$customer has ${lines.size} lines for $total"
}

class Orders(private val limit: Int = 100) {
    private val byCustomer = mutableMapOf<String, MutableList<Order>>()

    fun add(order: Order): Boolean {
        val list = byCustomer.getOrPut(order.customer) { mutableListOf() }
        if (list.size >= limit) {
            logger.warn("{} has too many orders", order.customer)
            return false
        }
        list.add(order)
        return true
    }

    fun of(customer: String): List<Order> = byCustomer[customer]?.toList() ?: emptyList()
}

fun Application.orders(orders: Orders) {
    routing {
        get("/orders/{customer}") {
            val customer = call.parameters["customer"]
            if (customer == null) {
                call.respond(HttpStatusCode.BadRequest)
            } else {
                call.respond(orders.of(customer))
            }
        }
        post("/orders") {
            val order = call.receive<Order>()
            when {
                order.lines.isEmpty() -> call.respond(HttpStatusCode.BadRequest, "no lines")
                orders.add(order) -> call.respond(HttpStatusCode.Created, order)
                else -> call.respond(HttpStatusCode.Conflict)
            }
        }
    }
}

fun main() {
    val port = System.getenv("PORT")?.toInt() ?: 8080
    embeddedServer(Netty, port = port, host = "0.0.0.0") {
        orders(Orders(limit = System.getenv("LIMIT")?.toInt() ?: 100))
    }.start(wait = true)
}
`

// javaEntity and kotlinEntity state nothing but what they import: most files of
// a service are like them.
const javaEntity = `
package com.acme.orders%[1]d;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * An order with its lines; see <a href="https://acme.example/orders">the model</a>.
 */
@Entity
public class Order%[1]d {
    public static final String KEY_FIELD = "key";

    @Id private Long id;
    private String customer;
    private String token;
    @OneToMany private List<OrderLine> lines = new ArrayList<>();
    private Instant createdAt = Instant.now();

    public Long getId() {
        return id;
    }

    public void setToken(String token) {
        this.token = token;
    }

    public BigDecimal total() {
        BigDecimal total = BigDecimal.ZERO;
        for (OrderLine line : lines) {
            if (line.getQuantity() <= 0) {
                throw new IllegalStateException("line " + line.getSku() + " of " + customer + " is empty");
            }
            total = total.add(line.getPrice().multiply(BigDecimal.valueOf(line.getQuantity())));
        }
        return total;
    }
}

@Service
class OrderService%[1]d {
    private final OrderRepository orders;

    OrderService%[1]d(OrderRepository orders) {
        this.orders = orders;
    }

    @Transactional
    public Order%[1]d confirm(Long id, String environment) {
        Order%[1]d order = orders.findById(id).orElseThrow(() -> new IllegalArgumentException("order " + id + " is unknown"));
        order.setToken(order.total() + "-" + environment);
        return orders.save(order);
    }
}
`

const kotlinEntity = `
package com.acme.orders%[1]d

import java.math.BigDecimal
import java.time.Instant
import jakarta.persistence.Entity
import jakarta.persistence.Id
import org.springframework.stereotype.Service

/** A customer's order: see https://acme.example/orders. */
@Entity
class Order%[1]d(@Id val id: Long, val customer: String, var token: String? = null) {
    val lines = mutableListOf<Line>()
    val createdAt: Instant = Instant.now()

    val total: BigDecimal
        get() = lines.fold(BigDecimal.ZERO) { sum, line -> sum + line.price * line.quantity.toBigDecimal() }

    fun add(line: Line): Boolean {
        require(line.quantity > 0) { "line ${line.sku} of $customer is empty" }
        return lines.add(line)
    }
}

data class Line(val sku: String, val quantity: Int, val price: BigDecimal)

@Service
class OrderService(private val orders: OrderRepository) {
    fun confirm(id: Long, environment: String): Order%[1]d {
        val order = orders.findById(id).orElseThrow { IllegalArgumentException("order $id is unknown") }
        order.token = listOf(order.total, environment).joinToString("-")
        return orders.save(order)
    }
}
`

func benchmark(b *testing.B, language inspect.Format, template string) {
	var sources [][]byte
	size := 0
	for i := range 40 {
		source := []byte(strings.TrimPrefix(fmt.Sprintf(template, i), "\n"))
		sources = append(sources, source)
		size += len(source)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, source := range sources {
			if len(files.File(language, source)) < 5 {
				b.Fatal("nothing is stated")
			}
		}
	}
}

func BenchmarkJava(b *testing.B)   { benchmark(b, java, javaService) }
func BenchmarkKotlin(b *testing.B) { benchmark(b, kotlin, kotlinService) }

func BenchmarkJavaWithoutMarks(b *testing.B)   { benchmark(b, java, javaEntity) }
func BenchmarkKotlinWithoutMarks(b *testing.B) { benchmark(b, kotlin, kotlinEntity) }
