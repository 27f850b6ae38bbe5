package poolstate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate/internal/jsonedit"
)

// pair is a store with two exhausted entries and one that is ready.
const pair = `{"credential_pool": {"p": [
  {"id": "a", "last_status": "exhausted", "last_status_at": 1795422723.0, "access_token": "SECRET-a-not-a-real-token", "request_count": 7, "consecutive_failures": 1},
  {"id": "b", "last_status": "exhausted", "last_status_at": 1795422723.0, "access_token": "SECRET-b-not-a-real-token"}
], "q": [{"id": "c", "secret_fingerprint": "sha256:12ab34cd56ef7890"}]}, "updated_at": "then"}`

// An action refuses credentials that have changed since the operator saw them, and
// changes the others.
func TestPerform_ChangedSince(t *testing.T) {
	tests := []struct{ name, old, now, why string }{
		{"gone", `{"id": "a",`, `{"id": "z",`, "no longer in the file"},
		{"provider removed", `"p": [`, `"other": [`, "no longer in the file"},
		{"dead", `{"id": "a", "last_status": "exhausted"`, `{"id": "a", "last_status": "dead"`, "changed"},
		{"other status", `{"id": "a", "last_status": "exhausted"`, `{"id": "a", "last_status": "resting"`, "changed"},
		{"new tokens", `SECRET-a-not`, `SECRET-a-new`, "changed"},
		{"additional token", `{"id": "a"`, `{"id": "a", "refresh_token": "SECRET-r"`, "changed"},
		{"held", `{"id": "a"`, `{"id": "a", "last_error_reason": "operator_hold"`, "changed"},
	}
	for _, tt := range tests {
		for _, a := range []Action{resetAction, holdAction} {
			t.Run(tt.name+", "+a.Verb.String(), func(t *testing.T) {
				s := newStore(t, pair)
				saw := seen(t, s, Ref{Provider: "p", ID: "a", Position: 0}, Ref{Provider: "p", ID: "b", Position: 1})
				writeFile(t, s.Path(), strings.Replace(pair, tt.old, tt.now, 1))
				out := performOn(t, s, a, saw[:1])
				checkUnchanged(t, out, true, tt.why)
				equal(t, "content", readFile(t, s.Path()), strings.Replace(pair, tt.old, tt.now, 1))

				out = performOn(t, s, a, saw)
				if tt.name == "provider removed" {
					equal(t, "refusals", out.Refusals(), 2)
					return
				}
				equal(t, "refusals", out.Refusals(), 1)
				equal(t, "changed", len(out.Changed), 1)
				equal(t, "changed id", out.Changed[0].Before.ID, "b")
			})
		}
	}
}

// An action is performed even if other fields have changed, and it uses their new values.
func TestPerform_UnrelatedChange(t *testing.T) {
	for name, change := range map[string][2]string{
		"streak":          {`"consecutive_failures": 1`, `"consecutive_failures": 2`},
		"requests":        {`"request_count": 7`, `"request_count": 8`},
		"status time":     {`1795422723.0`, `1795422999.0`},
		"label":           {`{"id": "a"`, `{"id": "a", "label": "renamed"`},
		"unknown key":     {`{"id": "a"`, `{"x": {}, "id": "a"`},
		"new first entry": {`"p": [`, `"p": [{"id": "new"}, `},
		"invalid entries": {`"p": [`, `"p": [null, 5, `},
		"another list":    {`"p": [`, `"o": [], "p": [`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, pair)
			saw := seen(t, s, Ref{Provider: "p", ID: "a", Position: 0})
			writeFile(t, s.Path(), strings.Replace(pair, change[0], change[1], 1))
			streak := find(t, load(t, s), saw[0].Ref).Streak
			out := performOn(t, s, holdAction, saw)
			equal(t, "refusals", out.Refusals(), 0)
			c := find(t, load(t, s), saw[0].Ref)
			equal(t, "held", c.Held(), true)
			equal(t, "streak", c.Streak, streak.Next())
			equal(t, "other entries unchanged", load(t, s).Summarize(Backoff(), stampAt).Count[Held], 1)
		})
	}
}

// An entry without an id is identified by its position, name and secret.
func TestPerform_NoID(t *testing.T) {
	const x = `{"label": "x", "secret_fingerprint": "sha256:1111111111111111", "last_status": "dead"}`
	s := newStore(t, storeOf(x))
	equal(t, "changed", len(perform(t, s, resetAction, Ref{Provider: "p", ID: "", Position: 0}).Changed), 1)
	for _, other := range []string{
		strings.Replace(x, `"x"`, `"y"`, 1),
		strings.Replace(x, `sha256:1`, `sha256:2`, 1),
		strings.Replace(x, `"last_status"`, `"source": "env:X", "last_status"`, 1),
	} {
		writeFile(t, s.Path(), storeOf(x))
		saw := seen(t, s)
		writeFile(t, s.Path(), storeOf(other, x))
		checkUnchanged(t, performOn(t, s, resetAction, saw), true, "changed")
		equal(t, "content", readFile(t, s.Path()), storeOf(other, x))
	}
}

func TestPerform_Duplicate(t *testing.T) {
	s := newStore(t, pair)
	saw := seen(t, s, Ref{Provider: "p", ID: "a", Position: 0}, Ref{Provider: "p", ID: "b", Position: 1}, Ref{Provider: "p", ID: "a", Position: 0})
	out := performOn(t, s, holdAction, saw)
	equal(t, "changed", len(out.Changed), 2)
	equal(t, "unchanged", len(out.Unchanged), 1)
	equal(t, "refusals", out.Refusals(), 0)
	equal(t, "streak", find(t, load(t, s), Ref{Provider: "p", ID: "a", Position: 0}).Streak, KnownStreak(2))
}

func TestPerform_Order(t *testing.T) {
	s := newStore(t, pair)
	out := perform(t, s, resetAction, Ref{Provider: "q", ID: "c", Position: 0}, Ref{Provider: "p", ID: "b", Position: 1}, Ref{Provider: "p", ID: "a", Position: 0})
	equal(t, "at", out.At, stampAt)
	equal(t, "first changed", out.Changed[0].Before.ID, "b")
	equal(t, "second changed", out.Changed[1].Before.ID, "a")
	equal(t, "unchanged", out.Unchanged[0].Before.ID, "c")
	equal(t, "changes", out.Changed[0].Changes(), true)
	equal(t, "changes", out.Unchanged[0].Changes(), false)
}

// Plan takes no lock and returns the same outcome as Perform.
func TestPlan(t *testing.T) {
	for _, name := range sampleNames {
		for _, a := range []Action{
			resetAction, holdAction,
			{Verb: VerbReset, SpareDead: true},
			{Verb: VerbHold, Hold: Hold{Code: 402, Until: stampAt}},
			{Verb: VerbHold, Hold: Hold{Code: 402, Reason: "quota"}},
			{Verb: VerbSync, ClaudeFile: "testdata/nothing-here"},
		} {
			s := newStore(t, string(sample(t, name)))
			saw := append(seen(t, s), Credential{Ref: Ref{Provider: "openrouter", ID: "gone", Position: 9}})
			check := unchangedFile(t, s)
			plan, err := s.Plan(a, saw)
			must(t, err)
			check("auth.json")
			checkSameOutcome(t, performOn(t, s, a, saw), plan)
		}
	}
}

// On a current snapshot, Action.Plan returns the same outcome as Store.Plan, except
// for Undo and Wrote.
func TestAction_Plan(t *testing.T) {
	s := newStore(t, string(sample(t, "stock-2026-09.json")))
	saw := seen(t, s)
	for _, a := range []Action{resetAction, holdAction, {Verb: VerbReset, SpareDead: true}} {
		want, err := s.Plan(a, saw)
		must(t, err)
		for _, effects := range [][]Effect{want.Changed, want.Unchanged} {
			for i := range effects {
				effects[i].Undo, effects[i].Wrote = nil, nil // only Store.Plan sets them
			}
		}
		checkSameOutcome(t, a.Plan(saw, stampAt), want)
	}
}

// A reset ends an observed streak, even of a ready credential. A hold ends a pin, but not
// the streak.
func TestAction_Plan_Observed(t *testing.T) {
	c := Credential{Ref: Ref{Provider: "p", ID: "a"}, Observed: Some(3), ObservedSince: noon}
	reset := Action{Verb: VerbReset}.Plan([]Credential{c}, noon)
	equal(t, "resets", len(reset.Changed), 1)
	equal(t, "streak after a reset", reset.Changed[0].After.Failures(), KnownStreak(0))
	equal(t, "the next reset changes", len(Action{Verb: VerbReset}.Plan([]Credential{reset.Changed[0].After}, noon).Changed), 0)

	c.Pinned, c.Status, c.StatusAt, c.ResetAt = true, StatusExhausted, noon, noon.Add(time.Hour)
	hold := Action{Verb: VerbHold, Hold: Hold{Code: 429, For: 9 * time.Hour}}.Plan([]Credential{c}, noon)
	equal(t, "streak after a hold", hold.Changed[0].After.Failures(), KnownStreak(3))
	equal(t, "origin after a hold", Flat().Deadline(&hold.Changed[0].After, noon).Origin, OriginOperator)
}

// Errors contain the path of the file, and the file is not changed.
func TestPerform_Unreadable(t *testing.T) {
	for content, want := range map[string]error{
		`{"credential_pool": []}`:      ErrNotPool,
		`{"credential_pool": {"p": [{`: new(SyntaxError),
		``:                             new(SyntaxError),
		`none`:                         fs.ErrNotExist,
	} {
		s := newStore(t, content)
		if content == `none` {
			s = openStore(filepath.Join(t.TempDir(), "auth.json"))
		}
		_, performed := s.Perform(context.Background(), resetAction, nil, nil)
		_, planned := s.Plan(resetAction, nil)
		for _, err := range []error{performed, planned} {
			var syntax *SyntaxError
			if _, isSyntax := want.(*SyntaxError); isSyntax && !errors.As(err, &syntax) || !isSyntax && !errors.Is(err, want) { //nolint:errorlint // want is never wrapped
				t.Errorf("%q: error is %v, want %v", content, err, want)
			}
			if err != nil && !strings.Contains(err.Error(), s.Path()) {
				t.Errorf("error %q does not contain the path", err)
			}
		}
		if content != `none` {
			equal(t, "content", readFile(t, s.Path()), content)
		}
	}
}

func TestPlan_InvalidVerb(t *testing.T) {
	s := newStore(t, pair)
	check := unchangedFile(t, s)
	refs := seen(t, s, Ref{Provider: "p", ID: "a", Position: 0})
	checkUnchanged(t, Action{Verb: VerbUndo}.Plan(refs, stampAt), true, "not possible here")
	checkUnchanged(t, Action{Verb: 99}.Plan(refs, stampAt), true, "not possible here")
	checkUnchanged(t, performOn(t, s, Action{Verb: 99}, refs), true, "not possible here")
	claude := Credential{Ref: Ref{Provider: providerClaude}, Source: sourceClaudeCode}
	checkUnchanged(t, Action{Verb: VerbSync}.Plan([]Credential{claude}, stampAt), true, "not possible here")
	check("auth.json", "auth.lock")
}

// resetFields returns the fields that a reset writes. An empty value means that the field
// is removed.
func resetFields(hasStreak bool) []wanted {
	want := []wanted{
		{"last_status", "null"},
		{"last_status_at", "null"},
		{"last_error_code", "null"},
		{"last_error_reason", "null"},
		{"last_error_message", "null"},
		{"last_error_reset_at", "null"},
		{"failure_reason", ""},
		{"model_cooldowns", ""},
		{"model_cooldown_observed_at", ""},
		{"status_cleared_at", stampSeconds},
	}
	if hasStreak {
		want = append(want, wanted{"consecutive_failures", "0"})
	}
	return want
}

// holdFields returns the fields that a hold writes. They include the streak only if the
// agent counts failures.
func holdFields(code int, reason string, end time.Time, streak int, counted bool) []wanted {
	want := []wanted{
		{"last_status", `"exhausted"`},
		{"last_status_at", stampSeconds},
		{"last_error_code", fmt.Sprint(code)},
		{"last_error_reason", `"operator_hold"`},
		{"last_error_message", reason},
		{"last_error_reset_at", string(rawSeconds(end))},
		{"failure_reason", ""},
	}
	if counted {
		want = append(want, wanted{"consecutive_failures", fmt.Sprint(streak)})
	}
	return want
}

// streaksIn reports whether an entry has a streak, and whether any entry of the file
// has one.
func streaksIn(t *testing.T, content string, c *Credential) (own, any bool) {
	t.Helper()
	root, err := jsonedit.Parse([]byte(content))
	must(t, err)
	for other := range decoded(t, content).All() {
		has := entryAt(root, other.Provider, other.Position).Find("consecutive_failures") != nil
		any = any || has
		own = own || has && other.Ref == c.Ref
	}
	return own, any
}

// An action changes only the fields that it sets, and updated_at. Its outcome matches the credentials
// after a reload.
func TestPerform_Fields(t *testing.T) {
	cooldowns := []time.Duration{0, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour}
	for name, content := range actionFiles(t) {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, content)
			for _, c := range seen(t, s) {
				streak := max(c.Streak.Count(), 0) + 1
				own, any := streaksIn(t, content, &c)
				end := stampAt.Add(cooldowns[min(streak, 4)])
				if d := Backoff().Deadline(&c, stampAt); d.At.After(end) {
					end = d.At // a hold does not shorten a cooldown
				}
				for _, tt := range []struct {
					action Action
					want   []wanted
					spared bool
				}{
					{resetAction, resetFields(own), isClear(&c)},
					{holdAction, holdFields(429, `"held by operator"`, end, streak, any), c.Status == StatusDead},
				} {
					writeFile(t, s.Path(), content)
					out := performOn(t, s, tt.action, []Credential{c})
					if tt.spared {
						equal(t, "changed", len(out.Changed), 0)
						tt.want = nil
					}
					after := readFile(t, s.Path())
					if err := checkEdited([]byte(content), []byte(after), c.Provider, c.Position, tt.want); err != nil {
						t.Errorf("%s of %s: %v\nbefore: %s\nafter:  %s", tt.action.Verb, c.Ref, err, content, after)
					}
					for _, e := range append(out.Changed, out.Unchanged...) {
						checkEffect(t, s, &c, &e)
					}
				}
			}
		})
	}
}

// checkEffect compares an effect with the credential before the action and after a reload.
func checkEffect(t *testing.T, s *Store, before *Credential, e *Effect) {
	t.Helper()
	if !reflect.DeepEqual(e.Before, *before) {
		t.Errorf("before the effect:\n%+v, want\n%+v", e.Before, *before)
	}
	want := *find(t, load(t, s), before.Ref)
	got := e.After
	got.Sole = want.Sole // may change when a dead credential is reset
	if !reflect.DeepEqual(got, want) {
		t.Errorf("after the effect:\n%+v, after a reload:\n%+v", got, want)
	}
}

// If a hold has neither For nor Until, its deadline is the same as after a real failure. Every
// hold increases the streak.
func TestPerform_HoldDeadline(t *testing.T) {
	for _, tt := range []struct {
		name   string
		hold   Hold
		length time.Duration
	}{
		{"for", Hold{Code: 429, For: 45 * time.Minute}, 45 * time.Minute},
		{"until", Hold{Code: 429, Until: stampAt.Add(26 * time.Hour)}, 26 * time.Hour},
		{"For takes precedence over Until", Hold{Code: 402, For: time.Minute, Until: stampAt.Add(time.Hour)}, time.Minute},
		{"default for a third failure", Hold{Code: 429}, 4 * time.Hour},
		{"default for a third 401", Hold{Code: 401}, 20 * time.Minute},
		{"in another time zone", Hold{Code: 401, Until: stampAt.Add(time.Hour).In(time.FixedZone("", 7200))}, time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, storeOf(`{"id": "a", "consecutive_failures": 2}`, `{}`))
			content := readFile(t, s.Path())
			perform(t, s, Action{Verb: VerbHold, Hold: tt.hold}, smallRef)
			want := holdFields(tt.hold.Code, `"held by operator"`, stampAt.Add(tt.length), 3, true)
			if err := checkEdited([]byte(content), []byte(readFile(t, s.Path())), "p", 0, want); err != nil {
				t.Error(err)
			}
		})
	}
}

// The reason is escaped as the agent escapes it.
func TestPerform_HoldReason(t *testing.T) {
	for reason, want := range map[string]string{
		"":                   `"held by operator"`,
		"until payday 💶":     `"until payday \ud83d\udcb6"`,
		"\"quoted\"\n\\ é":   `"\"quoted\"\n\\ \u00e9"`,
		"quota, not a codex": `"quota, not a codex"`,
	} {
		s := newStore(t, storeOf(`{"id": "a"}`, `{}`))
		perform(t, s, Action{Verb: VerbHold, Hold: Hold{Code: 429, Reason: reason}}, smallRef)
		equal(t, "reason", rawAt(t, s, smallRef, "last_error_message"), want)
	}
}

// Entries named after their availability at stampAt, except for soonEntry, which is
// cooling, and laterEntry, which is held.
var (
	readyEntry    = `{"id": %q, "source": "env:KEY"}`
	dueEntry      = `{"id": %q, "source": "env:KEY", "last_status": "exhausted"}`
	deadEntry     = `{"id": %q, "last_status": "dead"}`
	unusableEntry = `{"id": %q, "access_token": ""}`
	soonEntry     = `{"id": %q, "source": "env:KEY", "last_status": "exhausted", "last_error_reset_at": 1795426000.0}`
	laterEntry    = `{"id": %q, "source": "env:KEY", "last_status": "exhausted", "last_error_reset_at": 1795429000.0, "last_error_reason": "operator_hold"}`
)

// providerOf returns a provider with the given entries, whose ids are a, b, c and so on.
func providerOf(name string, entries ...string) string {
	var list []string
	for i, e := range entries {
		list = append(list, fmt.Sprintf(e, string(rune('a'+i))))
	}
	return fmt.Sprintf("%q: [%s]", name, strings.Join(list, ", "))
}

// lastReadyText returns the result of LastReady as text, for an action on credentials
// given as provider/id.
func lastReadyText(t *testing.T, pool string, a Action, targets string) string {
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
	for _, st := range p.LastReady(a.Plan(saw, stampAt), Backoff()) {
		line := st.Provider + ":"
		for _, c := range st.Credentials {
			line += " " + c.ID
		}
		if st.Others.Next != nil {
			line += fmt.Sprintf(", then %s in %v", st.Others.Next.ID, st.Others.NextAt.Sub(stampAt).Round(time.Second))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func TestLastReady(t *testing.T) {
	tests := []struct{ name, pool, targets, want string }{
		{"only one", providerOf("p", readyEntry), "p/a", "p: a"},
		{"one of two", providerOf("p", readyEntry, readyEntry), "p/a", ""},
		{"both of two", providerOf("p", readyEntry, readyEntry), "p/a p/b", "p: a b"},
		{"last ready credential, others cooling or held", providerOf("p", laterEntry, readyEntry, soonEntry), "p/b", "p: b, then c in 6m33s"},
		{"other credential held", providerOf("p", laterEntry, readyEntry), "p/b", "p: b, then a in 56m33s"},
		{"others dead", providerOf("p", readyEntry, deadEntry), "p/a", "p: a"},
		{"others due or unusable", providerOf("p", readyEntry, dueEntry, unusableEntry), "p/a", "p: a"},
		{"not ready", providerOf("p", soonEntry), "p/a", ""},
		{"dead, refused", providerOf("p", deadEntry, readyEntry), "p/a", ""},
		{"already out", providerOf("p", soonEntry, laterEntry), "p/a p/b", ""},
		{"no target", providerOf("p", readyEntry), "", ""},
		{"several providers", providerOf("o", readyEntry, soonEntry) + `, ` + providerOf("p", readyEntry, readyEntry) + `, ` + providerOf("q", readyEntry), "q/a o/a p/a", "o: a, then b in 6m33s; q: a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hour := Action{Verb: VerbHold, Hold: Hold{Code: 429, For: time.Hour}}
			equal(t, "providers", lastReadyText(t, tt.pool, hour, tt.targets), tt.want)
			equal(t, "after a reset", lastReadyText(t, tt.pool, resetAction, tt.targets), "")
		})
	}
}

// An undo may make one credential ready while it makes another unavailable.
func TestLastReady_OtherBecomesReady(t *testing.T) {
	p := decoded(t, `{"credential_pool": {`+providerOf("p", readyEntry, laterEntry)+`}}`)
	ready, held := p.Providers[0].Credentials[0], p.Providers[0].Credentials[1]
	effect := func(before, after Credential) Effect {
		after.Ref = before.Ref
		return Effect{Before: before, After: after}
	}
	out := Outcome{At: stampAt, Changed: []Effect{effect(ready, held), effect(held, ready)}}
	equal(t, "providers", len(p.LastReady(out, Backoff())), 0)
	out.Changed = out.Changed[:1]
	equal(t, "providers with the first change only", len(p.LastReady(out, Backoff())), 1)
}
