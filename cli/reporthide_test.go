package cli

import (
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// An anonymous report of a sample holds none of its labels, ids, messages and
// sources, no endpoint, no name of a provider of one's own, and no directory.
func TestAnAnonymousReportNamesNobody(t *testing.T) {
	for _, name := range sampleNames {
		file := agentFile(t, string(sample(t, name)))
		pool, err := poolstate.Open(file).Load()
		if err != nil {
			t.Fatal(err)
		}
		names := []string{"together", "~", ".hermes", "/home", "example.com", "kept as is", "claude-opus", "claude-fable"}
		for c := range pool.Pool.All() {
			names = append(names, c.ID, c.Label, c.Source, c.ErrorMessage, c.BaseURL, c.Fingerprint)
		}
		for _, args := range [][]string{{"report", "--anonymous"}, {"report", "--anonymous", "--json"}} {
			text := done(t, at(t, file, args...))
			for _, n := range names {
				if n != "" && strings.Contains(text, n) {
					t.Errorf("%s names %q", name, n)
				}
			}
			says(t, text, "c10", "custom:1", "usage_limit_reached", "auth.json")
		}
	}
}

// personal is text that a person wrote, in whatever place it may stand.
const personal = "Quill's key, Wharf St 7"

// Nor does what people wrote into the file, or into the journal, or called the
// file itself.
func TestAnAnonymousReportHasNoWordsOfPeople(t *testing.T) {
	content := hostileStore(t, personal)
	content = strings.Replace(content, `"base_url": `, asJSON(t, personal)+`: 1, "QuillPlan": 2, "base_url": `, 1)
	content = strings.Replace(content, `"p": [`, `"custom:Quill": [{"label": "Quill"}], "llm.quill.example": [{"id": "Quill", "last_status": "exhausted",
		"last_status_at": 1795425000, "last_error_reason": "operator_hold", "last_error_message": "Quill"}], "p": [`, 1)
	for _, broken := range []string{"", "{"} {
		file := storeFile(t, content+broken)
		when := time.Unix(1795425000, 0)
		keep(t, file,
			poolstate.Record{At: when, Kind: poolstate.EventHeld, Provider: "custom:Quill", ID: "Quill", Label: personal, Reason: "quill", Source: "env:QUILL"},
			poolstate.Record{At: when, Kind: poolstate.EventExhausted, Provider: personal, Label: personal, Reason: personal, Message: personal, After: poolstate.State{Status: new(personal)}},
			poolstate.Record{At: when, Kind: poolstate.EventFileUnreadable, Message: personal})
		for _, args := range [][]string{{"report", "--anonymous"}, {"report", "--anonymous", "--json"}} {
			o := at(t, file, args...)
			for _, n := range []string{"quill", "wharf", strings.ToLower(strings.TrimSuffix(file, "auth.json"))} {
				if text := strings.ToLower(o.stdout + o.stderr); strings.Contains(text, n) {
					t.Errorf("it names %q in %q", n, text)
				}
			}
		}
	}
	file := agentFile(t, content)
	keep(t, file)
	other := strings.Replace(file, "auth.json", "quill.json", 1)
	writeFile(t, other, readFile(t, file))
	saysNot(t, done(t, at(t, other, "report", "--anonymous")), "quill")
	saysNot(t, at(t, other+".gone", "report", "--anonymous").stderr, "quill")
}

// The same thing has the same number throughout, and different ones differ.
func TestAnonymousNumbers(t *testing.T) {
	file := storeFile(t, `{"credential_pool": {"custom:b": [{"id": "x", "access_token": "s"}], "custom:a": [
		{"id": "x", "last_status": "dead", "last_status_at": 1795425000, "access_token": "s"}, {"label": "l", "last_status": "resting"}, {"label": "m"}]}}`)
	when := time.Unix(1795425100, 0)
	keep(t, file,
		poolstate.Record{At: when, Kind: poolstate.EventReady, Provider: "custom:b", ID: "x"},
		poolstate.Record{At: when, Kind: poolstate.EventReady, Provider: "custom:a", Label: "m"},
		poolstate.Record{At: when, Kind: poolstate.EventRemoved, Provider: "custom:c", ID: "gone"})
	r := decoded(t, done(t, at(t, file, "report", "--anonymous", "--json")))
	var names, events, odd []string
	for _, c := range credentialsIn(r) {
		names = append(names, c["id"].(string))
	}
	for _, e := range r["events"].([]any) {
		events = append(events, e.(object)["provider"].(string)+"/"+e.(object)["id"].(string))
	}
	for _, o := range r["oddities"].([]any) {
		if o := o.(object); len(o["credentials"].([]any)) > 0 {
			odd = append(odd, o["kind"].(string)+" "+asJSON(t, o["credentials"]))
		}
	}
	equal(t, "the credentials", strings.Join(names, " "), "c1 c2 c3 c4")
	equal(t, "the events", strings.Join(events, " "), "custom:1/c1 custom:2/c4 custom:1/c3 custom:3/c5")
	equal(t, "the oddities", strings.Join(odd, " "), `shared_secret ["custom:1/c1","custom:2/c4"] unknown_status ["custom:1/c2"]`)
}
