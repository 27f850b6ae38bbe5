package poolstate

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// pair is a store with two entries to act on.
const pair = `{"credential_pool": {"p": [
  {"id": "a", "last_status": "exhausted", "last_status_at": 1795422723.0, "access_token": "SECRET-a-not-a-real-token", "request_count": 7, "consecutive_failures": 1},
  {"id": "b", "last_status": "exhausted", "last_status_at": 1795422723.0, "access_token": "SECRET-b-not-a-real-token"}
], "q": [{"id": "c", "secret_fingerprint": "sha256:12ab34cd56ef7890"}]}, "updated_at": "then"}`

// An operator acts on what the screen showed. What is no longer so is left
// alone, and the other credentials of the same action are done.
func TestAnActionIsOnWhatTheOperatorSaw(t *testing.T) {
	tests := []struct{ name, old, now, why string }{
		{"gone", `{"id": "a",`, `{"id": "z",`, "no longer in the file"},
		{"the provider is gone", `"p": [`, `"other": [`, "no longer in the file"},
		{"recovered", `{"id": "a", "last_status": "exhausted"`, `{"id": "a", "last_status": "ok"`, "changed"},
		{"died", `{"id": "a", "last_status": "exhausted"`, `{"id": "a", "last_status": "dead"`, "changed"},
		{"another word", `{"id": "a", "last_status": "exhausted"`, `{"id": "a", "last_status": "resting"`, "changed"},
		{"no status", `{"id": "a", "last_status": "exhausted"`, `{"id": "a", "last_status": null`, "changed"},
		{"new tokens", `SECRET-a-not`, `SECRET-a-new`, "changed"},
		{"tokens lost", `"access_token": "SECRET-a-not-a-real-token"`, `"access_token": ""`, "changed"},
		{"one more token", `{"id": "a"`, `{"id": "a", "refresh_token": "SECRET-r"`, "changed"},
		{"held", `{"id": "a"`, `{"id": "a", "last_error_reason": "operator_hold"`, "changed"},
		{"disabled", `{"id": "a"`, `{"id": "a", "enabled": false`, "changed"},
	}
	for _, tt := range tests {
		for _, a := range []Action{resetAction, holdAction} {
			t.Run(tt.name+", "+a.Verb.String(), func(t *testing.T) {
				s := newStore(t, pair)
				saw := seen(t, s, Ref{"p", "a", 0}, Ref{"p", "b", 1})
				writeFile(t, s.Path(), strings.Replace(pair, tt.old, tt.now, 1))
				out := performOn(t, s, a, saw[:1])
				checkUnchanged(t, out, true, tt.why)
				equal(t, "content", readFile(t, s.Path()), strings.Replace(pair, tt.old, tt.now, 1))

				out = performOn(t, s, a, saw)
				if tt.name == "the provider is gone" {
					equal(t, "refusals", out.Refusals(), 2)
					return
				}
				equal(t, "refusals", out.Refusals(), 1)
				equal(t, "changed", len(out.Changed), 1)
				equal(t, "the other one", out.Changed[0].Before.ID, "b")
			})
		}
	}
}

// A hold that an agent or somebody else lifted, or a borrowed secret that was
// exchanged, is a change as well.
func TestHoldsAndFingerprintsAreSeen(t *testing.T) {
	for name, change := range map[string][2]string{
		"lifted":          {`"operator_hold"`, `"rate_limit"`},
		"another secret":  {`12ab34cd`, `ffffffff`},
		"a secret of its": {`"secret_fingerprint": "sha256:12ab34cd56ef7890"`, `"access_token": "SECRET-x"`},
	} {
		content := storeOf(`{"id": "a", "last_status": "exhausted", "last_error_reason": "operator_hold", "secret_fingerprint": "sha256:12ab34cd56ef7890"}`)
		s := newStore(t, content)
		saw := seen(t, s)
		writeFile(t, s.Path(), strings.Replace(content, change[0], change[1], 1))
		t.Run(name, func(t *testing.T) { checkUnchanged(t, performOn(t, s, resetAction, saw), true, "changed") })
	}
}

// What has nothing to do with the decision refuses nothing, and the action
// starts from what is in the file now.
func TestUnrelatedChangesRefuseNothing(t *testing.T) {
	for name, change := range map[string][2]string{
		"streak":        {`"consecutive_failures": 1`, `"consecutive_failures": 2`},
		"requests":      {`"request_count": 7`, `"request_count": 8`},
		"instant":       {`1795422723.0`, `1795422999.0`},
		"label":         {`{"id": "a"`, `{"id": "a", "label": "renamed"`},
		"unknown key":   {`{"id": "a"`, `{"x": {}, "id": "a"`},
		"one in front":  {`"p": [`, `"p": [{"id": "new"}, `},
		"garbage":       {`"p": [`, `"p": [null, 5, `},
		"another place": {`"p": [`, `"o": [], "p": [`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, pair)
			saw := seen(t, s, Ref{"p", "a", 0})
			writeFile(t, s.Path(), strings.Replace(pair, change[0], change[1], 1))
			streak := find(t, load(t, s), saw[0].Ref).Streak
			out := performOn(t, s, holdAction, saw)
			equal(t, "refusals", out.Refusals(), 0)
			c := find(t, load(t, s), saw[0].Ref)
			equal(t, "held", c.Held(), true)
			equal(t, "streak", c.Streak, streak.Next())
			equal(t, "the others are as they were", load(t, s).Summarize(Backoff, stampAt).Count[Held], 1)
		})
	}
}

// The order in the list is no matter for entries with an id.
func TestEntriesAreFoundByTheirID(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "last_status": "dead"}`, `{"id": "b", "last_status": "dead"}`))
	saw := seen(t, s, Ref{"p", "a", 0})
	writeFile(t, s.Path(), storeOf(`{"id": "b", "last_status": "dead"}`, `{"id": "a", "last_status": "dead"}`))
	equal(t, "changed", len(performOn(t, s, resetAction, saw).Changed), 1)
	equal(t, "a", find(t, load(t, s), Ref{"p", "a", 1}).Status, StatusNone)
	equal(t, "b", find(t, load(t, s), Ref{"p", "b", 0}).Status, StatusDead)
}

// An entry without an id is known by its place alone. If another one has come
// to stand there, as far as names and secrets tell, it is left alone.
func TestEntriesWithoutAnID(t *testing.T) {
	const x = `{"label": "x", "secret_fingerprint": "sha256:1111111111111111", "last_status": "dead"}`
	s := newStore(t, storeOf(x))
	equal(t, "changed", len(perform(t, s, resetAction, Ref{"p", "", 0}).Changed), 1)
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

// A credential that is named twice is done once.
func TestNamedTwiceIsDoneOnce(t *testing.T) {
	s := newStore(t, pair)
	saw := seen(t, s, Ref{"p", "a", 0}, Ref{"p", "b", 1}, Ref{"p", "a", 0})
	out := performOn(t, s, holdAction, saw)
	equal(t, "changed", len(out.Changed), 2)
	equal(t, "unchanged", len(out.Unchanged), 1)
	equal(t, "refusals", out.Refusals(), 0)
	equal(t, "streak", find(t, load(t, s), Ref{"p", "a", 0}).Streak, KnownStreak(2))
}

// The outcome keeps the order of the targets and carries the instant of the
// write.
func TestAnOutcomeIsInOrderOfTheTargets(t *testing.T) {
	s := newStore(t, pair)
	out := perform(t, s, resetAction, Ref{"q", "c", 0}, Ref{"p", "b", 1}, Ref{"p", "a", 0})
	equal(t, "at", out.At, stampAt)
	equal(t, "first changed", out.Changed[0].Before.ID, "b")
	equal(t, "second changed", out.Changed[1].Before.ID, "a")
	equal(t, "unchanged", out.Unchanged[0].Before.ID, "c")
	equal(t, "changes", out.Changed[0].Changes(), true)
	equal(t, "changes", out.Unchanged[0].Changes(), false)
}

// A plan is what the action would do, effect by effect, refusals and all; it
// locks nothing and writes nothing.
func TestAPlanIsWhatPerformDoes(t *testing.T) {
	for _, name := range sampleNames {
		for _, a := range []Action{
			resetAction, holdAction,
			{Verb: VerbReset, SpareDead: true},
			{Verb: VerbHold, Hold: Hold{Code: 402, Until: stampAt}},
			{Verb: VerbHold, Hold: Hold{Code: 402, Reason: "quota"}},
			{Verb: VerbSync, ClaudeFile: "testdata/nothing-here"},
		} {
			s := newStore(t, string(sample(t, name)))
			saw := append(seen(t, s), Credential{Ref: Ref{"openrouter", "gone", 9}})
			before := stateOf(t, s)
			plan, err := s.Plan(a, saw)
			if err != nil {
				t.Fatal(err)
			}
			checkUntouched(t, s, before, false)
			checkSameOutcome(t, performOn(t, s, a, saw), plan)
		}
	}
}

// The plan without a store, for a picture that is fresh, says the same.
func TestAPlanOfThePicture(t *testing.T) {
	s := newStore(t, string(sample(t, "stock-2026-09.json")))
	saw := seen(t, s)
	for _, a := range []Action{resetAction, holdAction, {Verb: VerbReset, SpareDead: true}} {
		want, err := s.Plan(a, saw)
		if err != nil {
			t.Fatal(err)
		}
		for _, effects := range [][]Effect{want.Changed, want.Unchanged} {
			for i := range effects {
				effects[i].Undo = nil // which takes the file
			}
		}
		checkSameOutcome(t, a.Plan(saw, stampAt), want)
	}
}

// A file that cannot be read as a pool is named, whatever is asked of it, and
// stays as it is.
func TestActionsNameTheFileTheyCannotRead(t *testing.T) {
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
		_, performed := s.Perform(context.Background(), resetAction, nil)
		_, planned := s.Plan(resetAction, nil)
		_, undone := s.Undo(context.Background(), nil)
		_, plannedUndo := s.PlanUndo(nil)
		for _, err := range []error{performed, planned, undone, plannedUndo} {
			var syntax *SyntaxError
			if _, isSyntax := want.(*SyntaxError); isSyntax && !errors.As(err, &syntax) || !isSyntax && !errors.Is(err, want) { //nolint:errorlint // want is bare
				t.Errorf("the error of %q is %v, want %v", content, err, want)
			}
			if err != nil && !strings.Contains(err.Error(), s.Path()) {
				t.Errorf("%q does not name the file", err)
			}
		}
		if content != `none` {
			equal(t, "content", readFile(t, s.Path()), content)
		}
	}
}

func TestPlan_InvalidVerb(t *testing.T) {
	s := newStore(t, pair)
	before := stateOf(t, s)
	for _, a := range []Action{{Verb: VerbUndo}, {Verb: 99}} {
		refs := seen(t, s, Ref{"p", "a", 0})
		checkUnchanged(t, a.Plan(refs, stampAt), true, "not possible here")
		checkUnchanged(t, performOn(t, s, a, refs), true, "not possible here")
	}
	claude := Credential{Ref: Ref{Provider: providerClaude}, Source: sourceClaudeCode}
	checkUnchanged(t, Action{Verb: VerbSync}.Plan([]Credential{claude}, stampAt), true, "not possible here")
	checkUntouched(t, s, before, true)
}
