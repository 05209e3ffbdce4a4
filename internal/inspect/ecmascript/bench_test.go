//go:build cgo

package ecmascript_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// module is one module of a service, as people write them.
const module = `
import express, { Router } from 'express';
import { Pool } from 'pg';
import logger from '../lib/logger';
import { sendInvoice } from '../jobs/invoices';

const pool%[1]d = new Pool({ connectionString: process.env.DATABASE_URL });
const pageSize%[1]d = Number(process.env.PAGE_SIZE_%[1]d ?? 50);

/** Orders of one customer, newest first. */
export async function ordersOf%[1]d(customer, { page = 0, status } = {}) {
  const where = ['customer = $1'];
  const values = [customer];
  if (status) {
    values.push(status);
    where.push('status = $' + values.length);
  }
  const { rows } = await pool%[1]d.query('SELECT * FROM orders WHERE ' + where.join(' AND ') + ' ORDER BY created_at DESC', values);
  return rows.slice(page * pageSize%[1]d, (page + 1) * pageSize%[1]d).map((row) => ({ ...row, total: row.items.reduce((sum, i) => sum + i.price, 0) }));
}

export const router%[1]d = Router();
router%[1]d.get('/customers/:id/orders', async (req, res, next) => {
  try {
    const orders = await ordersOf%[1]d(req.params.id, req.query);
    if (process.env.NODE_ENV !== 'production') logger.debug('orders', { count: orders.length });
    res.json({ orders, links: { self: req.originalUrl } });
  } catch (error) {
    logger.error('orders failed', { error, customer: req.params.id });
    next(error);
  }
});
router%[1]d.post('/customers/:id/orders', async (req, res) => {
  const { items = [], note } = req.body;
  if (!items.length) return res.status(422).json({ error: 'an order needs items' });
  const order = await pool%[1]d.query('INSERT INTO orders (customer, items, note) VALUES ($1, $2, $3) RETURNING *', [req.params.id, items, note]);
  await sendInvoice(order.rows[0]);
  res.status(201).json(order.rows[0]);
});
`

func BenchmarkECMAScript(b *testing.B) {
	var source strings.Builder
	for i := range 60 {
		fmt.Fprintf(&source, module, i)
	}
	content := []byte(source.String())
	for _, format := range []inspect.Format{inspect.JavaScript, inspect.TypeScript, inspect.TSX} {
		b.Run(string(format), func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				if len(files.File(format, content)) == 0 {
					b.Fatal("nothing is stated")
				}
			}
		})
	}
}
