// Package accounts finds the people and programs whom a program lets in by a
// password that it writes itself: the first administrator that a migration or
// every start creates, users kept in memory, the client of an OAuth server, the
// role of a database that an init script makes.
package accounts

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

// What a mark is known by.
const (
	hashed  = iota // a function that hashes a password for keeping
	builder        // Spring's builder of a user
	creator        // a function that creates a user with a password among its arguments
	record         // a user whose fields follow
	kept           // a hash that is written down
	client         // the secret of a client of an OAuth server
)

// marks are the texts beside which such a password stands.
var marks = sync.OnceValue(func() *prefilter.Set {
	known := func(id int, list []prefilter.Mark) []prefilter.Mark {
		for i := range list {
			list[i].ID = id
		}
		return list
	}
	return prefilter.New(
		known(hashed, prefilter.Texts("hashSync(", "HashPassword(", "password_hash(", "Hash::make(", "bcrypt(", "make_password(", "get_password_hash(", "generate_password_hash(",
			"hashpw(", "generateHash(", "GenerateFromPassword(", "Password.create(", "hashPassword(", "hash_password(", "ncoder.encode(", "ncoder().encode(", "bcrypt.hash(", "argon2.hash(", "CreatePassword(",
			"Password2Hash(", "PasswordHash(", "HashAndSalt(", "EncryptPassword(", "encryptPassword(", "encrypt_password(", "EncodePassword(", "encodePassword(")),
		known(hashed, prefilter.If(prefilter.Before(`(?i)(?:pwd|pass\w*|crypt\w*|context|ctx|hasher|argon2?|ph)$`), prefilter.Texts(".hash("))),
		known(hashed, prefilter.If(prefilter.Before(`(?i)hash\w*(?:\(\))?$`), prefilter.Texts(".Create(", ".Hash("))),
		known(builder, prefilter.Texts("withUsername(", ".withUser(", "User.builder(", "withDefaultPasswordEncoder(", "UserToCreate{}")),
		known(creator, prefilter.Texts("objects.create_superuser(", "objects.create_user(", "CreateAsync(", "AddPasswordAsync(")),
		known(record, prefilter.Texts("ser.create(", "ser.create!(", "ser::create(", "ser.new(", "min.create(", "min.create!(", "ser::firstOrCreate(", "ser::updateOrCreate(",
			"ser.findOrCreate(", "ser.find_or_create_by(", "ser.find_or_create_by!(", "ser.upsert(", "ccount{", "ccountDTO{", "User{", "new User", "new ApplicationUser", "new IdentityUser")),
		known(record, prefilter.If(prefilter.After(`^\s*\(`), prefilter.Words("User"))),
		known(record, prefilter.If(prefilter.Before(`(?:^|[\s._])$`), prefilter.Fold(prefilter.Texts("users = [", "users: [")))),
		known(kept, prefilter.Texts(`"AQAAAA`, `=> '$2y$`, `=> "$2y$`)),
		known(client, prefilter.Texts("clientSecret(", `.secret("`, `".Sha256()`)),
	)
})

const (
	longest = 1200 // bytes of the record of one user
	most    = 500  // marks of one file that are looked at: with more it is no program
)

// Scan states the accounts that a file of a program writes down.
func Scan(e *inspect.Emitter, content []byte) {
	told, seen, within := map[int]bool{}, 0, &comments{content: content}
	serves := sync.OnceValue(func() bool { return authorizes.Match(content) })
	marks().Each(content, func(m prefilter.Mark, from, to int) bool {
		if seen++; seen > most {
			return false
		}
		user, text, at := account(m.ID, content, from, to)
		if m.ID == client && content[from] != '"' && text != "" && !serves() {
			return true
		}
		if text == "" || told[at] || inspect.InComment(content, from) || within.at(from) || forDevelopers(content, from, at, within) {
			return true
		}
		told[at] = true
		user = apart(user, text)
		line := 1 + bytes.Count(content[:at], []byte{'\n'})
		e.Emit(line, line, inspect.Credential{Name: user, Via: inspect.ViaAccount, Secret: inspect.NewSecret(text), Paired: user != "", MadeUp: namedForTrying(content, from), Model: ofModel(content, from)})
		return len(told) < 10
	})
}

// apart is a user's name, or "" where it is, or holds, the password: an argument
// that is written behind a variable called user reads like its name. An
// administrator whose name is the password as well is told by what it is.
func apart(user, text string) string {
	if user == text && (user == "admin" || user == "root") {
		return "administrator"
	}
	if strings.Contains(user, text) || inspect.LitOf(user).Secret != nil {
		return ""
	}
	return user
}

// account is whom a mark lets in and by which text, which stands at an offset.
func account(mark int, content []byte, from, to int) (user, text string, at int) {
	before, behind := content[max(0, from-200):from], content[to:min(len(content), to+longest)]
	switch mark {
	case hashed:
		if bytes.HasPrefix(content[from:], []byte("generateHash(")) { // salt, password
			skipped := saltFirst.Find(behind)
			to, behind = to+len(skipped), behind[len(skipped):]
		}
		if bytes.HasPrefix(content[from:], []byte("HashPassword(")) { // of ASP.NET Core: user, password
			skipped := userFirst.Find(behind)
			to, behind = to+len(skipped), behind[len(skipped):]
		}
		if m := plainArgument.FindSubmatchIndex(behind); m != nil && givenTo.Match(before) {
			if user = lastUser(content[max(0, from-400):from]); user == "" && bytes.HasSuffix(bytes.TrimRight(before, " (.e"), []byte("clientSecret")) {
				user = "client"
			}
			if user == "" {
				user = firstText(namedUser, behind[m[1]:min(len(behind), m[1]+400)])
			}
			return user, usable(behind[m[2]:m[3]]), to + m[2]
		}
	case builder:
		if m := builtPassword.FindSubmatchIndex(behind); m != nil {
			return firstText(builtUser, content[from:to+m[2]]), usable(behind[m[2]:m[3]]), to + m[2]
		}
	case creator:
		behind = behind[:closing(behind)]
		for _, pattern := range []*regexp.Regexp{keyedPassword, lastArgument} {
			if m := pattern.FindSubmatchIndex(behind); m != nil {
				if user = firstText(userField, behind); user == "" && bytes.HasPrefix(content[from:], []byte("objects.")) {
					user = firstText(firstArgument, behind)
				}
				return user, usable(behind[m[2]:m[3]]), to + m[2]
			}
		}
	case record:
		return recorded(content, to)
	case kept:
		if content[from] == '=' {
			return keptByLaravel(content, from)
		}
		if m := identityHash.FindIndex(content[from:min(len(content), from+120)]); m != nil {
			return firstText(namedUser, content[max(0, from-600):from]), string(content[from+1 : from+m[1]-1]), from
		}
	case client:
		if content[from] == '"' { // new Secret("…".Sha256())
			if m := newSecret.FindSubmatchIndex(before); m != nil {
				return "client", usable(before[m[2]:m[3]]), from - len(before) + m[2]
			}
		} else if m := plainArgument.FindSubmatchIndex(content[from+bytes.IndexByte(content[from:], '(')+1:]); m != nil {
			start := from + bytes.IndexByte(content[from:], '(') + 1
			return "client", usable(content[start+m[2] : start+m[3]]), start + m[2]
		}
	}
	return "", "", 0
}

// ofModel reports whether a place stands among the rows that Entity Framework's
// model has: each migration of the database makes them, whatever they are for.
func ofModel(content []byte, at int) bool {
	from := max(0, at-2*longest)
	open := bytes.LastIndex(content[from:at], []byte("HasData("))
	return open >= 0 && from+open+len("HasData(")+closing(content[from+open+len("HasData("):]) > at
}

// keptByLaravel reads a row of users with the hash of a password written down.
// Two of them are known to everybody: those of Laravel's own factories.
func keptByLaravel(content []byte, from int) (user, text string, at int) {
	m := bcryptHash.FindSubmatchIndex(content[from:min(len(content), from+120)])
	if m == nil || !passwordKey.Match(content[max(0, from-40):from]) {
		return "", "", 0
	}
	text = string(content[from+m[2] : from+m[3]])
	switch text {
	case "$2y$10$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi":
		text = "password"
	case "$2y$10$TKh8H1.PfQx37YgCzwiKb.KjNyWgaHb9cbcoQgdIVFlYg7B77UdFm":
		text = "secret"
	}
	rows := namedUser.FindAllSubmatch(content[max(0, from-400):from], -1)
	if rows == nil {
		return "", "", 0
	}
	return string(rows[len(rows)-1][1]), text, from + m[2]
}

var (
	bcryptHash  = regexp.MustCompile(`^=> ['"](\$2y\$\d\d\$[./A-Za-z0-9]{53})['"]`)
	passwordKey = regexp.MustCompile(`['"]password['"]\s*$`)
)

// recorded reads the user whose fields stand between brackets that open at an
// offset or soon behind it.
func recorded(content []byte, at int) (user, text string, place int) {
	behind := content[at:min(len(content), at+longest)]
	if last := content[at-1]; last != '(' && last != '{' && last != '[' {
		open := opens.FindIndex(behind)
		if open == nil {
			return "", "", 0
		}
		at += open[1]
		behind = behind[open[1]:]
	}
	end := closing(behind)
	if m := opensBlock.FindIndex(behind[end:]); m != nil { // create(…) do |user|, new User() { …
		end += m[1]
		if behind[end-1] == '{' {
			end += closing(behind[end:])
		} else if last := bytes.Index(behind[end:], []byte("\n")); last >= 0 {
			end = min(len(behind), end+400)
		}
	}
	m := fieldPassword.FindSubmatchIndex(behind[:end])
	if m == nil {
		return "", "", 0
	}
	if user = firstText(userField, behind[:end]); user == "" {
		if !namedElsewhere.Match(behind[:end]) {
			return "", "", 0
		}
		user = firstText(namedUser, content[max(0, at-200):at])
	}
	return user, usable(behind[m[2]:m[3]]), at + m[2]
}

// closing is where the bracket that is open at the start closes.
func closing(text []byte) int {
	depth := 1
	for i, b := range text {
		switch b {
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

var (
	plainArgument = regexp.MustCompile("^\\s*(?:\\[\\]byte\\(|b)?[\"'`](?:\\{noop\\})?([^\"'`\\n]{3,64})[\"'`]")
	givenTo       = regexp.MustCompile(`(?i)(?:pass\w*|pwd|secret)["'\])]*\s*(?:,\s*\w+\s*)?(?:=>|:=|[:=(,])\s*(?:await\s+|new\s+)?[\w.:\\<>]*\(?\)?\.?$|["']\w*(?:admin|root|user)\w*["']\s*,\s*["'. \\]*$`)
	builtPassword = regexp.MustCompile("^[^;{}]{0,300}?\\.\\s*[pP]assword\\(\\s*(?:[\\w.]+(?:\\(\\))?\\.encode\\(\\s*)?\"(?:\\{noop\\})?([^\"\\n]{3,80})\"")
	builtUser     = regexp.MustCompile(`(?:withUsername|withUser|\.username|\.Email)\(\s*"([^"\n]+)"`)
	keyedPassword = regexp.MustCompile(`\bpassword\s*[=:]\s*["']([^"'\n]{3,64})["']`)
	lastArgument  = regexp.MustCompile(`^[^()"']*(?:["'][^"'\n]*["']\s*,\s*)*?[\w.]*,?\s*["']([^"'\n@]{3,64})["']\s*$`)
	firstArgument = regexp.MustCompile(`^\s*["']([\w.@+-]{2,60})["']\s*,`)
	userFirst     = regexp.MustCompile(`^\s*(?:null!?|default!?|new [\w.]+(?:\(\))?(?:\s*\{\s*\})?|[A-Za-z_]\w*)\s*,`)
	saltFirst     = regexp.MustCompile(`^\s*\w+\s*,`)
	opens         = regexp.MustCompile(`^(?:\w*\s*\(|\w*\s*\{|\(|\{|\[)`)
	opensBlock    = regexp.MustCompile(`^[)\s]*(?:do\s*\|\w+\||\{)`)
	userField     = regexp.MustCompile(`(?i)(?:^|[^a-z])["']?(?:user_?name|e?mail|login|name|user)["']?\s*(?:=>|[:=(])\s*["'` + "`" + `]([^"'` + "`" + `\n]{2,80})["'` + "`" + `]`)
	// namedElsewhere is the field of a user's name that is given a variable of that name.
	namedElsewhere = regexp.MustCompile(`\b(?:(?:user_?name|email|login):\s*(?:,|\n|email|user_?name|login)|(?:UserName|Username|Email) = \w+)`)
	fieldPassword  = regexp.MustCompile(`(?i)(?:^|[^a-z_])["']?(?:plain_?)?(?:password|passwd|pass|pwd)["']?\s*(?:=>|[:=(])\s*["'` + "`" + `]([^"'` + "`" + `\n]{3,64})["'` + "`" + `]\s*(?:[,)};\]\n]|$)`)
	identityHash   = regexp.MustCompile(`^"AQAAAA[A-Za-z0-9+/=]{60,110}"`)
	newSecret      = regexp.MustCompile(`new (?:[\w.]*\.)?Secret\(\s*"([^"\n]{3,64})$`)
	authorizes     = regexp.MustCompile(`RegisteredClient|ClientDetailsService`)
	quotedName     = regexp.MustCompile(`["']([\w.@-]{2,60})["']`)
	namedUser      = regexp.MustCompile(`(?i)(?:user_?name|e?mail|login)["']?\s*(?:=>|[:=(])\s*["']([^"'\n]{2,80})["']`)
)

// usable is a text that somebody can log in with as it stands, or "".
func usable(text []byte) string {
	s := string(text)
	if strings.ContainsAny(s, " \t<{") || interpolated.MatchString(s) || notPassword[strings.ToLower(s)] || inspect.SaysOtherwise(s) {
		return ""
	}
	return s
}

// interpolated is a text that a language fills in.
var interpolated = regexp.MustCompile(`\$[A-Za-z(]|#\{|%[sv]`)

// notPassword are texts that say what a field is.
var notPassword = map[string]bool{"string": true, "text": true, "required": true, "hashed": true, "nullable": true, "hidden": true, "confirmed": true, "encrypted": true, "varchar": true, "null": true, "none": true, "unusable": true, "disabled": true}

func firstText(pattern *regexp.Regexp, text []byte) string {
	if m := pattern.FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// lastUser is the user's name that was written last before a password.
func lastUser(before []byte) string {
	if all := namedUser.FindAllSubmatch(before, -1); all != nil {
		return string(all[len(all)-1][1])
	}
	if cut := bytes.LastIndexAny(before, "(\n"); cut >= 0 {
		if m := quotedName.FindSubmatch(before[cut:]); m != nil { // the last may be another password
			return string(m[1])
		}
	}
	return ""
}

// forDevelopers reports whether a condition says that an account is for
// developers: one that stands before the mark at an offset, or Ruby's behind the
// statement that holds the password.
func forDevelopers(content []byte, at, password int, within *comments) bool {
	from := max(0, at-500)
	for _, m := range developing.FindAllIndex(content[from:at], -1) {
		if m[0] += from; !inspect.InComment(content, m[0]) && !within.at(m[0]) {
			return true
		}
	}
	return bytes.Contains(content, []byte("Rails.env")) && (modifier.Match(content[password:min(len(content), password+400)]) || withinMargin(content[:at]))
}

// withinMargin reports whether the end of a text in Ruby stands in a block that
// opens at the margin for developers' environments alone, or behind a statement
// that leaves the file everywhere else.
func withinMargin(before []byte) bool {
	for _, m := range developersBlock.FindAllIndex(before, -1) {
		if !bytes.Contains(before[m[1]:], []byte("\nend")) {
			return true
		}
	}
	return leavesElsewhere.Match(before)
}

// namedForTrying reports whether the function or class that an offset stands in
// is named for data to try a program with.
func namedForTrying(content []byte, at int) bool {
	all := declares.FindAll(content[max(0, at-4000):at], -1)
	return len(all) > 0 && madeUp.Match(all[len(all)-1])
}

var (
	developing = regexp.MustCompile(`(?i)is_?dev(elopment)?\b|is_?local\b|\benvironment\(|env\.(development|local|test)\w*([^'"\w]|$)|_ENV\b|\bif \(?!?(settings\.)?DEBUG|#if DEBUG|@Profile\(|ConditionalOn|\b(?:if|unless|elif|when|while)\b[^\n]{0,120}(?:getenv|os\.environ|process\.env|\bENV\b)|(?:getenv|os\.environ|process\.env)[^\n;]{0,60}(?:&&|\?[^?.]|===?|!==?)|\bdemo_?mode`)
	// modifier is Ruby's condition behind a statement.
	modifier        = regexp.MustCompile(`^[^\n]*(?:\n[ \t]*[^\s=()]+[:=][^\n]*){0,8}?(?:\n[ \t]*\))? (?:if Rails\.env\.(?:dev|local|test)|unless Rails\.env\.prod)`)
	developersBlock = regexp.MustCompile(`(?m)^(?:if [^\n]*Rails\.env\.(?:dev|local|test)|(?:unless|if !) ?Rails\.env\.prod)[^\n]*`)
	leavesElsewhere = regexp.MustCompile(`(?m)^(?:return|exit|abort)\b[^\n]*(?:unless Rails\.env\.(?:dev|local|test)|if Rails\.env\.prod)`)
	// declares is the head of a function or class.
	declares = regexp.MustCompile(`(?m)^\s*(?:(?:export|default|public|private|protected|internal|static|async|final|abstract|override|suspend)\s+)*(?:(?:func(?:tion)?|def|class|fun)\s+(?:\([^)\n]*\)\s*)?\w+|(?:public|private|protected|internal|static)\s+[\w<>\[\], ?]+?\s+\w+\s*\()`)
	madeUp   = regexp.MustCompile(`(?i)seed|demo|sample|fake|mock|test|example|factory|dummy|e2e|bench|populate`)
)
