package store_test

import (
	"testing"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
)

// contracted is result with a contract of these variables.
func contracted(variables ...audit.Variable) *audit.Audit {
	a := result("")
	a.Scorecards[0].Env = variables
	return a
}

func TestContractsAreKeptOfTheLatestAudit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	held := func(c store.Claim) (sum store.ContractSum, known bool) {
		t.Helper()
		sum, known, err := b.ContractSum(ctx, store.Local, c.Audit, "")
		if err != nil {
			t.Fatal(err)
		}
		return sum, known
	}
	now := time.Now()
	first := b.finish(t, b.queueAt(t, 1, now), contracted(
		audit.Variable{Name: "A", Status: audit.VariableNeverProvided, Required: true}, audit.Variable{Name: "B", Status: audit.VariableNeverRead},
		audit.Variable{Name: "C", Status: audit.VariableFine}, audit.Variable{Name: "PORT", Platform: true, Status: audit.VariableFine}))
	if sum, known := held(first); !known || sum != (store.ContractSum{Own: 3, NeverProvided: 1, NeverRead: 1}) {
		t.Errorf("%+v, %v", sum, known)
	}
	// Of a component without variables it is known that there are none.
	second := b.finish(t, b.queueAt(t, 2, now.Add(time.Minute)), contracted())
	if sum, known := held(second); !known || sum != (store.ContractSum{}) {
		t.Errorf("%+v, %v", sum, known)
	}
	if _, known := held(first); known {
		t.Error("the contract of an audit that is not the latest any more is kept")
	}
	// An older commit that is audited late changes nothing.
	late := b.finish(t, b.queueAt(t, 3, now.Add(-time.Hour)), contracted(audit.Variable{Name: "A", Status: audit.VariableFine}))
	if _, known := held(late); known {
		t.Error("an overtaken audit has a contract")
	}
	if _, known := held(second); !known {
		t.Error("an overtaken audit took the latest one's contract")
	}
}
