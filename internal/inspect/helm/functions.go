package helm

import (
	"encoding/base64"
	"fmt"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// function makes a value of arguments that are all known; ok is false when it
// can't be told, or when Helm would stop.
type function func(args []any) (value any, ok bool)

// functions are those of Go's templates and of Sprig that charts use to shape
// values, by name. Those of time, chance, the cluster and cryptography are not
// among them: what they make can't be told.
var functions = map[string]function{
	"not":      func(a []any) (any, bool) { holds, known := truth(one(a)); return !holds, known && len(a) == 1 },
	"empty":    func(a []any) (any, bool) { holds, known := truth(one(a)); return !holds, known && len(a) == 1 },
	"eq":       equal,
	"ne":       func(a []any) (any, bool) { v, ok := equal(a); is, _ := v.(bool); return !is, ok },
	"lt":       compared(func(d int) bool { return d < 0 }),
	"le":       compared(func(d int) bool { return d <= 0 }),
	"gt":       compared(func(d int) bool { return d > 0 }),
	"ge":       compared(func(d int) bool { return d >= 0 }),
	"required": func(a []any) (any, bool) { return last(a), len(a) == 2 && last(a) != nil && last(a) != "" },
	"quote":    quoted(strconv.Quote),
	"squote":   quoted(func(s string) string { return "'" + s + "'" }),
	"toString": text(func(s []string) any { return s[0] }, 1),
	"upper":    text(func(s []string) any { return strings.ToUpper(s[0]) }, 1),
	"lower":    text(func(s []string) any { return strings.ToLower(s[0]) }, 1),
	"trim":     text(func(s []string) any { return strings.TrimSpace(s[0]) }, 1),
	"nospace":  text(func(s []string) any { return strings.Join(strings.Fields(s[0]), "") }, 1),
	"b64enc":   text(func(s []string) any { return base64.StdEncoding.EncodeToString([]byte(s[0])) }, 1),
	"base":     text(func(s []string) any { return path.Base(s[0]) }, 1),
	"dir":      text(func(s []string) any { return path.Dir(s[0]) }, 1),
	"snakecase": text(func(s []string) any {
		return strings.ToLower(camelBreak.ReplaceAllString(strings.ReplaceAll(s[0], "-", "_"), "${1}_${2}"))
	}, 1),
	"kebabcase": text(func(s []string) any {
		return strings.ToLower(camelBreak.ReplaceAllString(strings.ReplaceAll(s[0], "_", "-"), "${1}-${2}"))
	}, 1),

	"trimSuffix": text(func(s []string) any { return strings.TrimSuffix(s[1], s[0]) }, 2),
	"trimPrefix": text(func(s []string) any { return strings.TrimPrefix(s[1], s[0]) }, 2),
	"trimAll":    text(func(s []string) any { return strings.Trim(s[1], s[0]) }, 2),
	"contains":   text(func(s []string) any { return strings.Contains(s[1], s[0]) }, 2),
	"hasPrefix":  text(func(s []string) any { return strings.HasPrefix(s[1], s[0]) }, 2),
	"hasSuffix":  text(func(s []string) any { return strings.HasSuffix(s[1], s[0]) }, 2),
	"splitList":  text(func(s []string) any { return listOf(strings.Split(s[1], s[0])) }, 2),
	"replace":    text(func(s []string) any { return strings.ReplaceAll(s[2], s[0], s[1]) }, 3),
	"cat":        func(a []any) (any, bool) { s, ok := texts(a); return strings.Join(s, " "), ok },
	"print":      func(a []any) (any, bool) { _, ok := texts(a); return fmt.Sprint(a...), ok },
	"println":    func(a []any) (any, bool) { s, ok := texts(a); return strings.Join(s, " ") + "\n", ok },
	"printf":     printf,
	"join":       join,
	"trunc":      trunc,
	"repeat": func(a []any) (any, bool) {
		n, ok := whole(one(a))
		s, known := textOf(last(a))
		return strings.Repeat(s, int(min(max(n, 0), maxCount))), ok && known && len(a) == 2
	},
	"semverCompare": versions, "toJson": toJSON, "mustToJson": toJSON, "toRawJson": toJSON,
	"regexFind": found, "mustRegexFind": found,
	"until": func(a []any) (any, bool) {
		n, ok := whole(one(a))
		if !ok || n < 0 || n > maxCount {
			return nil, false
		}
		list := []any{}
		for i := range n {
			list = append(list, i)
		}
		return list, true
	},
	"untilStep": func(a []any) (any, bool) {
		from, ok := whole(one(a))
		step, known := whole(last(a))
		if !ok || !known || len(a) != 3 || step == 0 {
			return nil, false
		}
		to, ok := whole(a[1])
		list := []any{}
		for i := from; (step > 0 && i < to || step < 0 && i > to) && len(list) <= maxCount; i += step {
			list = append(list, i)
		}
		return list, ok && len(list) <= maxCount
	},
	"toStrings": func(a []any) (any, bool) {
		list, _ := last(a).([]any)
		s, ok := texts(list)
		return listOf(s), ok && len(a) == 1
	},
	"regexSplit": func(a []any) (any, bool) {
		s, ok := texts(a)
		if !ok || len(s) != 3 {
			return nil, false
		}
		re, err := regexp.Compile(s[0])
		n, isNumber := whole(a[2])
		if err != nil || !isNumber {
			return nil, false
		}
		return listOf(re.Split(s[1], int(min(n, maxCount)))), true
	},
	"ceil": rounded(math.Ceil), "floor": rounded(math.Floor),
	"trimall": text(func(s []string) any { return strings.Trim(s[1], s[0]) }, 2),
	"split": func(a []any) (any, bool) {
		s, ok := texts(a)
		if !ok || len(s) != 2 {
			return nil, false
		}
		parts := map[string]any{}
		for i, part := range strings.Split(s[1], s[0]) {
			parts["_"+strconv.Itoa(i)] = part
		}
		return parts, true
	},
	"fromJson": fromYAML[map[string]any], "fromYamlArray": fromYAML[[]any], "fromJsonArray": fromYAML[[]any],
	"title": text(func(s []string) any { return titled(s[0]) }, 1),
	"b64dec": text(func(s []string) any {
		plain, err := base64.StdEncoding.DecodeString(s[0])
		if err != nil {
			return unknown{}
		}
		return string(plain)
	}, 1),
	"atoi": toInt, "mod": func(a []any) (any, bool) {
		if y, ok := whole(last(a)); !ok || y == 0 {
			return nil, false
		}
		return sum(func(x, y int64) int64 { return x % y })(a)
	},
	"substr": func(a []any) (any, bool) {
		from, ok := whole(one(a))
		s, isText := last(a).(string)
		if !ok || !isText || len(a) != 3 {
			return nil, false
		}
		to, ok := whole(a[1])
		if from < 0 {
			from = 0
		}
		if to < 0 || to > int64(len(s)) {
			to = int64(len(s))
		}
		if !ok || from > to {
			return nil, false
		}
		return s[from:to], true
	},
	"fromYaml": fromYAML[map[string]any],

	"int": toInt, "int64": toInt, "float64": func(a []any) (any, bool) { f, ok := number(last(a)); return f, ok },
	"add": sum(func(x, y int64) int64 { return x + y }), "sub": sum(func(x, y int64) int64 { return x - y }),
	"mul": sum(func(x, y int64) int64 { return x * y }), "add1": func(a []any) (any, bool) { n, ok := whole(last(a)); return n + 1, ok },
	"max": sum(func(x, y int64) int64 { return max(x, y) }), "min": sum(func(x, y int64) int64 { return min(x, y) }),
	"div": func(a []any) (any, bool) {
		if y, ok := whole(last(a)); !ok || y == 0 {
			return nil, false
		}
		return sum(func(x, y int64) int64 { return x / y })(a)
	},

	"regexMatch": func(a []any) (any, bool) {
		s, ok := texts(a)
		if !ok || len(s) != 2 {
			return nil, false
		}
		re, err := regexp.Compile(s[0])
		return err == nil && re.MatchString(s[1]), err == nil
	},
	"regexReplaceAll": func(a []any) (any, bool) {
		s, ok := texts(a)
		if !ok || len(s) != 3 {
			return nil, false
		}
		re, err := regexp.Compile(s[0])
		if err != nil {
			return nil, false
		}
		return re.ReplaceAllString(s[1], s[2]), true
	},
}

var camelBreak = regexp.MustCompile(`([a-z0-9])([A-Z])`)

func one(args []any) any {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}

func last(args []any) any {
	if len(args) == 0 {
		return nil
	}
	return args[len(args)-1]
}

// texts are arguments as they print. Helm stops at null, or prints it as such:
// somebody has to give a value.
func texts(args []any) (list []string, ok bool) {
	for _, a := range args {
		s, known := textOf(a)
		if !known || a == nil {
			return nil, false
		}
		list = append(list, s)
	}
	return list, true
}

func listOf(texts []string) []any {
	out := []any{}
	for _, s := range texts {
		out = append(out, s)
	}
	return out
}

// text is a function of a number of texts.
func text(f func(s []string) any, count int) function {
	return func(args []any) (any, bool) {
		s, ok := texts(args)
		if !ok || len(s) != count {
			return nil, false
		}
		return f(s), true
	}
}

// quoted is quote and squote: nothing for null.
func quoted(f func(string) string) function {
	return func(args []any) (any, bool) {
		var list []string
		for _, a := range args {
			s, known := textOf(a)
			if !known {
				return nil, false
			}
			if a != nil {
				list = append(list, f(s))
			}
		}
		return strings.Join(list, " "), true
	}
}

func equal(args []any) (any, bool) {
	if len(args) < 2 {
		return nil, false
	}
	for _, other := range args[1:] {
		x, isNumber := number(args[0])
		y, both := number(other)
		_, xText := args[0].(string)
		_, yText := other.(string)
		if same(args[0], other) || isNumber && both && !xText && !yText && x == y {
			return true, true
		}
	}
	return false, true
}

// compared is a comparison of two numbers or two texts.
func compared(holds func(difference int) bool) function {
	return func(args []any) (any, bool) {
		if len(args) != 2 {
			return nil, false
		}
		s, isText := args[0].(string)
		t, both := args[1].(string)
		if isText && both {
			return holds(strings.Compare(s, t)), true
		}
		x, ok := number(args[0])
		y, known := number(args[1])
		switch {
		case x < y:
			return holds(-1), ok && known
		case x > y:
			return holds(1), ok && known
		}
		return holds(0), ok && known
	}
}

// number is a number, or a text that is one.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}

func whole(v any) (int64, bool) {
	if i, ok := v.(int64); ok {
		return i, true
	}
	f, ok := number(v)
	return int64(f), ok
}

func rounded(f func(float64) float64) function {
	return func(args []any) (any, bool) {
		n, ok := number(last(args))
		return f(n), ok && len(args) == 1
	}
}

func toInt(args []any) (any, bool) { n, ok := whole(last(args)); return n, ok }

func sum(f func(x, y int64) int64) function {
	return func(args []any) (any, bool) {
		total, ok := whole(one(args))
		for _, a := range args[min(1, len(args)):] {
			n, known := whole(a)
			total, ok = f(total, n), ok && known
		}
		return total, ok
	}
}

func trunc(args []any) (any, bool) {
	n, ok := whole(one(args))
	s, known := textOf(last(args))
	switch {
	case !ok || !known || len(args) != 2:
		return nil, false
	case n >= 0 && int64(len(s)) > n:
		return s[:n], true
	case n < 0 && int64(len(s))+n > 0:
		return s[int64(len(s))+n:], true
	}
	return s, true
}

func join(args []any) (any, bool) {
	separator, ok := one(args).(string)
	list, isList := last(args).([]any)
	if !ok || !isList || len(args) != 2 {
		return nil, false
	}
	s, ok := texts(list)
	return strings.Join(s, separator), ok
}

var verb = regexp.MustCompile(`%[-+# 0]*\d*(?:\.\d+)?([a-zA-Z%])`)

// printf is Go's, for whom a number of a values file is a text that looks like
// one: %s prints it.
func printf(args []any) (any, bool) {
	format, ok := one(args).(string)
	if !ok {
		return nil, false
	}
	given := append([]any{}, args[1:]...)
	i := 0
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[1] == "%" {
			continue
		}
		if i >= len(given) {
			return nil, false
		}
		s, known := textOf(given[i])
		if !known || given[i] == nil {
			return nil, false
		}
		switch m[1] {
		case "s", "v", "q":
			given[i] = s
		case "d":
			n, isNumber := whole(given[i])
			if !isNumber {
				return nil, false
			}
			given[i] = n
		default:
			return nil, false
		}
		i++
	}
	return fmt.Sprintf(format, given...), i == len(given)
}
