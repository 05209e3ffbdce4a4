package manifest

import (
	"strings"

	"twelvefold/internal/inspect"
)

// SetupCfg reads the parts of setup.cfg that declare a package. Most files of
// that name only configure tools: they state nothing.
func SetupCfg(e *inspect.Emitter, content []byte) error {
	m := inspect.Manifest{Ecosystem: inspect.PyPI}
	declared := false
	line := 1
	for _, option := range iniOptions(content) {
		first := ""
		if len(option.values) > 0 {
			first = option.values[0].text
		}
		switch section, key := option.section, option.key; {
		case section == "metadata" && key == "name":
			m.Name, line, declared = inspect.NormalPyPI(first), option.line, true
		case section == "metadata" && key == "version":
			m.Version = first
		case section == "metadata" && (key == "classifiers" || key == "classifier"):
			var classifiers []string
			for _, v := range option.values {
				classifiers = append(classifiers, v.text)
			}
			m.Library = classifiedLibrary(classifiers)
		case section == "options" && key == "python_requires":
			e.Emit(option.line, option.line, inspect.RuntimeVersion{Runtime: "python", Version: first, Via: "python_requires"})
		case section == "options" && key == "install_requires":
			declared = true
			setupRequires(e, option, inspect.Runtime, "")
		case section == "options" && (key == "setup_requires" || key == "tests_require"):
			declared = true
			setupRequires(e, option, map[string]inspect.Group{"setup_requires": inspect.Build, "tests_require": inspect.Dev}[key], "")
		case section == "options.extras_require":
			declared = true
			setupRequires(e, option, groupOf(key), key)
		case section == "options.entry_points" && (key == "console_scripts" || key == "gui_scripts"):
			for _, v := range option.values {
				name, _, _ := strings.Cut(v.text, "=")
				m.Bin = append(m.Bin, strings.TrimSpace(name))
			}
		}
	}
	if declared {
		m.Publishable = m.Name != ""
		e.Emit(line, line, m)
	}
	return nil
}

func setupRequires(e *inspect.Emitter, option iniOption, group inspect.Group, in string) {
	for _, v := range option.values {
		if d, ok := requirement(v.text, group); ok {
			d.In = in
			e.Emit(v.line, v.line, d)
		}
	}
}

// iniOption is one option of an INI file as Python's configparser reads it: a
// value continues on indented lines.
type iniOption struct {
	section, key string
	line         int
	values       []iniValue // one for each line that is not empty
}

type iniValue struct {
	text string
	line int
}

func iniOptions(content []byte) []iniOption {
	var options []iniOption
	section, number := "", 0
	open := false // an option that indented lines continue
	for raw := range strings.Lines(strings.TrimPrefix(string(content), "\xef\xbb\xbf")) {
		number++
		text := strings.TrimSpace(raw)
		if text == "" || text[0] == '#' || text[0] == ';' {
			continue
		}
		if text, _, found := strings.Cut(text, " #"); found && raw[0] != '[' {
			raw = raw[:strings.Index(raw, text)+len(text)]
		}
		text = strings.TrimSpace(raw)
		switch {
		case open && (raw[0] == ' ' || raw[0] == '\t'):
			last := &options[len(options)-1]
			last.values = append(last.values, iniValue{text, number})
		case text[0] == '[' && strings.Contains(text, "]"):
			section, _, _ = strings.Cut(text[1:], "]")
			open = false
		default:
			at := strings.IndexAny(text, "=:")
			if at < 0 {
				open = false
				continue
			}
			option := iniOption{section: section, key: strings.TrimSpace(text[:at]), line: number}
			if value := strings.TrimSpace(text[at+1:]); value != "" {
				option.values = []iniValue{{value, number}}
			}
			options, open = append(options, option), true
		}
	}
	return options
}
