package shell_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

const given = "wB55-qkTz8"

// forms are commands that give a secret, by how it is told: its line, its name,
// what gives it to whom.
var forms = []struct{ script, want string }{
	{"echo \"DB_PASSWORD=" + given + "\" >> .env", "1 DB_PASSWORD file .env"},
	{"printf 'MODE=prod\\nDB_PASSWORD=%s\\n' '" + given + "' > /etc/api.env", "1 DB_PASSWORD file /etc/api.env"},
	{"cat > .env.production <<EOF\nMODE=prod\nDB_PASSWORD=" + given + "\nEOF", "3 DB_PASSWORD file .env.production"},
	{"cat <<EOF | sudo tee -a /etc/environment\nDB_PASSWORD=" + given + "\nEOF", "2 DB_PASSWORD file /etc/environment"},
	{"{\n  echo MODE=prod\n  echo DB_PASSWORD=" + given + "\n} > \"$ENV_FILE\"", "3 DB_PASSWORD file $ENV_FILE"},
	{"tee config.yml <<< 'password: " + given + "'", "1 password file config.yml"},
	{"sed -i 's|DB_PASSWORD=.*|DB_PASSWORD=" + given + "|' .env", "1 DB_PASSWORD file .env"},
	{"echo DB_PASSWORD=" + given + " > /srv/" + given + "/.env", "1 DB_PASSWORD file /srv/wB…/.env"},
	{"echo DATABASE_URL=postgres://api:" + given + "@db.acme.dev/api >> .env", "1 DATABASE_URL file .env on db.acme.dev"},
	{"sudo -u postgres psql -c \"ALTER USER api WITH PASSWORD '" + given + "'\"", "1 api login "},
	{"mysql -h db.acme.dev <<SQL\nCREATE USER api IDENTIFIED BY '" + given + "';\nSQL", "2 api login  on db.acme.dev"},
	{"PGPASSWORD=" + given + " psql -h db.acme.dev", "1 PGPASSWORD client psql on db.acme.dev"},
	{"sudo env PGPASSWORD=" + given + " psql -h db.acme.dev", "1 PGPASSWORD client psql on db.acme.dev"},
	{"sudo mysql -h db.acme.dev -u root -p" + given, "1 mysql password client mysql on db.acme.dev"},
	{"sudo redis-cli -h cache.acme.dev -a " + given, "1 redis-cli password client redis-cli on cache.acme.dev"},
	{"sshpass -p " + given + " ssh -p 2222 api@api.acme.dev uptime", "1 sshpass password client sshpass on api.acme.dev"},
	{"kubectl create secret generic api \\\n  --from-literal=key.pem=" + "x \\\n  --from-literal password=" + given, "3 password tool kubectl create secret"},
	{"kubectl create secret docker-registry api --docker-password=" + given, "1 kubectl password tool kubectl create secret docker-registry"},
	{"heroku config:set DB_PASSWORD=" + given + " -a api", "1 DB_PASSWORD tool heroku config:set"},
	{"gcloud run deploy api --set-env-vars=MODE=prod,DB_PASSWORD=" + given, "1 DB_PASSWORD tool gcloud run deploy"},
	{"aws lambda update-function-configuration --environment 'Variables={MODE=prod,DB_PASSWORD=" + given + "}'", "1 DB_PASSWORD tool aws lambda update-function-configuration"},
	{"aws ssm put-parameter --name /api/DB_PASSWORD --value " + given, "1 DB_PASSWORD tool aws ssm put-parameter"},
	{"helm upgrade api ./chart --set db.password=" + given, "1 password tool helm upgrade"},
	{"docker run -d --restart=always -e DB_PASSWORD=" + given + " api", "1 DB_PASSWORD tool docker run"},
	{"docker login -u api -p " + given + " registry.acme.dev", "1 docker password tool docker login"},
	{"ssh -i key api@$HOST 'docker run -e DB_PASSWORD=" + given + " api'", "1 DB_PASSWORD tool docker run, remote"},
	{"ssh api@api.acme.dev <<'A'\nsudo bash -c 'echo DB_PASSWORD=" + given + " >> .env'\nA", "2 DB_PASSWORD file .env, remote"},
	{"gcloud compute ssh api --command='echo DB_PASSWORD=" + given + " >> .env'", "1 DB_PASSWORD file .env, remote"},
}

func givesOf(signals []inspect.Signal) string {
	var list []string
	for _, s := range signals {
		if c, ok := s.Fact.(inspect.Command); ok {
			for _, g := range c.Gives {
				text := fmt.Sprintf("%d %s %s %s", g.Line, g.Name, g.Via, g.Into)
				if g.Host != "" {
					text += " on " + g.Host
				}
				if g.Remote {
					text += ", remote"
				}
				list = append(list, text)
			}
		}
	}
	return strings.Join(list, "\n")
}

// TestGiven holds each form: what it states, that no fact shows the secret, and
// that the prefilter lets it through.
func TestGiven(t *testing.T) {
	t.Parallel()
	for _, form := range forms {
		signals := files.File(inspect.Shell, []byte(form.script+"\n"))
		if got := givesOf(signals); got != form.want {
			t.Errorf("%s\ngives %q, want %q", form.script, got, form.want)
		}
		if kept, err := json.Marshal(signals); err != nil || strings.Contains(string(kept), given) {
			t.Errorf("%s\nis shown: %s, error %v", form.script, kept, err)
		}
		if overlooked := inspecttest.Overlooked(inspect.Shell, form.script); overlooked != "" {
			t.Errorf("%s\nthe prefilter overlooks %s", form.script, overlooked)
		}
	}
}

// TestNothingGiven holds what gives no secret, or nobody's.
func TestNothingGiven(t *testing.T) {
	t.Parallel()
	for _, script := range []string{
		"echo DB_PASSWORD=" + given, "echo DB_PASSWORD=" + given + " >> $GITHUB_ENV", "echo DB_PASSWORD=" + given + " > .env.example", "echo DB_PASSWORD=" + given + " >> notes.md",
		"echo DB_PASSWORD=" + given + " > tests/.env", "echo DB_PASSWORD=$DB_PASSWORD >> .env", "echo DB_PASSWORD=$(cat " + given + ") >> .env", "echo 'DB_PASSWORD=<" + given + ">' >> .env",
		"echo DB_PASSWORD=${{ secrets.A }} >> .env", "echo NEXT_PUBLIC_TOKEN=" + given + " >> .env", "echo VITE_API_KEY=" + given + " >> .env", "echo DB_PASSWORD=var.password >> .env",
		"cat <<EOF\nDB_PASSWORD=" + given + "\nEOF", "docker run -e DB_PASSWORD=" + given + " api", "gh secret set A --body " + given, "gh secret set DB_PASSWORD -b" + given,
		"gcloud run deploy api --set-secrets=DB_PASSWORD=" + given + ":latest --update-secrets DB_PASSWORD=projects/a/secrets/b:1", "sshpass -e ssh -p " + given + " api@api.acme.dev", "sshpass -p vagrant ssh vagrant@127.0.0.1",
		"ssh localhost 'echo DB_PASSWORD=" + given + " >> .env'", "ssh -p 2222 vagrant@127.0.0.1 <<A\necho DB_PASSWORD=" + given + " >> .env\nA", "ssh -F vagrant-ssh default 'echo DB_PASSWORD=" + given + " >> .env'",
		"psql -c \"ALTER USER api PASSWORD '$DB_PASSWORD'\"", "psql -c \"ALTER USER api PASSWORD '${{ secrets.A }}'\"", "docker login -u a -p " + given + " localhost:5000", "kubectl create secret generic a --from-file=password=" + given + ".pem",
		"helm install a b --set image.tag=" + given, "mysql -uroot --port=3306 -P 3306", "kubectl get secret password=" + given,
	} {
		if got := givesOf(files.File(inspect.Shell, []byte(script+"\n"))); got != "" {
			t.Errorf("%s\ngives %s", script, got)
		}
	}
}

// TestGivenIsBounded holds how much is stated of a hostile script.
func TestGivenIsBounded(t *testing.T) {
	t.Parallel()
	for name, text := range hostile() {
		total := 0
		for _, s := range files.File(inspect.Shell, []byte(text)) {
			if c, ok := s.Fact.(inspect.Command); ok {
				total += len(c.Gives)
				if len(c.Argv) > 2000 || len(c.Assigns) > 2000 {
					t.Errorf("%s: a command of %d words", name, len(c.Argv))
				}
				for _, g := range c.Gives {
					if len(g.Name) > 90 || len(g.Into) > 90 {
						t.Errorf("%s: %s into %s", name, g.Name, g.Into)
					}
				}
			}
		}
		if total > 100 {
			t.Errorf("%s: %d are given", name, total)
		}
	}
	long := "echo DB_" + strings.Repeat("A", 500) + "_PASSWORD=" + given + " > /srv/" + strings.Repeat("a", 300) + "/.env"
	if got := givesOf(files.File(inspect.Shell, []byte(long))); len(got) == 0 || len(got) > 200 {
		t.Errorf("a long name and path are %d bytes", len(got))
	}
}
