package jobs

import (
	"context"

	"twelvefold/internal/audit"
	"twelvefold/internal/digest"
	"twelvefold/internal/letter"
	"twelvefold/internal/store"
)

// Letters composes digests of what the store knows. rules are those that audits
// are made under today.
func Letters(s *store.Store, rules []audit.Rule) Compose {
	ruleset := audit.RulesetVersion(rules)
	return func(ctx context.Context, o Occasion) (Letter, error) {
		d, err := letter.Of(ctx, s, letter.Ask{Sight: o.Sight, Installation: o.Account.Installation, Repositories: o.Repositories,
			Now: o.Now, Base: o.BaseURL, Unsubscribe: o.Unsubscribe, Ruleset: ruleset,
			Doubt: o.Before == store.MailUnknown, Lost: o.Before == store.MailFailed})
		if err != nil {
			return Letter{}, err
		}
		m, err := digest.Compose(d)
		return Letter{Subject: m.Subject, Text: m.Text, HTML: m.HTML, Unchanged: !d.Changed(), Nothing: d.Repositories == 0}, err
	}
}
