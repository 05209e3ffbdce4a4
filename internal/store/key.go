package store

import (
	"fmt"
	"strings"
)

// keyColumn is a column that a list is ordered by. What has no value comes last.
type keyColumn struct {
	sql        string // without an order; of type text, bigint, double precision or timestamptz
	descending bool
	nullable   bool
}

// keyColumns order a list; the last of them is unique and never null.
type keyColumns []keyColumn

// expression is the order in SQL.
func (list keyColumns) expression() string {
	parts := make([]string, len(list))
	for i, c := range list {
		parts[i] = c.sql + " ASC"
		if c.descending {
			parts[i] = c.sql + " DESC"
		}
		if c.nullable {
			parts[i] += " NULLS LAST"
		}
	}
	return strings.Join(parts, ", ")
}

// selected are the columns as a query gives them, so that a list goes on behind
// an item by what the database itself compared.
func (list keyColumns) selected() string {
	parts := make([]string, len(list))
	for i, c := range list {
		parts[i] = ", " + c.sql
	}
	return strings.Join(parts, "")
}

// after is the condition that a row comes behind a key, which has a value or nil
// for each column; arguments begin with that number. nil is behind nothing.
func (list keyColumns) after(key []any, first int) (condition string, arguments []any, err error) {
	if key == nil {
		return "true", nil, nil
	}
	if len(key) != len(list) {
		return "", nil, fmt.Errorf("a key of %d columns has %d values: %w", len(list), len(key), ErrInvalid)
	}
	condition = "false" // two rows are never the same
	for i := len(list) - 1; i >= 0; i-- {
		c := list[i]
		switch {
		case key[i] == nil && !c.nullable:
			return "", nil, fmt.Errorf("a key lacks the value of %s: %w", c.sql, ErrInvalid)
		case key[i] == nil:
			condition = fmt.Sprintf("(%s IS NULL AND %s)", c.sql, condition)
			continue
		}
		arguments = append(arguments, key[i])
		argument, behind := fmt.Sprintf("$%d", first+len(arguments)-1), ">"
		if c.descending {
			behind = "<"
		}
		text := fmt.Sprintf("(%s %s %s OR %s = %s AND %s", c.sql, behind, argument, c.sql, argument, condition)
		if c.nullable {
			text += " OR " + c.sql + " IS NULL"
		}
		condition = text + ")"
	}
	return condition, arguments, nil
}
