package helm

import (
	"text/template/parse"
)

// pipe evaluates a pipeline and sets the variables that it declares.
func (m *machine) pipe(pipe *parse.PipeNode, dot any) any {
	value := m.commands(pipe, dot)
	for _, v := range pipe.Decl {
		if pipe.IsAssign {
			m.assign(v.Ident[0], value)
		} else {
			m.variables = append(m.variables, variable{v.Ident[0], value})
		}
	}
	return value
}

func (m *machine) assign(name string, value any) {
	for i := len(m.variables) - 1; i >= 0; i-- {
		if m.variables[i].name == name {
			m.variables[i].value = value
			return
		}
	}
}

// commands evaluates a pipeline's commands: each is given what the one before
// it made as its last argument.
func (m *machine) commands(pipe *parse.PipeNode, dot any) any {
	var value any
	for i, command := range pipe.Cmds {
		var last []any
		if i > 0 {
			last = []any{value}
		}
		value = m.command(command, dot, last)
	}
	return value
}

func (m *machine) command(command *parse.CommandNode, dot any, last []any) any {
	if m.steps++; m.steps > maxSteps {
		m.err = errTooMuch
		return unknown{}
	}
	f, ok := command.Args[0].(*parse.IdentifierNode)
	if !ok {
		if len(command.Args) > 1 || last != nil {
			args := make([]any, 0, len(command.Args))
			for _, a := range command.Args[1:] {
				args = append(args, m.argument(a, dot))
			}
			return m.method(command.Args[0], dot, append(args, last...))
		}
		return m.argument(command.Args[0], dot)
	}
	args := make([]any, 0, len(command.Args))
	for _, a := range command.Args[1:] {
		args = append(args, m.argument(a, dot))
	}
	return m.call(f.Ident, append(args, last...))
}

// argument evaluates one operand.
func (m *machine) argument(node parse.Node, dot any) any {
	switch n := node.(type) {
	case *parse.DotNode:
		return dot
	case *parse.NilNode:
		return nil
	case *parse.BoolNode:
		return n.True
	case *parse.StringNode:
		return n.Text
	case *parse.NumberNode:
		switch {
		case n.IsInt:
			return n.Int64
		case n.IsFloat:
			return n.Float64
		}
	case *parse.FieldNode:
		return fields(dot, n.Ident)
	case *parse.ChainNode:
		return safeFields(m.argument(n.Node, dot), n.Field)
	case *parse.VariableNode:
		for i := len(m.variables) - 1; i >= 0; i-- {
			if m.variables[i].name == n.Ident[0] {
				return safeFields(m.variables[i].value, n.Ident[1:])
			}
		}
	case *parse.PipeNode:
		return m.pipe(n, dot)
	case *parse.IdentifierNode:
		return m.call(n.Ident, nil)
	}
	return unknown{}
}

// safeFields are the fields of a variable or of what stands in parentheses: a
// null there has none, and Helm goes on.
func safeFields(v any, names []string) any {
	if v == nil {
		return nil
	}
	return fields(v, names)
}

// method calls what an object of Helm's can do: those of the chart's files are
// followed.
func (m *machine) method(node parse.Node, dot any, args []any) any {
	var on any
	var name string
	switch n := node.(type) {
	case *parse.FieldNode:
		on, name = fields(dot, n.Ident[:len(n.Ident)-1]), n.Ident[len(n.Ident)-1]
	case *parse.VariableNode:
		last := len(n.Ident) - 1
		if last == 0 {
			return unknown{}
		}
		on, name = m.argument(&parse.VariableNode{NodeType: n.NodeType, Pos: n.Pos, Ident: n.Ident[:last]}, dot), n.Ident[last]
	case *parse.ChainNode:
		last := len(n.Field) - 1
		on, name = fields(m.argument(n.Node, dot), n.Field[:last]), n.Field[last]
	}
	files, ok := on.(fileSet)
	argument, isText := one(args).(string)
	if !ok || !isText || len(args) != 1 {
		return unknown{}
	}
	value := files.method(name, argument)
	if text, ok := value.(string); ok {
		m.steps += len(text) / stepBytes
	}
	return value
}

func fields(v any, names []string) any {
	for _, name := range names {
		v = field(v, name)
	}
	return v
}

// overridden reports whether a pipeline asks for a value that installs give and
// the repository does not tell: the chart's own is not it.
func (m *machine) overridden(pipe *parse.PipeNode) bool {
	for _, command := range pipe.Cmds {
		for _, argument := range command.Args {
			var names []string
			switch n := argument.(type) {
			case *parse.FieldNode:
				names = n.Ident
			case *parse.VariableNode:
				names = n.Ident[1:]
			case *parse.PipeNode:
				if m.overridden(n) {
					return true
				}
			}
			if len(names) > 1 && names[0] == "Values" && fields(m.variables[0].value, names) == (unknown{}) {
				return true
			}
		}
	}
	return false
}
