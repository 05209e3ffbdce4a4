package dependencies

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// toolNeed is a program or library of the operating system that the component
// uses.
type toolNeed struct {
	name string   // "convert", "libpq"
	by   string   // what needs it: "child_process.exec", "the package mysqlclient"
	any  []string // parts of the names of system packages that bring it
	lib  bool     // bound by a package, not started
	at   audit.Place
}

// toolNeeds lists what the component's production code needs of its operating
// system: programs that it starts without asking for them first, and libraries
// that its packages bind.
func toolNeeds(c *audit.Component) []toolNeed {
	var list []toolNeed
	for e := range audit.Facts[inspect.Exec](c, source.Prod, source.DeployProd) {
		name := strings.TrimSuffix(path.Base(e.Fact.Program), ".exe")
		if e.Fact.Guarded || errand(e.File.Path) || byHand.MatchString(strings.ToLower(e.File.Path)) || !c.Reaches(e.File.Path) || !programName.MatchString(name) || everywhere[name] || desktop[name] || ownProgram(c, e.Fact.Program) || checkers[name] || runsTasks(e.File) {
			continue // what looks at the code is a developer's command
		}
		list = append(list, toolNeed{name: name, by: e.Fact.Via, any: append([]string{name}, systemPackages[name]...), at: e.At()})
	}
	for d := range audit.Facts[inspect.Dependency](c) {
		if needed := bindings[d.Fact.Ecosystem][d.Fact.Name]; needed != "" && d.Fact.Group == inspect.Runtime && !d.Fact.Indirect {
			any := strings.Split(needed, "|")
			list = append(list, toolNeed{name: any[0], by: "the package " + d.Fact.Name, any: any, lib: true, at: d.At()})
		}
	}
	return list
}

// byHand are files whose programs people start on their own machines: to
// release, to deploy, to set up or to reset a checkout.
var byHand = regexp.MustCompile(`(^|/)(bin|tasks|capistrano|generators?|cli\.py|release|deploy)(/|$)|(release|deploy|setup|reset|generate|create|scaffold)[^/]*\.[a-z]+$`)

// runsTasks reports whether a file holds tasks that developers start: a Rakefile,
// invoke's, nox's or fabric's.
func runsTasks(f *audit.File) bool {
	if taskFile.MatchString(strings.ToLower(path.Base(f.Path))) {
		return true
	}
	for _, s := range f.Signals() {
		if use, ok := s.Fact.(inspect.Import); ok && (use.Path == "invoke" || use.Path == "nox" || use.Path == "fabric" || use.Path == "doit") {
			return true
		}
	}
	return false
}

var taskFile = regexp.MustCompile(`^(rakefile|fabfile\.py|noxfile\.py|dodo\.py|gulpfile\.[cm]?[jt]s|gruntfile\.[cm]?[jt]s|jakefile(\.js)?)$`)

// packaged are programs that come as packages of a language, by its ecosystem.
var packaged = map[inspect.Ecosystem]map[string]bool{
	inspect.PyPI: words(`gunicorn uvicorn hypercorn daphne celery flask alembic yt-dlp youtube-dl pipenv poetry ansible ansible-playbook scrapy jupyter streamlit mkdocs sphinx-build httpie twine esptool sqlmap`),
	inspect.NPM:  words(`pm2 prisma serverless sass lessc uglifyjs mmdc svgo nodemon ts-node tsx vite webpack next nuxt lighthouse sequelize knex hexo eas expo`),
	inspect.Gem:  words(`puma unicorn sidekiq rackup thin jekyll foreman whenever cap mina passenger`),
}

// packagedIn is the ecosystem whose packages hold a program, "" for the system's.
func packagedIn(name string) inspect.Ecosystem {
	for ecosystem, names := range packaged {
		if names[name] {
			return ecosystem
		}
	}
	return ""
}

var programName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]*$`)

var (
	// everywhere are the programs of coreutils and their like, which each image
	// that has a shell has.
	everywhere = words(`sh ash dash [ test true false echo printf cat cp mv rm mkdir rmdir ln ls chmod chown chgrp touch head tail cut sort uniq wc tr tee env pwd date sleep kill
		id whoami hostname uname df du stat basename dirname readlink realpath mktemp dd sync seq expr yes nohup nice timeout find grep egrep fgrep sed awk tar gzip gunzip zcat xargs which
		diff cmp md5sum sha1sum sha256sum base64 od mount umount nproc install mkfifo split stty tty arch`)
	// desktop are programs of other systems than a server's, which code asks for by
	// the system that it runs on, and a service manager's.
	desktop = words(`open xdg-open start cmd cmd.exe powershell pwsh osascript explorer rundll32 notify-send pbcopy pbpaste xclip xsel reg wmic sw_vers launchctl systemctl service tasklist taskkill
		sysctl system_profiler defaults ioreg lsb_release ver chcp netsh ipconfig dscl security say afplay cscript where ldconfig lsof sudo su go code vim vi nano emacs less more
		docker-machine vm_stat top scutil fuser schtasks sc net icacls attrib dpkg apt apt-get rpm yum uptime free ps getconf getent`)
	// systemPackages are the names under which distributions ship a program, in parts.
	systemPackages = map[string][]string{
		"convert": {"imagemagick", "graphicsmagick"}, "identify": {"imagemagick", "graphicsmagick"}, "magick": {"imagemagick"}, "mogrify": {"imagemagick"}, "composite": {"imagemagick"}, "gm": {"graphicsmagick"},
		"ffprobe": {"ffmpeg"}, "pdftotext": {"poppler"}, "pdftoppm": {"poppler"}, "pdfinfo": {"poppler"}, "gs": {"ghostscript"}, "psql": {"postgresql"}, "pg_dump": {"postgresql"}, "pg_restore": {"postgresql"},
		"mysql": {"mysql", "mariadb"}, "mysqldump": {"mysql", "mariadb"}, "sqlite3": {"sqlite"}, "dot": {"graphviz"}, "soffice": {"libreoffice"}, "libreoffice": {"libreoffice"}, "dig": {"dnsutils", "bind"},
		"nslookup": {"dnsutils", "bind"}, "ssh": {"openssh"}, "scp": {"openssh"}, "sftp": {"openssh"}, "ssh-keygen": {"openssh"}, "exiftool": {"exiftool", "libimage-exiftool"}, "ping": {"iputils", "inetutils"},
		"node": {"nodejs"}, "npm": {"nodejs", "npm"}, "npx": {"nodejs", "npm"}, "python": {"python3", "python"}, "pip": {"pip"}, "java": {"jre", "jdk"}, "gpg": {"gnupg"}, "7z": {"p7zip", "7zip"}, "rsvg-convert": {"librsvg"},
		"chromium": {"chrom"}, "google-chrome": {"chrom"}, "chrome": {"chrom"}, "docker": {"docker"}, "redis-cli": {"redis"}, "redis-server": {"redis", "valkey"}, "rsync": {"rsync"}, "mongodump": {"mongo"}, "mongorestore": {"mongo"}, "bzip2": {"bzip2"}, "xz": {"xz"},
		"htpasswd": {"apache2-utils"}, "cwebp": {"webp"}, "vips": {"vips"}, "tesseract": {"tesseract"}, "openssl": {"openssl"}, "mc": {"minio"}, "xsltproc": {"xsltproc", "libxslt"}, "jpegoptim": {"jpegoptim"},
	}
	// bindings are packages that need a library or program of the system at run
	// time, by parts of the names of system packages.
	bindings = map[inspect.Ecosystem]map[string]string{
		inspect.PyPI: {"mysqlclient": "libmysqlclient|mysql|mariadb", "psycopg2": "libpq|postgresql", "python-ldap": "libldap|openldap", "pdf2image": "poppler", "pytesseract": "tesseract", "wand": "imagemagick|magick",
			"python-magic": "libmagic|file", "weasyprint": "pango", "pdfkit": "wkhtmltopdf", "ffmpeg-python": "ffmpeg", "pydub": "ffmpeg", "graphviz": "graphviz", "pygraphviz": "graphviz", "opencv-python": "libgl1|libgl|mesa", "pyzbar": "zbar"},
		inspect.Gem: {"rmagick": "imagemagick|magick", "mini_magick": "imagemagick|graphicsmagick", "mysql2": "libmysqlclient|mysql|mariadb", "pg": "libpq|postgresql", "ruby-vips": "vips", "charlock_holmes": "icu",
			"pdfkit": "wkhtmltopdf", "streamio-ffmpeg": "ffmpeg", "tiny_tds": "freetds", "rtesseract": "tesseract"},
		inspect.NPM: {"gm": "graphicsmagick|imagemagick", "imagemagick": "imagemagick", "fluent-ffmpeg": "ffmpeg", "node-tesseract-ocr": "tesseract", "pdf-poppler": "poppler", "wkhtmltopdf": "wkhtmltopdf"},
	}
)

// ownProgram reports whether a program comes with the code: a file of the
// repository, a command of its own or of a declared package, its language's.
func ownProgram(c *audit.Component, program string) bool {
	if strings.HasPrefix(program, ".") || strings.Contains(program, "/") && !strings.HasPrefix(program, "/usr/") && !strings.HasPrefix(program, "/bin/") && !strings.HasPrefix(program, "/sbin/") {
		return true
	}
	name := path.Base(program)
	for _, language := range c.Languages {
		if runtimePrograms[language][name] {
			return true
		}
	}
	if audit.OfRepository(c.Repo, programNames)[strings.ToLower(name)] {
		return true
	}
	for d := range audit.Facts[inspect.Dependency](c) {
		if len(name) > 2 && strings.Contains(strings.ToLower(d.Fact.Name), strings.ToLower(name)) || declaredCommands[name] != "" && d.Fact.Name == declaredCommands[name] {
			return true
		}
	}
	return false
}

var (
	runtimePrograms = map[string]map[string]bool{
		"Python": words(`python python3 pip pip3`), "JavaScript": words(`node npm npx yarn pnpm corepack`), "TypeScript": words(`node npm npx yarn pnpm corepack bun deno`), "Vue": words(`node npm npx yarn pnpm`),
		"Ruby": words(`ruby bundle gem rake rails irb bin/rails`), "PHP": words(`php composer php-fpm`), "Java": words(`java javac keytool jstack jps jmap jcmd`), "Kotlin": words(`java`), "C#": words(`dotnet`), "Go": words(`go gofmt`),
	}
	declaredCommands = map[string]string{"tsc": "typescript", "manage.py": "django", "pybabel": "flask-babel", "django-admin": "django", "ng": "@angular/cli", "nest": "@nestjs/cli", "vue-cli-service": "@vue/cli-service"}
)

// programNames are the base names of the repository's files, with and without
// extension, of its components and of the commands that it installs.
func programNames(repo *audit.Repository) map[string]bool {
	names := map[string]bool{}
	for _, f := range repo.Files {
		base := strings.ToLower(path.Base(f.Path))
		if ext := path.Ext(base); ext == "" || ext == ".sh" || ext == ".py" || ext == ".rb" || ext == ".exe" {
			names[base], names[strings.TrimSuffix(base, ext)] = true, true
		}
		if path.Base(f.Path) == "main.go" {
			names[strings.ToLower(path.Base(f.Dir()))] = true
		}
	}
	for _, c := range repo.Components {
		names[strings.ToLower(c.Name)], names[strings.ToLower(path.Base(c.Path))] = true, true
	}
	for m := range audit.AllFacts[inspect.Manifest](repo, everyRole...) {
		for _, bin := range m.Fact.Bin {
			names[strings.ToLower(path.Base(bin))] = true
		}
	}
	return names
}
