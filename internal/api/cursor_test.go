package api

import (
	"net/url"
	"reflect"
	"testing"
	"time"
)

func TestCursors(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 31, 9, 0, 0, 123456000, time.UTC)
	for _, key := range []Key{{int64(7)}, {nil}, {61.4000000001, "acme", int64(-3)}, {at, int64(9)}, {nil, "ä/\u202e", int64(0)}} {
		kinds := ""
		for _, v := range key {
			switch v.(type) {
			case int64:
				kinds += string(Whole)
			case float64:
				kinds += string(Number)
			case time.Time:
				kinds += string(Moment)
			default:
				kinds += string(Text)
			}
		}
		cursor := key.Encode("/findings")
		back, err := DecodeKey(cursor, "/findings", kinds)
		if err != nil || !reflect.DeepEqual(back, key) {
			t.Errorf("%v comes back as %v, %v", key, back, err)
		}
		for _, other := range []struct{ cursor, of, kinds string }{{cursor, "/rules", kinds}, {cursor, "/findings", kinds + "i"}, {cursor + "A", "/findings", kinds}, {cursor[1:], "/findings", kinds}} {
			if _, err := DecodeKey(other.cursor, other.of, other.kinds); err == nil {
				t.Errorf("%+v is a cursor", other)
			}
		}
	}
}

func TestListsAreNamedByTheirFilters(t *testing.T) {
	t.Parallel()
	of := func(query string) string {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		return ListOf("/findings", values)
	}
	if of("rule=a&limit=3&cursor=x") != of("limit=200&rule=a") {
		t.Error("the limit and the cursor are part of a list's name")
	}
	if of("rule=a") == of("rule=b") || of("rule=a") == of("factor=a") || of("rule=a%0Afactor%3Db") == of("rule=a&factor=b") {
		t.Error("two lists have one name")
	}
}

// FuzzCursor holds that whatever comes is a key of the right kinds, or refused.
func FuzzCursor(f *testing.F) {
	f.Add(Key{int64(7), "acme", 1.5, time.Unix(0, 0)}.Encode("x"), "isft")
	f.Add(Key{nil, nil}.Encode("x"), "ff")
	f.Add("WyJ4Il0", "")
	f.Fuzz(func(t *testing.T, cursor, kinds string) {
		for _, kind := range kinds {
			if kind != Text && kind != Whole && kind != Number && kind != Moment {
				return
			}
		}
		key, err := DecodeKey(cursor, "x", kinds)
		if err != nil {
			return
		}
		again, err := DecodeKey(key.Encode("x"), "x", kinds)
		if err != nil || !reflect.DeepEqual(again, key) {
			t.Errorf("%q is %v, which comes back as %v, %v", cursor, key, again, err)
		}
	})
}

// FuzzQuery holds that a query is taken whole or refused by name.
func FuzzQuery(f *testing.F) {
	f.Add(3, "sort=-score&days=90&limit=10")
	f.Add(6, "from=2026-01-31&to=2026-01-31T09:00:00%2B02:00")
	f.Add(12, "state=all&rule=%00&rule=x")
	f.Fuzz(func(t *testing.T, which int, query string) {
		values, err := url.ParseQuery(query)
		if err != nil || which < 0 {
			return
		}
		o := operations[which%len(operations)]
		ask, wrong := o.Read("/x", values)
		if len(wrong) > 0 {
			for _, p := range wrong {
				if p.Why == "" || p.In != "query" {
					t.Errorf("%+v", p)
				}
			}
			return
		}
		for name := range values {
			if ask.Text(name) != values.Get(name) {
				t.Errorf("%s is %q, not %q", name, ask.Text(name), values.Get(name))
			}
		}
		if o.Order != "" && (ask.Limit < 1 || ask.Limit > MostLimit) {
			t.Errorf("the limit is %d", ask.Limit)
		}
	})
}
