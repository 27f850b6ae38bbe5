package report

import (
	"fmt"
	"slices"
	"strings"

	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/ui/text"
)

// kinds lists the kinds of findings in report order, each with its name in JSON and its
// title in Markdown.
var kinds = [][2]string{
	{"active_profile", "active profile"},
	{"journal", "journal unavailable"},
	{"file_mode", "permissions"},
	{"directory_mode", "permissions"},
	{"no_pool", "no pool"},
	{"note", "malformed"},
	{"outage", "outage"},
	{"suspect_deadline", "implausible deadline"},
	{"future_status", "timestamp in the future"},
	{"unusable", "no token"},
	{"removal", "to be removed"},
	{"borrowed", "borrowed credential"},
	{"copied", "copied credential"},
	{"shared_profiles", "used by several profiles"},
	{"shared_secret", "shared secret"},
	{"shared_account", "shared account"},
	{"expired_token", "expired token"},
	{"unknown_status", "unknown status"},
	{"enabled_false", `marked "enabled": false`},
	{"unknown_fields", "unknown fields"},
}

// finding is something unusual about the store.
type finding struct {
	Kind        string   `json:"kind"`
	Text        *string  `json:"said"`
	Provider    *string  `json:"provider"`
	Credentials []string `json:"credentials"` // in the same form as next_ready
	Words       []string `json:"words"`       // untrusted text from the file

	names []string // the credentials' names in Markdown
}

// order returns the index of the finding's kind in kinds.
func (f *finding) order() int {
	return slices.IndexFunc(kinds, func(k [2]string) bool { return k[0] == f.Kind })
}

// add adds a finding and returns it.
func (r *Report) add(kind, text string, words ...string) *finding {
	r.Findings = append(r.Findings, finding{Kind: kind, Text: jsonout.Text(text), Credentials: []string{}, Words: append([]string{}, words...)})
	return &r.Findings[len(r.Findings)-1]
}

// addFindings adds all findings except those about permissions, which stat adds, and sorts
// them. Credentials with the same problem share a finding.
func (r *Report) addFindings(journalProblem string) {
	switch {
	case r.active != "" && r.Anonymous:
		r.add("active_profile", "not the one shown")
	case r.active != "":
		r.add("active_profile", "not the one shown", r.active)
	}
	if journalProblem != "" {
		r.add("journal", journalProblem)
	}
	if r.File.Error == nil {
		if !r.pool.HasPool {
			r.add("no_pool", "the file has no credential_pool")
		}
		for i := range r.pool.Providers {
			p := &r.pool.Providers[i]
			for _, note := range p.Notes {
				r.add("note", note).Provider = &p.Name
			}
			if n := p.Outage(r.policy, r.now); n > 0 {
				r.add("outage", fmt.Sprintf("looks like an outage at the provider, not %d bad credentials", n)).Provider = &p.Name
			}
		}
		r.addCredentialFindings()
		r.addUnknownFields()
	}
	slices.SortStableFunc(r.Findings, func(a, b finding) int { return a.order() - b.order() })
}

func (r *Report) addCredentialFindings() {
	type key struct {
		kind, text string
		group      any // one finding per group
	}
	index := map[key]int{}
	add := func(c *poolstate.Credential, kind, text string, group any, words ...string) {
		k := key{kind, text, group}
		if _, found := index[k]; !found {
			index[k] = len(r.Findings)
			r.add(kind, text, words...)
		}
		f := &r.Findings[index[k]]
		f.Credentials, f.names = append(f.Credentials, c.Provider+"/"+c.Handle()), append(f.names, fullName(c))
	}
	for c := range r.pool.All() {
		if d := r.policy.Deadline(c, r.now); d.Suspect {
			add(c, "suspect_deadline", r.whySuspect(c, d), nil)
		}
		if c.FromFuture(r.now) {
			add(c, "future_status", "its last_status_at is in the future", nil)
		}
		if c.BorrowedFrom != "" {
			add(c, "borrowed", "from "+c.BorrowedFrom, c.Provider)
		}
		if c.Copy != poolstate.NoCopy {
			add(c, "copied", c.Copy.String(), nil)
		}
		if c.Profiles != nil {
			add(c, "shared_profiles", "they share one quota", strings.Join(c.Profiles, "/"), c.Profiles...)
		}
		if c.Unusable {
			add(c, "unusable", "agents never select it", nil)
		}
		if at := r.policy.RemovedAt(c); at.After(r.now) {
			add(c, "removal", "the agent removes it in "+text.Span(at.Sub(r.now)), nil)
		} else if !at.IsZero() {
			add(c, "removal", "the agent removes it when it next loads the pool", nil)
		}
		if c.FlaggedOff {
			add(c, "enabled_false", "only some forks of the agent honor it", nil)
		}
		if len(c.Shares) > 1 && c.SharesSecret {
			add(c, "shared_secret", "they share one quota", c.Shares[0])
		} else if len(c.Shares) > 1 {
			add(c, "shared_account", "they share one quota", c.Shares[0])
		}
		if !c.ExpiresAt.IsZero() && !r.now.Before(c.ExpiresAt) {
			add(c, "expired_token", "independent of any cooldown", nil)
		}
		if c.Status == poolstate.StatusOther {
			add(c, "unknown_status", "treated as usable, as the agent does", c.StatusText, c.StatusText)
		}
	}
}

// whySuspect returns why a deadline is implausible.
func (r *Report) whySuspect(c *poolstate.Credential, d poolstate.Deadline) string {
	switch {
	case d.Never():
		return "so far in the future that it never recovers on its own"
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

// addUnknownFields adds a finding about fields in entries that pooltop does not know.
func (r *Report) addUnknownFields() {
	var names []string
	for _, name := range r.pool.UnknownKeys {
		if len(name) <= maxFieldName && (!r.Anonymous || slices.Contains(knownFields, name)) {
			names = append(names, name)
		}
	}
	switch withheld := len(r.pool.UnknownKeys) - len(names); {
	case withheld > 0 && len(names) > 0:
		r.add("unknown_fields", fmt.Sprintf("%d more (names withheld)", withheld), names...)
	case withheld > 0:
		r.add("unknown_fields", fmt.Sprintf("%d (names withheld)", withheld))
	case len(names) > 0:
		r.add("unknown_fields", "", names...)
	}
}
