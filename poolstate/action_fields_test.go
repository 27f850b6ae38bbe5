package poolstate

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

// The two tables of fields that an operator's action writes. An empty value is
// a field that goes; what is not listed stays as it is.

func resetFields() []wanted {
	return []wanted{
		{"last_status", "null"},
		{"last_status_at", "null"},
		{"last_error_code", "null"},
		{"last_error_reason", "null"},
		{"last_error_message", "null"},
		{"last_error_reset_at", "null"},
		{"consecutive_failures", "0"},
		{"failure_reason", ""},
		{"model_cooldowns", ""},
		{"status_cleared_at", stampSeconds},
	}
}

func holdFields(code int, words string, length time.Duration, streak int) []wanted {
	return []wanted{
		{"last_status", `"exhausted"`},
		{"last_status_at", stampSeconds},
		{"last_error_code", fmt.Sprint(code)},
		{"last_error_reason", `"operator_hold"`},
		{"last_error_message", words},
		{"last_error_reset_at", secondsAfter(length)},
		{"consecutive_failures", fmt.Sprint(streak)},
	}
}

// secondsAfter is the instant so much after stampAt as the file spells it.
func secondsAfter(length time.Duration) string {
	return fmt.Sprintf("%d.970596", 1795425606+int(length.Seconds()))
}

// Of whatever file and whatever entry an action changes its fields and
// updated_at, and not one byte more. What the outcome says is what a reload
// finds.
func TestAnActionWritesItsFieldsAndNothingElse(t *testing.T) {
	ladder := []time.Duration{0, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour}
	for name, content := range actionFiles(t) {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, content)
			for _, c := range seen(t, s) {
				streak := max(c.Streak.Count(), 0) + 1
				for _, tt := range []struct {
					action Action
					want   []wanted
					spared bool
				}{
					{resetAction, resetFields(), isClear(&c)},
					{holdAction, holdFields(429, `"held by operator"`, ladder[min(streak, 4)], streak), c.Status == StatusDead},
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

// checkEffect compares an effect with the picture before and with a reload.
func checkEffect(t *testing.T, s *Store, before *Credential, e *Effect) {
	t.Helper()
	if !reflect.DeepEqual(e.Before, *before) {
		t.Errorf("the effect is on\n%+v, want\n%+v", e.Before, *before)
	}
	want := *find(t, load(t, s), before.Ref)
	got := e.After
	got.Sole = want.Sole // a credential that is dead no more gives others company
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the effect predicts\n%+v, a reload finds\n%+v", got, want)
	}
}

// A forced cooldown lasts as long as that of a real failure: base TTL times the
// multiplier of the streak that it brings about.
func TestAHoldLastsAsLongAsARealFailure(t *testing.T) {
	tests := []struct {
		streak     string
		next, mult int
	}{
		{``, 1, 1},
		{`"consecutive_failures": 0`, 1, 1},
		{`"consecutive_failures": 1`, 2, 2},
		{`"consecutive_failures": 2`, 3, 4},
		{`"consecutive_failures": 3`, 4, 8},
		{`"consecutive_failures": 4`, 5, 8},
		{`"consecutive_failures": 7`, 8, 8},
		{`"consecutive_failures": 1000000`, 1000001, 8},
		{`"consecutive_failures": -1`, 1, 1},
		{`"consecutive_failures": -7`, 1, 1},
		{`"consecutive_failures": "3"`, 4, 8},
		{`"consecutive_failures": 1.9`, 2, 2},
		{`"consecutive_failures": null`, 1, 1},
		{`"consecutive_failures": "many"`, 1, 1},
		{`"consecutive_failures": [3]`, 1, 1},
		{`"consecutive_failures": {"n": 3}`, 1, 1},
		{`"consecutive_failures": NaN`, 1, 1},
	}
	codes := map[int]time.Duration{401: 5 * time.Minute, 429: time.Hour, 402: time.Hour, 403: time.Hour, 500: time.Hour}
	for _, tt := range tests {
		for code, base := range codes {
			t.Run(fmt.Sprintf("%s by %d", tt.streak, code), func(t *testing.T) {
				entry := `{` + tt.streak + `}`
				s := newStore(t, storeOf(entry, `{"id": "companion"}`))
				content := readFile(t, s.Path())
				perform(t, s, Action{Verb: VerbHold, Hold: Hold{Code: code}}, Ref{"p", "", 0})
				want := holdFields(code, `"held by operator"`, base*time.Duration(tt.mult), tt.next)
				if err := checkEdited([]byte(content), []byte(readFile(t, s.Path())), "p", 0, want); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// An operator's own length or end takes the place of the computed one; the
// streak counts on all the same.
func TestAnOperatorsOwnDeadline(t *testing.T) {
	tests := []struct {
		name   string
		hold   Hold
		length time.Duration
	}{
		{"for", Hold{Code: 429, For: 45 * time.Minute}, 45 * time.Minute},
		{"until", Hold{Code: 429, Until: stampAt.Add(26 * time.Hour)}, 26 * time.Hour},
		{"for wins over until", Hold{Code: 402, For: time.Minute, Until: stampAt.Add(time.Hour)}, time.Minute},
		{"in another location", Hold{Code: 401, Until: stampAt.Add(time.Hour).In(time.FixedZone("", 7200))}, time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, storeOf(`{"id": "a", "consecutive_failures": 2}`, `{}`))
			content := readFile(t, s.Path())
			perform(t, s, Action{Verb: VerbHold, Hold: tt.hold}, smallRef)
			want := holdFields(tt.hold.Code, `"held by operator"`, tt.length, 3)
			if err := checkEdited([]byte(content), []byte(readFile(t, s.Path())), "p", 0, want); err != nil {
				t.Error(err)
			}
		})
	}
}

// The operator's words stand where a provider's would, spelled as the agent
// spells them.
func TestAnOperatorsOwnWords(t *testing.T) {
	for words, want := range map[string]string{
		"":                   `"held by operator"`,
		"until payday 💶":     `"until payday \ud83d\udcb6"`,
		"\"quoted\"\n\\ é":   `"\"quoted\"\n\\ \u00e9"`,
		"quota, not a codex": `"quota, not a codex"`,
	} {
		s := newStore(t, storeOf(`{"id": "a"}`, `{}`))
		perform(t, s, Action{Verb: VerbHold, Hold: Hold{Code: 429, Reason: words}}, smallRef)
		equal(t, "words", rawAt(t, s, smallRef, "last_error_message"), want)
	}
}

// Whatever the agent on that machine makes of streaks, it obeys a hold to the
// same instant, and the picture says that an operator pinned it.
func TestAHoldHoldsUnderEveryPolicy(t *testing.T) {
	for _, others := range []string{``, `, {"id": "companion"}`} {
		for _, code := range []int{401, 402, 429, 503} {
			s := newStore(t, `{"credential_pool": {"p": [{"id": "a", "consecutive_failures": 2, "failure_reason": "billing_unverified"}`+others+`]}}`)
			perform(t, s, Action{Verb: VerbHold, Hold: Hold{Code: code, For: 3 * time.Hour}}, smallRef)
			c := find(t, load(t, s), smallRef)
			for _, p := range []Policy{Backoff, Flat, FlatSole} {
				end := stampAt.Add(3 * time.Hour)
				equal(t, "deadline", p.Deadline(c, stampAt), Deadline{At: end, Origin: OriginOperator})
				equal(t, "availability", p.Availability(c, stampAt), Held)
				equal(t, "a moment before its end", p.Availability(c, end.Add(-time.Microsecond)), Held)
				equal(t, "at its end", p.Availability(c, end), Due)
			}
		}
	}
}

// A reset is ready under every policy, whatever kept the credential out.
func TestAResetIsReadyUnderEveryPolicy(t *testing.T) {
	for _, entry := range []string{
		`{"id": "a", "last_status": "dead"}`,
		`{"id": "a", "last_status": "exhausted", "last_error_reset_at": 1995425600.0}`,
		`{"id": "a", "last_status": "exhausted", "last_error_reason": "operator_hold", "last_error_reset_at": 1995425600.0}`,
	} {
		s := newStore(t, storeOf(entry))
		perform(t, s, resetAction, smallRef)
		c := find(t, load(t, s), smallRef)
		for _, p := range []Policy{Backoff, Flat, FlatSole} {
			equal(t, "availability", p.Availability(c, stampAt), Ready)
			equal(t, "no deadline", p.Deadline(c, stampAt).IsZero(), true)
		}
		equal(t, "streak", c.Streak, KnownStreak(0))
		equal(t, "cleared", c.ClearedAt, stampAt)
	}
}
