package accounts

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

const (
	inserts = iota // a row of a table
	makes          // a login of the database itself
)

// statements are the words that such a statement of SQL is known by.
var statements = sync.OnceValue(func() *prefilter.Set {
	known := func(id int, list []prefilter.Mark) []prefilter.Mark {
		for i := range list {
			list[i].ID = id
		}
		return prefilter.Fold(list)
	}
	return prefilter.New(
		known(inserts, prefilter.Texts("insert into", "insert ignore into")),
		known(makes, prefilter.Texts("create user", "create role", "create login", "alter user", "alter role", "alter login", "grant all")),
	)
})

// SQL states the accounts that a script of SQL makes: people in a table of
// users, and logins of the database.
func SQL(e *inspect.Emitter, content []byte) error {
	told, seen, within := 0, 0, &comments{content: content}
	statements().Each(content, func(m prefilter.Mark, from, to int) bool {
		behind := content[to:min(len(content), to+4*longest)]
		user, text, at := "", "", 0
		if m.ID == makes {
			seen++
			user, text, at = login(behind)
		} else if insertedTable.Match(behind) {
			seen++
			user, text, at = row(behind)
		}
		if text == "" || inspect.InComment(content, from) || within.at(from) {
			return seen < most
		}
		told++
		user = apart(user, text)
		line := 1 + bytes.Count(content[:to+at], []byte{'\n'})
		e.Emit(line, line, inspect.Credential{Name: user, Via: inspect.ViaAccount, Secret: inspect.NewSecret(text), Paired: m.ID == inserts, Schema: m.ID == inserts && makesTable(content, behind)})
		return told < 10
	})
	return nil
}

// Logins yields the logins of a database that statements of SQL make or give
// another password, with the line of the text that it stands on, until yield
// returns false. A user whose name holds the password is "".
func Logins(content []byte, yield func(user, password string, line int) bool) {
	seen, within := 0, &comments{content: content}
	statements().Each(content, func(m prefilter.Mark, from, to int) bool {
		if seen++; seen > most {
			return false
		}
		if m.ID != makes {
			return true
		}
		user, text, at := login(content[to:min(len(content), to+longest)])
		if text == "" || inspect.InComment(content, from) || within.at(from) {
			return true
		}
		return yield(apart(user, text), text, 1+bytes.Count(content[:to+at], []byte{'\n'}))
	})
}

// makesTable reports whether a script makes the table whose name begins a text.
func makesTable(content, behind []byte) bool {
	m := tableName.FindSubmatch(behind)
	if m == nil {
		return false
	}
	name := strings.ToLower(string(m[1]))
	for _, made := range madeTable.FindAllSubmatch(content, -1) {
		if strings.ToLower(string(made[1])) == name {
			return true
		}
	}
	return false
}

// login reads what follows CREATE USER.
func login(text []byte) (user, password string, at int) {
	if end := bytes.IndexByte(text, ';'); end >= 0 {
		text = text[:end]
	}
	m := databaseLogin.FindSubmatchIndex(text)
	if m == nil {
		return "", "", 0
	}
	word := string(text[m[4]:m[5]])
	if strings.ContainsAny(word, "<{: ") || interpolated.MatchString(word) {
		return "", "", 0
	}
	return string(text[m[2]:m[3]]), word, m[4]
}

// row reads what follows INSERT INTO: a row of a table of users that holds a
// hash, or a text in the column of the password.
func row(text []byte) (user, password string, at int) {
	m := insertedUser.FindSubmatchIndex(text)
	if m == nil {
		return "", "", 0
	}
	values := text[m[1]:]
	values = values[:closing(values)]
	var columns []string
	each := listed(values)
	if m[2] >= 0 {
		columns = strings.Split(string(text[m[2]:m[3]]), ",")
	}
	if hash := storedHash.FindIndex(values); hash != nil {
		return nameIn(columns, each, values), string(values[hash[0]+1 : hash[1]-1]), m[1] + hash[0]
	}
	for i, column := range columns {
		if !passwordColumn.MatchString(column) || i >= len(each) || len(each) < len(columns) {
			continue
		}
		if v := values[each[i][0]:each[i][1]]; len(v) > 4 && v[0] == '\'' {
			return nameIn(columns, each, values), usable(v[1 : len(v)-1]), m[1] + each[i][0]
		}
	}
	return "", "", 0
}

// listed is where each value of a row begins and ends; the commas of a call, as
// of coalesce("email", 'nobody'), part none.
func listed(values []byte) (each [][]int) {
	from, depth, quoted := 0, 0, false
	add := func(to int) {
		text := values[from:to]
		left := len(text) - len(bytes.TrimLeft(text, " \t\r\n"))
		each = append(each, []int{from + left, from + max(left, len(bytes.TrimRight(text, " \t\r\n")))})
	}
	for i, b := range values {
		switch {
		case b == '\'':
			quoted = !quoted
		case quoted:
		case b == '(':
			depth++
		case b == ')':
			depth--
		case b == ',' && depth == 0:
			add(i)
			from = i + 1
		}
	}
	add(len(values))
	return each
}

// nameIn is whom a row is about: the value in the first column that is called so.
// Where no columns are written, an address, or a word without anything that
// passwords are made of.
func nameIn(columns []string, each [][]int, values []byte) string {
	for i, column := range columns {
		if i < len(each) && nameColumn.MatchString(column) {
			if v := values[each[i][0]:each[i][1]]; len(v) > 3 && v[0] == '\'' {
				return string(v[1 : len(v)-1])
			}
		}
	}
	if columns == nil {
		return firstText(plainName, values)
	}
	return ""
}

var (
	databaseLogin  = regexp.MustCompile("(?is)^(?:(?:\\s+privileges)?\\s+on\\s+\\S+\\s+to)?(?:\\s+if\\s+not\\s+exists)?\\s+[\"'`\\[]?([\\w.-]+)[\"'`\\]]?(?:@\\S+)?(?:\\s+with)?(?:\\s+(?:login|superuser|createdb|encrypted))*\\s+(?:identified\\s+(?:with\\s+\\S+\\s+)?by|password)\\s*=?\\s*N?'([^'\\n]{2,80})'")
	insertedTable  = regexp.MustCompile("(?i)^\\s+(?:[\\w\"`\\[\\]]+\\.)?[\"`\\[]?\\w*?(?:user|account|admin|employee|member|login|utente|customer)")
	insertedUser   = regexp.MustCompile("(?is)^\\s+(?:[\\w\"`\\[\\]]+\\.)?[\"`\\[]?\\w*?(?:users?|accounts?|admins?|employees?|members?|logins?|utente|customers?)(?:_?(?:tb|tbl|table|info|data|list|master))?[\"`\\]]?\\s*(?:\\(([^()]*)\\))?\\s*(?:values|select)\\s*\\(?")
	storedHash     = regexp.MustCompile(`'(?:\{bcrypt\})?(?:\$2[abxy]\$\d\d\$[./A-Za-z0-9]{50,60}|\$argon2\w+\$[^']{20,}|pbkdf2_\w+\$[^']{20,}|\{noop\}[^']{3,}|AQAAAA[^']{60,})'`)
	tableName      = regexp.MustCompile("^\\s+(?:[\\w\"`\\[\\]]+\\.)?[\"`\\[]?(\\w+)")
	madeTable      = regexp.MustCompile("(?i)create\\s+table\\s+(?:if\\s+not\\s+exists\\s+)?(?:[\\w\"`\\[\\]]+\\.)?[\"`\\[]?(\\w+)")
	nameColumn     = regexp.MustCompile("(?i)^[\\s\"`\\[]*(?:\\w+_)?(?:user_?name|e_?mail|login|name|user|account)[\\s\"`\\]]*$")
	plainName      = regexp.MustCompile(`'([\w.+-]+@[\w.-]+|[A-Za-z][a-z]{1,19})'`)
	passwordColumn = regexp.MustCompile("(?i)^[\\s\"`\\[]*(?:\\w+_)?(?:password|passwd|pwd|pass)[\\s\"`\\]]*$")
)
