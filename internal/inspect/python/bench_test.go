//go:build cgo

package python_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// module is one module of a service, as people write them.
const module = `
import logging
import os
from datetime import timedelta

import requests
from django.conf import settings
from django.http import JsonResponse
from .models import Order%[1]d, Customer
from .tasks import send_invoice

logger = logging.getLogger(__name__)
PAGE_SIZE_%[1]d = int(os.environ.get("PAGE_SIZE_%[1]d", "50"))


class OrderQuery%[1]d:
    """Orders of one customer, newest first."""

    def __init__(self, customer, status=None):
        self.customer = customer
        self.status = status

    def page(self, number=0):
        rows = Order%[1]d.objects.filter(customer=self.customer).order_by("-created_at")
        if self.status:
            rows = rows.filter(status=self.status)
        start = number * PAGE_SIZE_%[1]d
        return [{"id": row.id, "total": sum(item.price for item in row.items.all())} for row in rows[start:start + PAGE_SIZE_%[1]d]]


def orders%[1]d(request, customer_id):
    query = OrderQuery%[1]d(customer_id, request.GET.get("status"))
    page = query.page(int(request.GET.get("page", 0)))
    if settings.DEBUG:
        logger.debug("orders of %%s: %%d", customer_id, len(page))
    return JsonResponse({"orders": page, "links": {"self": request.path}})


def create_order%[1]d(request, customer_id):
    customer = Customer.objects.get(pk=customer_id)
    order = Order%[1]d.objects.create(customer=customer, note=request.POST.get("note", ""))
    answer = requests.post(f"{settings.STOCK_URL}/reserve", json={"order": order.id}, timeout=5)
    if answer.status_code != 200:
        logger.error("no stock for %%s: %%s", order.id, answer.text)
        return JsonResponse({"error": "out of stock"}, status=409)
    send_invoice.delay(order.id)
    return JsonResponse({"id": order.id, "due": str(order.created_at + timedelta(days=14))}, status=201)
`

func BenchmarkPython(b *testing.B) {
	var source strings.Builder
	for i := range 60 {
		fmt.Fprintf(&source, module, i)
	}
	content := []byte(source.String())
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if len(files.File(inspect.Python, content)) == 0 {
			b.Fatal("nothing is stated")
		}
	}
}
