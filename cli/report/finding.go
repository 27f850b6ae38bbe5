package report

import (
	"cmp"
	"fmt"
	"slices"

	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/ui/text"
)

// kind is the kind of a finding.
type kind struct {
	order       int    // position in a report
	name, title string // in JSON and in Markdown
}

var (
	activeProfile      = kind{0, "active_profile", "active profile"}
	journalUnavailable = kind{1, "journal", "journal unavailable"}
	fileMode           = kind{2, "file_mode", "permissions"}
	dirMode            = kind{3, "directory_mode", "permissions"}
	noPool             = kind{4, "no_pool", "no pool"}
	malformed          = kind{5, "note", "malformed"}
	outage             = kind{6, "outage", "outage"}
	badDeadline        = kind{7, "suspect_deadline", "implausible deadline"}
	futureStatus       = kind{8, "future_status", "status from the future"}
	unusable           = kind{9, "unusable", "no token"}
	removal            = kind{10, "removal", "to be removed"}
	sharedSecret       = kind{11, "shared_secret", "shared secret"}
	sharedAccount      = kind{12, "shared_account", "shared account"}
	expiredToken       = kind{13, "expired_token", "expired token"}
	unknownStatus      = kind{14, "unknown_status", "unknown status"}
	flaggedOff         = kind{15, "enabled_false", "enabled is false"}
	unknownFields      = kind{16, "unknown_fields", "unknown fields"}
)

// MarshalText implements [encoding.TextMarshaler].
func (k kind) MarshalText() ([]byte, error) { return []byte(k.name), nil }

// finding is something unusual about the store.
type finding struct {
	Kind        kind     `json:"kind"`
	Text        *string  `json:"said"`
	Provider    *string  `json:"provider"`
	Credentials []string `json:"credentials"` // in the same form as next_ready
	Words       []string `json:"words"`       // untrusted text from the file

	names []string // the credentials' names in Markdown
}

func newFinding(k kind, said string) finding {
	return finding{Kind: k, Text: jsonout.Text(said), Credentials: []string{}, Words: []string{}}
}

// find returns all findings. Credentials with the same problem share a finding.
func (r *Report) find(journalProblem string) []finding {
	out := append([]finding{}, r.File.findings...)
	add := func(k kind, said string, provider *string) {
		f := newFinding(k, said)
		f.Provider = provider
		out = append(out, f)
	}
	if r.active != "" {
		f := newFinding(activeProfile, "not the one shown")
		if !r.Anonymous {
			f.Words = []string{r.active}
		}
		out = append(out, f)
	}
	if journalProblem != "" {
		add(journalUnavailable, journalProblem, nil)
	}
	if r.File.Error == nil {
		if !r.pool.HasPool {
			add(noPool, "the file has no credential_pool", nil)
		}
		for i := range r.pool.Providers {
			p := &r.pool.Providers[i]
			for _, note := range p.Notes {
				add(malformed, note, &p.Name)
			}
			if n := p.Outage(r.policy, r.now); n > 0 {
				add(outage, fmt.Sprintf("looks like an outage at the provider, not %d bad credentials", n), &p.Name)
			}
		}
		out = append(append(out, r.credentialFindings()...), r.fieldFindings()...)
	}
	slices.SortStableFunc(out, func(a, b finding) int { return cmp.Compare(a.Kind.order, b.Kind.order) })
	return out
}

func (r *Report) credentialFindings() (out []finding) {
	type key struct {
		kind       kind
		said, word string
		group      poolstate.Ref // one finding per shared secret
	}
	index := map[key]int{}
	add := func(c *poolstate.Credential, k key) {
		i, found := index[k]
		if !found {
			i = len(out)
			index[k] = i
			out = append(out, newFinding(k.kind, k.said))
			if k.word != "" {
				out[i].Words = []string{k.word}
			}
		}
		out[i].Credentials = append(out[i].Credentials, c.Provider+"/"+c.Handle())
		out[i].names = append(out[i].names, fullName(c))
	}
	for c := range r.pool.All() {
		if d := r.policy.Deadline(c, r.now); d.Suspect {
			add(c, key{kind: badDeadline, said: r.whySuspect(c, d)})
		}
		if c.FromFuture(r.now) {
			add(c, key{kind: futureStatus, said: "its last_status_at is in the future"})
		}
		if c.Unusable {
			add(c, key{kind: unusable, said: "agents never select it"})
		}
		if at := r.policy.RemovedAt(c); !at.IsZero() {
			said := "the agent removes it when it next loads the pool"
			if at.After(r.now) {
				said = "the agent removes it in " + text.Span(at.Sub(r.now))
			}
			add(c, key{kind: removal, said: said})
		}
		if c.FlaggedOff {
			add(c, key{kind: flaggedOff, said: "only some forks of the agent skip it"})
		}
		if len(c.Shares) > 1 && c.SharesSecret {
			add(c, key{kind: sharedSecret, said: "they share one quota", group: c.Shares[0]})
		} else if len(c.Shares) > 1 {
			add(c, key{kind: sharedAccount, said: "they share one quota", group: c.Shares[0]})
		}
		if !c.ExpiresAt.IsZero() && !r.now.Before(c.ExpiresAt) {
			add(c, key{kind: expiredToken, said: "independent of any cooldown"})
		}
		if c.Status == poolstate.StatusOther {
			add(c, key{kind: unknownStatus, said: "treated as usable, as the agent does", word: c.StatusText})
		}
	}
	return out
}

// whySuspect returns why a deadline is implausible.
func (r *Report) whySuspect(c *poolstate.Credential, d poolstate.Deadline) string {
	switch {
	case d.Never():
		return "too far in the future, so never ready again on its own"
	case d.At.Before(c.StatusAt):
		return "earlier than the failure"
	case c.FromFuture(r.now):
		return "based on a failure in the future"
	}
	return "more than 31 days ahead"
}

// maxFieldName is the maximum length of a reported field name. A longer name may be
// a misplaced token.
const maxFieldName = 32

// fieldFindings reports the fields in entries that pooltop does not know.
func (r *Report) fieldFindings() []finding {
	if len(r.pool.UnknownKeys) == 0 {
		return nil
	}
	f := newFinding(unknownFields, "")
	for _, name := range r.pool.UnknownKeys {
		if len(name) <= maxFieldName && (!r.Anonymous || slices.Contains(knownFields, name)) {
			f.Words = append(f.Words, name)
		}
	}
	switch withheld := len(r.pool.UnknownKeys) - len(f.Words); {
	case withheld > 0 && len(f.Words) > 0:
		f.Text = new(fmt.Sprintf("%d more (names withheld)", withheld))
	case withheld > 0:
		f.Text = new(fmt.Sprintf("%d (names withheld)", withheld))
	}
	return []finding{f}
}
