package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
)

// Contract is the environment contract of one component.
type Contract struct {
	Component string // path
	Variables []audit.Variable
	ContractSum
}

// ContractSum counts the lines of environment contracts.
type ContractSum struct {
	Own           int // variables that no platform sets
	NeverProvided int // of them, required and given nowhere
	NeverRead     int // of them, given and read nowhere
}

// variable is how a line of the contract is kept in contracts.variables.
type variable struct {
	Name       string               `json:"name"`
	Secret     bool                 `json:"secret,omitempty"`
	Platform   bool                 `json:"platform,omitempty"`
	Required   bool                 `json:"required,omitempty"`
	Status     audit.VariableStatus `json:"status"`
	Reads      []variableRead       `json:"reads,omitempty"`
	Given      []variableGiven      `json:"given,omitempty"`
	Documented []place              `json:"documented,omitempty"`
}

type variableRead struct {
	At         place  `json:"at"`
	Via        string `json:"via,omitempty"`
	Required   bool   `json:"required,omitempty"`
	HasDefault bool   `json:"hasDefault,omitempty"`
	Default    string `json:"default,omitempty"`
}

type variableGiven struct {
	At          place             `json:"at"`
	Environment audit.Environment `json:"environment"`
	From        string            `json:"from,omitempty"`
	Value       string            `json:"value,omitempty"`
	Known       bool              `json:"known,omitempty"`
}

func placeOf(p audit.Place) place { return place{text(p.Path), p.Line, p.EndLine} }

func encodeVariable(v audit.Variable) variable {
	kept := variable{Name: text(v.Name), Secret: v.Secret, Platform: v.Platform, Required: v.Required, Status: v.Status}
	for _, r := range v.Reads {
		kept.Reads = append(kept.Reads, variableRead{placeOf(r.At), text(r.Via), r.Required, r.HasDefault, text(r.Default)})
	}
	for _, g := range v.Given {
		kept.Given = append(kept.Given, variableGiven{placeOf(g.At), g.Environment, text(g.From), text(g.Value), g.Known})
	}
	for _, p := range v.Documented {
		kept.Documented = append(kept.Documented, placeOf(p))
	}
	return kept
}

func (kept variable) decode() audit.Variable {
	v := audit.Variable{Name: kept.Name, Secret: kept.Secret, Platform: kept.Platform, Required: kept.Required, Status: kept.Status}
	for _, r := range kept.Reads {
		v.Reads = append(v.Reads, audit.VariableRead{At: audit.Place(r.At), Via: r.Via, Required: r.Required, HasDefault: r.HasDefault, Default: r.Default})
	}
	for _, g := range kept.Given {
		v.Given = append(v.Given, audit.VariableGiven{At: audit.Place(g.At), Environment: g.Environment, From: g.From, Value: g.Value, Known: g.Known})
	}
	for _, p := range kept.Documented {
		v.Documented = append(v.Documented, audit.Place(p))
	}
	return v
}

// note counts a line.
func (c *ContractSum) note(v audit.Variable) {
	if v.Platform {
		return
	}
	c.Own++
	switch v.Status {
	case audit.VariableNeverProvided:
		c.NeverProvided++
	case audit.VariableNeverRead:
		c.NeverRead++
	}
}

// writeContracts replaces the branch's contracts by those of its latest audit. An
// overtaken audit leaves them alone.
func writeContracts(ctx context.Context, tx pgx.Tx, l line, cards []audit.Scorecard) error {
	if l.next != nil {
		return nil
	}
	if err := forgetBefore(ctx, tx, "contracts", l); err != nil {
		return err
	}
	var rows [][]any
	for _, card := range cards {
		var sum ContractSum
		kept := make([]variable, len(card.Env))
		for i, v := range card.Env {
			sum.note(v)
			kept[i] = encodeVariable(v)
		}
		encoded, err := json.Marshal(kept)
		if err != nil {
			return fmt.Errorf("encoding the contract of %s: %w", text(card.Path), err)
		}
		rows = append(rows, []any{l.audit, text(card.Path), encoded, sum.Own, sum.NeverProvided, sum.NeverRead})
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"contracts"},
		[]string{"audit_id", "component", "variables", "own", "never_provided", "never_read"}, pgx.CopyFromRows(rows))
	return err
}

// Contracts returns the environment contract of each component of an audit in the
// audit's order. Only the latest done audit of a branch has any; none means that it
// was made before contracts were kept.
func (s *Store) Contracts(ctx context.Context, installation, id int64) ([]Contract, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT k.component, k.variables, k.own, k.never_provided, k.never_read
		FROM contracts k JOIN components c ON c.audit_id = k.audit_id AND c.path = k.component
		JOIN audits a ON a.id = k.audit_id JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND k.audit_id = $2
		ORDER BY c.position`, installation, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Contract, err error) {
		var kept []variable
		err = row.Scan(&c.Component, &kept, &c.Own, &c.NeverProvided, &c.NeverRead)
		for _, v := range kept {
			c.Variables = append(c.Variables, v.decode())
		}
		return c, err
	})
}

// ContractSum sums the contracts of an audit's components, or tells that of the
// one at a path where that is not ""; known is false where none are kept.
func (s *Store) ContractSum(ctx context.Context, installation, id int64, component string) (sum ContractSum, known bool, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT count(*) > 0, coalesce(sum(k.own), 0), coalesce(sum(k.never_provided), 0), coalesce(sum(k.never_read), 0)
		FROM contracts k JOIN audits a ON a.id = k.audit_id JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND k.audit_id = $2 AND ($3 = '' OR k.component = $3)`, installation, id, text(component)).
		Scan(&known, &sum.Own, &sum.NeverProvided, &sum.NeverRead)
	return sum, known, err
}
