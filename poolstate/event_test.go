package poolstate

import (
	"fmt"
	"strings"
	"testing"
)

// eventsBetween returns the events between two lists of entries in one line.
func eventsBetween(t *testing.T, before, after string) string {
	t.Helper()
	was, is := decoded(t, `{"credential_pool": `+before+`}`), decoded(t, `{"credential_pool": `+after+`}`)
	var lines []string
	for _, e := range diff(was, is, sampledAt) {
		equal(t, "at", e.At, sampledAt)
		c := e.Credential()
		if e.After != nil && e.After != is.Find(c.Ref) || e.Before != nil && e.Before != was.Find(c.Ref) {
			t.Errorf("the event of %s has other credentials than the snapshots", c.Ref)
		}
		lines = append(lines, fmt.Sprintf("%s %s by %s", c.Ref, e.Kind, e.By))
	}
	return strings.Join(lines, ", ")
}

func TestDiff_Kinds(t *testing.T) {
	const (
		cooling = `"last_status": "exhausted", "last_status_at": 1795420000.0, "consecutive_failures": 1`
		again   = `"last_status": "exhausted", "last_status_at": 1795424000.0, "consecutive_failures": 2`
		held    = `"last_status": "exhausted", "last_status_at": 1795424000.0, "consecutive_failures": 2, "last_error_reason": "operator_hold"`
		later   = `"last_status": "exhausted", "last_status_at": 1795425000.0, "consecutive_failures": 3, "last_error_reason": "operator_hold"`
		ranOut  = `"last_status": "ok", "last_status_at": null, "consecutive_failures": 1`
		reset   = `"last_status": null, "consecutive_failures": 0, "status_cleared_at": 1795425000.5`
		old     = `"access_token": "SECRET-old-not-a-real-token"`
		fresh   = `"access_token": "SECRET-new-not-a-real-token"`
	)
	tests := []struct{ name, before, after, want string }{
		{"nothing", cooling, cooling, ""},
		{"a request", `"request_count": 1`, `"request_count": 2`, ""},
		{"a label", `"label": "x"`, `"label": "y"`, ""},
		{"a model's cooldown", ``, `"model_cooldowns": {"m": 1795429000.0}`, ""},

		{"exhausted", ``, cooling, "exhausted by agent"},
		{"exhausted, after it ran out", ranOut, again, "exhausted by agent"},
		{"exhausted again", cooling, again, "exhausted by agent"},
		{"exhausted when it was dead", `"last_status": "dead"`, cooling, "exhausted by agent"},
		{"exhausted with new tokens", cooling + `, ` + old, again + `, ` + fresh, "exhausted by agent"},
		{"another message", cooling, cooling + `, "last_error_message": "m"`, ""},

		{"held", ``, held, "held by operator"},
		{"held when it was cooling", cooling, held, "held by operator"},
		{"held when it was dead", `"last_status": "dead"`, held, "held by operator"},
		{"held anew", held, later, "held by operator"},
		{"an unchanged hold", held, held + `, "request_count": 5`, ""},
		{"a hold that failed for real", held, strings.Replace(later, "operator_hold", "rate", 1), "exhausted by agent"},

		{"ready after it ran out", cooling, ranOut, "ready by agent"},
		{"ready after a hold ran out", held, ranOut, "ready by agent"},
		{"ready, of a file without streaks", `"last_status": "exhausted"`, `"last_status": null`, "ready by agent"},
		{"ready when it was dead", `"last_status": "dead"`, `"last_status": "ok"`, "ready by agent"},

		{"reset", cooling, reset, "reset by operator"},
		{"reset of a dead one", `"last_status": "dead"`, reset, "reset by operator"},
		{"reset of a held one", held, reset, "reset by operator"},
		{"reset of a streak alone", ranOut, reset, "reset by operator"},
		{"reset again", `"status_cleared_at": 1795424000.5`, reset, "reset by operator"},
		{"reset without a time stamp", cooling, `"last_status": null, "consecutive_failures": 0`, "reset by operator"},
		{"a removed time stamp", reset, `"consecutive_failures": 0`, ""},

		{"refreshed", cooling + `, ` + old, `"last_status": "ok", "consecutive_failures": 0, ` + fresh, "refreshed by agent"},
		{"refreshed when it was dead", `"last_status": "dead", ` + old, fresh, "refreshed by agent"},
		{"refreshed after it ran out", ranOut + `, ` + old, `"consecutive_failures": 0, ` + fresh, "refreshed by agent"},
		{"refreshed, by the fingerprint", cooling + `, "secret_fingerprint": "sha256:1111111111111111"`, `"consecutive_failures": 0, "secret_fingerprint": "sha256:2222222222222222"`, "refreshed by agent"},
		{"no refresh without new tokens", cooling + `, ` + old, `"last_status": "ok", "consecutive_failures": 0, ` + old, "reset by operator"},
		{"new tokens of a ready one", old, fresh, ""},

		{"dead", cooling, `"last_status": "dead"`, "dead by agent"},
		{"dead at once", ``, `"last_status": "dead"`, "dead by agent"},
		{"still dead", `"last_status": "dead"`, `"last_status": "dead", "last_error_message": "m"`, ""},

		{"disabled", ``, `"enabled": false`, "disabled by agent"},
		{"enabled", `"enabled": false`, `"enabled": true`, "enabled by agent"},
		{"enabled by leaving it out", `"enabled": false`, ``, "enabled by agent"},
		{"disabled while it cools", cooling, cooling + `, "enabled": false`, "disabled by agent"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list := func(inside string) string {
				return `{"p": [` + strings.Replace(`{"id": "a", `+inside+`}`, ", }", "}", 1) + `]}`
			}
			want := tt.want
			if want != "" {
				want = "p/a " + want
			}
			equal(t, "events", eventsBetween(t, list(tt.before), list(tt.after)), want)
		})
	}
}

func TestDiff_AddedRemoved(t *testing.T) {
	const one, two = `{"p": [{"id": "a"}]}`, `{"p": [{"id": "a"}, {"id": "b"}], "q": [{"id": "c"}]}`
	equal(t, "added", eventsBetween(t, one, two), "p/b added by agent, q/c added by agent")
	equal(t, "removed", eventsBetween(t, two, one), "p/b removed by agent, q/c removed by agent")
	equal(t, "exchanged", eventsBetween(t, `{"p": [{"id": "a"}]}`, `{"p": [{"id": "b"}]}`), "p/b added by agent, p/a removed by agent")
	equal(t, "another order", eventsBetween(t, `{"p": [{"id": "a"}, {"id": "b"}]}`, `{"p": [{"id": "b"}, {"id": "a"}]}`), "")
	equal(t, "all gone", eventsBetween(t, one, `{}`), "p/a removed by agent")
	equal(t, "from nothing", eventsBetween(t, `null`, one), "p/a added by agent")
}

// Events are in the order of the pool, with removals last.
func TestDiff_Order(t *testing.T) {
	const before = `{"q": [{"id": "c"}], "p": [{"id": "b", "priority": 2}, {"id": "gone"}, {"id": "a", "priority": 1}]}`
	const after = `{"q": [{"id": "c", "enabled": false}], "p": [{"id": "b", "priority": 2, "last_status": "dead"}, {"id": "new", "priority": 3}, {"id": "a", "priority": 1, "last_status": "exhausted"}]}`
	equal(t, "events", eventsBetween(t, before, after),
		"p/a exhausted by agent, p/b dead by agent, p/new added by agent, q/c disabled by agent, p/gone removed by agent")
}

// Actions of an operator are recognized in the file.
func TestDiff_Actions(t *testing.T) {
	for _, name := range sampleNames {
		for _, tt := range []struct {
			action Action
			want   EventKind
		}{{resetAction, EventReset}, {holdAction, EventHeld}} {
			s := newStore(t, string(sample(t, name)))
			before := load(t, s)
			out := perform(t, s, tt.action)
			events := diff(before, load(t, s), stampAt)
			equal(t, "events", len(events), len(out.Changed))
			for i := range events {
				equal(t, "kind", events[i].Kind, tt.want)
				equal(t, "by", events[i].By, ByOperator)
			}
		}
	}
}

func TestString_AnyValue(t *testing.T) {
	equal(t, "kinds", allWords[EventKind](), "exhausted held due ready reset refreshed dead added removed disabled enabled file_missing file_unreadable file_recovered poolstate.EventKind(14)")
	equal(t, "actors", allWords[Actor](), "agent operator clock poolstate.Actor(3)")
	equal(t, "verbs", allWords[Verb](), "reset exhaust sync undo poolstate.Verb(4)")
	equal(t, "availabilities", allWords[Availability](), "ready cooling held due dead disabled poolstate.Availability(6)")
	equal(t, "origins", allWords[Origin](), " provider computed operator poolstate.Origin(4)")
	equal(t, "policies", Policy(9).String(), "flat")
}

// allWords joins the words of all values of a type, and of the first invalid one.
func allWords[T interface {
	~uint8
	String() string
}]() string {
	var words []string
	for v := T(0); ; v++ {
		words = append(words, v.String())
		if strings.HasSuffix(v.String(), fmt.Sprintf("(%d)", uint8(v))) {
			return strings.Join(words, " ")
		}
	}
}

// BenchmarkDiff_Insert is the cost of an insert at the front, which shifts the
// position of every other credential.
func BenchmarkDiff_Insert(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		before, after := poolWithInsert(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if got := len(diff(before, after, sampledAt)); got != 1 {
					b.Fatalf("%d events, want 1", got)
				}
			}
		})
	}
}

func poolWithInsert(t testing.TB, n int) (before, after *Pool) {
	t.Helper()
	entries := make([]string, n)
	for i := range entries {
		entries[i] = fmt.Sprintf(`{"id": "c%d"}`, i)
	}
	return poolOf(t, entries...), poolOf(t, append([]string{`{"id": "new"}`}, entries...)...)
}

func TestDiff_ShiftedPositions(t *testing.T) {
	const before = `{"p": [{"id": "a"}, {"id": "twice", "label": "1"}, {"id": "twice", "label": "2"}, {"id": "z"}]}`
	const after = `{"p": [{"id": "new"}, {"id": "a", "last_status": "dead"}, {"id": "twice", "label": "1"}, {"id": "twice", "label": "2"}, {"id": "z"}]}`
	equal(t, "events", eventsBetween(t, before, after), "p/new added by agent, p/a dead by agent")
	equal(t, "events", eventsBetween(t, `{"p": [{}, {"id": "b"}]}`, `{"p": [{"id": "b"}, {}]}`), "p/#2 added by agent, p/#1 removed by agent")
	was, is := poolWithInsert(t, 10)
	equal(t, "events", len(diff(was, is, sampledAt)), 1)
}
