package poolstate

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Entries of the strands' specification, by what they are at stampAt.
var (
	readyEntry    = `{"id": %q}`
	dueEntry      = `{"id": %q, "last_status": "exhausted"}`
	deadEntry     = `{"id": %q, "last_status": "dead"}`
	disabledEntry = `{"id": %q, "enabled": false}`
	soonEntry     = `{"id": %q, "last_status": "exhausted", "last_error_reset_at": 1795426000.0}`
	laterEntry    = `{"id": %q, "last_status": "exhausted", "last_error_reset_at": 1795429000.0, "last_error_reason": "operator_hold"}`
)

// providerOf is a provider with entries a, b, c and so on.
func providerOf(name string, entries ...string) string {
	var list []string
	for i, e := range entries {
		list = append(list, fmt.Sprintf(e, string(rune('a'+i))))
	}
	return fmt.Sprintf("%q: [%s]", name, strings.Join(list, ", "))
}

// strandsOf tells in one line what an action on entries, named provider/id,
// leaves stranded: provider, the last ready ones, the next other one to come.
func strandsOf(t *testing.T, pool string, a Action, targets string) string {
	t.Helper()
	p := decoded(t, `{"credential_pool": {`+pool+`}}`)
	var saw []Credential
	for _, target := range strings.Fields(targets) {
		provider, id, _ := strings.Cut(target, "/")
		for c := range p.All() {
			if c.Provider == provider && c.ID == id {
				saw = append(saw, *c)
			}
		}
	}
	var lines []string
	for _, st := range p.LastReady(a.Plan(saw, stampAt), Backoff) {
		line := st.Provider + ":"
		for _, c := range st.Credentials {
			line += " " + c.ID
		}
		if st.Next != nil {
			line += fmt.Sprintf(", then %s in %v", st.Next.ID, st.NextAt.Sub(stampAt).Round(time.Second))
		} else if !st.NextAt.IsZero() {
			line += ", an instant without a credential"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

// A provider is stranded by an action that takes its last ready credentials.
func TestStrands(t *testing.T) {
	tests := []struct{ name, pool, targets, want string }{
		{"the only one", providerOf("p", readyEntry), "p/a", "p: a"},
		{"one of two", providerOf("p", readyEntry, readyEntry), "p/a", ""},
		{"both of two", providerOf("p", readyEntry, readyEntry), "p/a p/b", "p: a b"},
		{"two of three", providerOf("p", readyEntry, readyEntry, readyEntry), "p/a p/c", ""},
		{"the last ready one, others cool", providerOf("p", laterEntry, readyEntry, soonEntry), "p/b", "p: b, then c in 6m33s"},
		{"the next may be a held one", providerOf("p", laterEntry, readyEntry), "p/b", "p: b, then a in 56m33s"},
		{"the next is none of the targets", providerOf("p", laterEntry, readyEntry, soonEntry), "p/b p/c", "p: b, then a in 56m33s"},
		{"dead ones never count", providerOf("p", readyEntry, deadEntry), "p/a", "p: a"},
		{"disabled ones never count", providerOf("p", disabledEntry, readyEntry), "p/b", "p: b"},
		{"a due one is not ready", providerOf("p", readyEntry, dueEntry), "p/a", "p: a"},
		{"one that was not ready", providerOf("p", soonEntry), "p/a", ""},
		{"a dead one is refused", providerOf("p", deadEntry, readyEntry), "p/a", ""},
		{"a disabled one was not ready", providerOf("p", disabledEntry), "p/a", ""},
		{"out already", providerOf("p", soonEntry, laterEntry), "p/a p/b", ""},
		{"nothing", providerOf("p", readyEntry), "", ""},
		{"of several providers", providerOf("o", readyEntry, soonEntry) + `, ` + providerOf("p", readyEntry, readyEntry) + `, ` + providerOf("q", readyEntry), "q/a o/a p/a", "o: a, then b in 6m33s; q: a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hour := Action{Verb: VerbHold, Hold: Hold{Code: 429, For: time.Hour}}
			equal(t, "strands", strandsOf(t, tt.pool, hour, tt.targets), tt.want)
			equal(t, "after a reset", strandsOf(t, tt.pool, resetAction, tt.targets), "")
		})
	}
}

// Disabled credentials are not ready, whatever their status: a hold of one
// strands nobody.
func TestAHoldOfADisabledOneStrandsNobody(t *testing.T) {
	equal(t, "strands", strandsOf(t, providerOf("p", disabledEntry, soonEntry), holdAction, "p/a"), "")
}

// A reset that shows a credential was refused changes nothing either.
func TestAnOutcomeWithoutChangesStrandsNobody(t *testing.T) {
	refused := Action{Verb: VerbHold, Hold: Hold{Code: 0}}
	equal(t, "strands", strandsOf(t, providerOf("p", readyEntry), refused, "p/a"), "")
}
