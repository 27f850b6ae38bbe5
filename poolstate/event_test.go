package poolstate

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// eventsBetween returns the events between two pools as one line of text.
func eventsBetween(t *testing.T, before, after string) string {
	t.Helper()
	was, is := decoded(t, `{"credential_pool": `+before+`}`), decoded(t, `{"credential_pool": `+after+`}`)
	var lines []string
	for _, e := range diff(was, is, sampledAt) {
		equal(t, "at", e.At, sampledAt)
		c := e.Credential()
		if e.After != nil && e.After != is.Find(c.Ref) || e.Before != nil && e.Before != was.Find(c.Ref) {
			t.Errorf("%s: the event's credentials are not in the snapshots", c.Ref)
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
		{"unchanged", cooling, cooling, ""},
		{"a request", `"request_count": 1`, `"request_count": 2`, ""},
		{"a label", `"label": "x"`, `"label": "y"`, ""},
		{"a model cooldown", ``, `"model_cooldowns": {"m": 1795429000.0}`, ""},

		{"exhausted", ``, cooling, "exhausted by agent"},
		{"exhausted after the deadline", ranOut, again, "exhausted by agent"},
		{"exhausted again", cooling, again, "exhausted by agent"},
		{"exhausted after dead", `"last_status": "dead"`, cooling, "exhausted by agent"},
		{"exhausted with new tokens", cooling + `, ` + old, again + `, ` + fresh, "exhausted by agent"},
		{"another message", cooling, cooling + `, "last_error_message": "m"`, ""},

		{"held", ``, held, "held by operator"},
		{"held while cooling", cooling, held, "held by operator"},
		{"held after dead", `"last_status": "dead"`, held, "held by operator"},
		{"held again", held, later, "held by operator"},
		{"an unchanged hold", held, held + `, "request_count": 5`, ""},
		{"real failure while held", held, strings.Replace(later, "operator_hold", "rate", 1), "exhausted by agent"},

		{"ready after the deadline", cooling, ranOut, "ready by agent"},
		{"ready after a hold", held, ranOut, "ready by agent"},
		{"ready, file without streaks", `"last_status": "exhausted"`, `"last_status": null`, "ready by agent"},
		{"ready after dead", `"last_status": "dead"`, `"last_status": "ok"`, "ready by agent"},

		{"reset", cooling, reset, "reset by operator"},
		{"reset while dead", `"last_status": "dead"`, reset, "reset by operator"},
		{"reset while held", held, reset, "reset by operator"},
		{"reset of a streak only", ranOut, reset, "reset by operator"},
		{"reset again", `"status_cleared_at": 1795424000.5`, reset, "reset by operator"},
		{"reset without a timestamp", cooling, `"last_status": null, "consecutive_failures": 0`, "reset by operator"},
		{"a removed timestamp", reset, `"consecutive_failures": 0`, ""},

		{"refreshed", cooling + `, ` + old, `"last_status": "ok", "consecutive_failures": 0, ` + fresh, "refreshed by agent"},
		{"refreshed after dead", `"last_status": "dead", ` + old, fresh, "refreshed by agent"},
		{"refreshed after the deadline", ranOut + `, ` + old, `"consecutive_failures": 0, ` + fresh, "refreshed by agent"},
		{"refreshed, fingerprint only", cooling + `, "secret_fingerprint": "sha256:1111111111111111"`, `"consecutive_failures": 0, "secret_fingerprint": "sha256:2222222222222222"`, "refreshed by agent"},
		{"reset without new tokens", cooling + `, ` + old, `"last_status": "ok", "consecutive_failures": 0, ` + old, "reset by operator"},
		{"new tokens while ready", old, fresh, ""},

		{"dead", cooling, `"last_status": "dead"`, "dead by agent"},
		{"dead without a failure", ``, `"last_status": "dead"`, "dead by agent"},
		{"still dead", `"last_status": "dead"`, `"last_status": "dead", "last_error_message": "m"`, ""},
		{"enabled is false", ``, `"enabled": false`, ""},
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
	equal(t, "different order", eventsBetween(t, `{"p": [{"id": "a"}, {"id": "b"}]}`, `{"p": [{"id": "b"}, {"id": "a"}]}`), "")
	equal(t, "from no pool", eventsBetween(t, `null`, one), "p/a added by agent")
}

// Events are in pool order, with removals last.
func TestDiff_Order(t *testing.T) {
	const before = `{"q": [{"id": "c"}], "p": [{"id": "b", "priority": 2}, {"id": "gone"}, {"id": "a", "priority": 1}]}`
	const after = `{"q": [{"id": "c", "status_cleared_at": 1}], "p": [{"id": "b", "priority": 2, "last_status": "dead"}, {"id": "new", "priority": 3}, {"id": "a", "priority": 1, "last_status": "exhausted"}]}`
	equal(t, "events", eventsBetween(t, before, after),
		"p/a exhausted by agent, p/b dead by agent, p/new added by agent, q/c reset by operator, p/gone removed by agent")
}

func TestString(t *testing.T) {
	equal(t, "kinds", allWords[EventKind](), "exhausted held due ready reset undone refreshed dead added removed pinned released forgotten reordered provider_out provider_back all_back file_missing file_unreadable file_recovered hook_failed command journal_failed poolstate.EventKind(23)")
	equal(t, "actors", allWords[Actor](), "agent operator clock guard poolstate.Actor(4)")
	equal(t, "verbs", allWords[Verb](), "reset exhaust sync undo order poolstate.Verb(5)")
	equal(t, "availabilities", allWords[Availability](), "ready cooling held due dead unusable poolstate.Availability(6)")
	equal(t, "origins", allWords[Origin](), " provider computed operator guard model poolstate.Origin(6)")
	equal(t, "policies", allWords[policyKind](), "backoff flat flat-2026-08 flat-2026-10 poolstate.policyKind(4)")
	for i, a := range Availabilities() {
		equal(t, "position of "+a.String(), int(a), i)
	}
}

// allWords joins the words of all values of a type and the word for the first invalid value.
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

// BenchmarkDiff_Insert measures diff after an insert at the front, which shifts the
// position of every other credential.
func BenchmarkDiff_Insert(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		entries := make([]string, n)
		for i := range entries {
			entries[i] = fmt.Sprintf(`{"id": "c%d"}`, i)
		}
		before, after := poolOf(b, entries...), poolOf(b, append([]string{`{"id": "new"}`}, entries...)...)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if got := len(diff(before, after, sampledAt)); got != 1 {
					b.Fatalf("%d events, want 1", got)
				}
			}
		})
	}
}

func TestDiff_ShiftedPositions(t *testing.T) {
	const before = `{"p": [{"id": "a"}, {"id": "twice", "label": "1"}, {"id": "twice", "label": "2"}, {"id": "z"}]}`
	const after = `{"p": [{"id": "new"}, {"id": "a", "last_status": "dead"}, {"id": "twice", "label": "1"}, {"id": "twice", "label": "2"}, {"id": "z"}]}`
	equal(t, "events", eventsBetween(t, before, after), "p/new added by agent, p/a dead by agent")
	equal(t, "events", eventsBetween(t, `{"p": [{}, {"id": "b"}]}`, `{"p": [{"id": "b"}, {}]}`), "p/#2 added by agent, p/#1 removed by agent")
}

// eventText formats events as one line: time since noon, id, kind and actor.
func eventText(events []Event) string {
	var out []string
	for i := range events {
		e := &events[i]
		id := "file"
		if c := e.Credential(); c != nil {
			id = c.ID
		}
		out = append(out, fmt.Sprintf("%s %s %s by %s", e.At.Sub(noon), id, e.Kind, e.By))
	}
	return strings.Join(out, ", ")
}

var noon = time.Unix(1795434000, 0).UTC()

// at returns a time after noon as it is stored in a file.
func at(after time.Duration) string { return string(rawSeconds(noon.Add(after))) }

func poolAt(t *testing.T, updated time.Duration, entries ...string) *Pool {
	t.Helper()
	const token = `{"access_token": "none", `
	list := token + strings.Join(entries, `}, `+token) + "}"
	return decoded(t, `{"credential_pool": {"p": [`+list+`]}, "updated_at": `+at(updated)+`}`)
}

func failed(id string, since time.Duration, streak int) string {
	return fmt.Sprintf(`"id": %q, "last_status": "exhausted", "last_status_at": %s, "last_error_code": 429, "consecutive_failures": %d`, id, at(since), streak)
}

// The time of an event is read from the file unless it is implausible.
func TestObserver_EventTime(t *testing.T) {
	const seenAfter = 10 * time.Minute
	ready := `"id": "a"`
	for _, tt := range []struct {
		name          string
		before, after string
		updated       time.Duration
		want          string
	}{
		{"exhausted", ready, failed("a", 9*time.Minute, 1), 0, "9m0s a exhausted by agent"},
		{"exhausted, clock ahead", ready, failed("a", 11*time.Minute, 1), -time.Hour, "10m0s a exhausted by agent"},
		{"exhausted long ago according to the file", ready, failed("a", -time.Hour, 1), -time.Hour, "10m0s a exhausted by agent"},
		{"reset", failed("a", -time.Minute, 1), ready + `, "status_cleared_at": ` + at(8*time.Minute), 0, "8m0s a reset by operator"},
		{"reset without status_cleared_at", failed("a", -time.Minute, 1), ready + `, "consecutive_failures": 0`, 7 * time.Minute, "7m0s a reset by operator"},
		{"cleared, time from updated_at", failed("a", -time.Minute, 1), ready + `, "consecutive_failures": 1`, 9 * time.Minute, "9m0s a ready by agent"},
		{"cleared, no updated_at", failed("a", -time.Minute, 1), ready + `, "consecutive_failures": 1`, -time.Hour, "10m0s a ready by agent"},
		{"added", ready, ready + `}, {"id": "b"`, 9 * time.Minute, "9m0s b added by agent"},
		{"removed", ready + `}, {"id": "b"`, ready, 9 * time.Minute, "9m0s b removed by agent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var o Observer
			equal(t, "at first", eventText(o.Observe(poolAt(t, 0, tt.before), Backoff(), noon)), "")
			equal(t, "events", eventText(o.Observe(poolAt(t, tt.updated, tt.after), Backoff(), noon.Add(seenAfter))), tt.want)
		})
	}
}

// A credential becomes due once, at its deadline, even if Tick is called later.
func TestObserver_Tick(t *testing.T) {
	p := poolAt(t, 0, failed("a", 0, 2), failed("b", 0, 1), failed("c", -2*time.Hour, 1), `"id": "d"`)
	var o Observer
	o.Observe(p, Backoff(), noon)
	equal(t, "next", o.Next().Sub(noon), time.Hour)
	equal(t, "too early", eventText(o.Tick(noon.Add(time.Hour-1))), "")
	equal(t, "at the deadline", eventText(o.Tick(noon.Add(time.Hour))), "1h0m0s b due by clock")
	equal(t, "again", eventText(o.Tick(noon.Add(time.Hour+1))), "")
	equal(t, "late", eventText(o.Tick(noon.Add(5*time.Hour))), "2h0m0s a due by clock")
	equal(t, "no next deadline", o.Next().IsZero(), true)

	o = Observer{}
	o.Observe(p, Backoff(), noon)
	equal(t, "both, late", eventText(o.Tick(noon.Add(5*time.Hour))), "1h0m0s b due by clock, 2h0m0s a due by clock")

	o = Observer{}
	o.Observe(p, Backoff(), noon)
	equal(t, "before the snapshot that clears it", eventText(o.Observe(poolAt(t, 90*time.Minute, failed("a", 0, 2), `"id": "b", "consecutive_failures": 1`, failed("c", -2*time.Hour, 1), `"id": "d"`), Backoff(), noon.Add(2*time.Hour-1))),
		"1h0m0s b due by clock, 1h30m0s b ready by agent")

	o = Observer{}
	o.Observe(p, Backoff(), noon.Add(90*time.Minute))
	equal(t, "clock set back", eventText(o.Tick(noon)), "")
	equal(t, "at the deadline that is ahead again", eventText(o.Tick(noon.Add(time.Hour))), "1h0m0s b due by clock")
	equal(t, "clock corrected by a moment", eventText(o.Tick(noon.Add(time.Hour-time.Second))), "")
	equal(t, "afterwards", eventText(o.Tick(noon.Add(time.Hour+time.Second))), "")

	o = Observer{}
	o.Observe(p, Backoff(), noon)
	o.SetPolicy(Flat(), noon.Add(time.Minute))
	equal(t, "by another policy", eventText(o.Tick(noon.Add(time.Hour))), "1h0m0s a due by clock, 1h0m0s b due by clock")
}

// A failure to load the file is reported when it starts, changes and ends.
func TestObserver_Fail(t *testing.T) {
	var o Observer
	equal(t, "no file yet", eventText(o.Fail(true, noon)), "")
	equal(t, "first file unreadable", eventText(o.Fail(false, noon)), "0s file file_unreadable by agent")
	p := poolAt(t, 0, `"id": "a"`)
	equal(t, "first snapshot", eventText(o.Observe(p, Flat(), noon.Add(time.Second))), "1s file file_recovered by agent")
	equal(t, "gone", eventText(o.Fail(true, noon.Add(2*time.Second))), "2s file file_missing by agent")
	equal(t, "still gone", eventText(o.Fail(true, noon.Add(3*time.Second))), "")
	equal(t, "broken", eventText(o.Fail(false, noon.Add(4*time.Second))), "4s file file_unreadable by agent")
	equal(t, "readable again, unchanged", eventText(o.Observe(p, Flat(), noon.Add(5*time.Second))), "5s file file_recovered by agent")
	equal(t, "unchanged", eventText(o.Observe(p, Flat(), noon.Add(6*time.Second))), "")
}

func TestHistory(t *testing.T) {
	p := poolAt(t, 0,
		failed("a", -3*time.Hour, 1), failed("b", -time.Hour, 3),
		`"id": "c", "last_status": "dead", "last_status_at": `+at(-24*time.Hour),
		`"id": "d", "status_cleared_at": `+at(-30*time.Minute),
		failed("e", -2*time.Minute, 1)+`, "last_error_reason": "operator_hold", "last_error_reset_at": `+at(time.Hour),
		failed("f", time.Minute, 1), `"id": "g"`, `"id": "h", "last_status": "exhausted"`,
	)
	equal(t, "history", eventText(History(p, Backoff(), noon)), strings.Join([]string{
		"-24h0m0s c dead by agent", "-3h0m0s a exhausted by agent", "-2h0m0s a due by clock", "-1h0m0s b exhausted by agent",
		"-30m0s d reset by operator", "-2m0s e held by operator",
	}, ", "))
}

// If guard pins a failure before pooltop observes it, diff returns an event for the failure
// and one for the pin. Otherwise it returns only the event for the pin.
func TestDiff_Pinned(t *testing.T) {
	before, seen := poolAt(t, 0, `"id": "a"`), poolAt(t, 0, failed("a", 0, 0))
	pinned := poolAt(t, 0, failed("a", time.Millisecond, 0)+`, "last_error_reset_at": `+at(4*time.Hour))
	c := &pinned.Providers[0].Credentials[0]
	c.Pinned, c.AgentDeadline = true, noon.Add(time.Hour)
	deadlines := func(events []Event) (out []string) {
		for _, e := range events {
			d := Flat().Deadline(e.After, noon)
			out = append(out, e.Kind.String()+" "+d.Origin.String()+" "+d.At.Sub(noon).String())
		}
		return out
	}
	equal(t, "events if the failure was observed before", eventText(diff(seen, pinned, noon)), "0s a pinned by guard")
	events := diff(before, pinned, noon)
	equal(t, "recorded seconds", RecordOf(&events[0], Flat()).Cooldown, int64(3600))
	equal(t, "events", eventText(events), "0s a exhausted by agent, 0s a pinned by guard")
	equal(t, "deadlines", strings.Join(deadlines(events), ", "), "exhausted provider 1h0m0s, pinned guard 4h0m0s")
	before.UpdatedAt = noon.Add(time.Minute)
	equal(t, "events of an undo", eventText(diff(before, pinned, noon)), "0s a exhausted by agent")
	equal(t, "deadlines in the history", strings.Join(deadlines(History(pinned, Flat(), noon.Add(time.Second))), ", "), "exhausted provider 1h0m0s")
}

func TestEvidenceOf(t *testing.T) {
	for _, tt := range []struct {
		name, before, after string
		want                Evidence
	}{
		{"raised", `"id": "a", "consecutive_failures": 1`, failed("a", time.Minute, 2), EvidenceCounts},
		{"first failure", `"id": "a"`, failed("a", time.Minute, 1), EvidenceCounts},
		{"raised again after a success", `"id": "a", "consecutive_failures": 3`, failed("a", time.Minute, 1), EvidenceCounts},
		{"unchanged streak", `"id": "a", "consecutive_failures": 2`, failed("a", time.Minute, 2), EvidenceNoCount},
		{"no streak", `"id": "a"`, strings.Replace(failed("a", time.Minute, 0), `, "consecutive_failures": 0`, "", 1), EvidenceNoCount},
		{"removed streak", `"id": "a", "consecutive_failures": 2`, strings.Replace(failed("a", time.Minute, 0), `, "consecutive_failures": 0`, "", 1), EvidenceNoCount},
		{"an operator's hold", `"id": "a", "consecutive_failures": 2`, failed("a", time.Minute, 2) + `, "last_error_reason": "operator_hold"`, NoEvidence},
		{"failure with new tokens", `"id": "a", "consecutive_failures": 1, "access_token": "x"`, failed("a", time.Minute, 1) + `, "access_token": "y"`, NoEvidence},
		{"old failure restored", `"id": "a", "consecutive_failures": 0`, failed("a", -time.Hour, 2), NoEvidence},
		{"not a failure", failed("a", 0, 1), `"id": "a"`, NoEvidence},
		{"added entry", `"id": "b"`, failed("a", time.Minute, 1), NoEvidence},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := NoEvidence
			for _, e := range diff(poolAt(t, 0, tt.before), poolAt(t, 0, tt.after), noon) {
				got = max(got, EvidenceOf(&e))
			}
			equal(t, "evidence", got, tt.want)
		})
	}
}

// Evidence takes precedence over the file, but not over a measured policy or the user's
// choice.
func TestResolve_Evidence(t *testing.T) {
	counting, newer := poolAt(t, 0, `"id": "a", "consecutive_failures": 1`), poolAt(t, 0, `"id": "a", "failure_reason": ""`)
	for _, tt := range []struct {
		choice PolicyChoice
		pool   *Pool
		seen   Evidence
		want   Policy
	}{
		{PolicyChoice{}, counting, NoEvidence, Backoff()},
		{PolicyChoice{}, counting, EvidenceNoCount, Flat()},
		{PolicyChoice{}, newer, EvidenceCounts, Backoff()},
		{PolicyChoice{}, newer, EvidenceNoCount, Flat202608()},
		{Force(Backoff()), newer, EvidenceNoCount, Backoff()},
		{Force(Flat()), newer, NoEvidence, Flat()},
		{PolicyChoice{}.WithMeasured(Flat202610()), counting, EvidenceCounts, Flat202610()},
		{Force(Flat()).WithMeasured(Flat202610()), counting, NoEvidence, Flat()},
		{Force(Flat()), counting, EvidenceCounts, Flat()},
	} {
		equal(t, fmt.Sprint("policy of ", tt.choice, " ", tt.seen), tt.choice.Resolve(tt.pool, tt.seen).String(), tt.want.String())
	}
}

func TestObserver_ZeroValue(t *testing.T) {
	var o Observer
	o.SetPolicy(Flat(), noon)
	equal(t, "next", o.Next(), time.Time{})
	equal(t, "events", eventText(o.Tick(noon.Add(time.Hour))), "")
	for _, choice := range []PolicyChoice{{}, Force(Flat())} {
		equal(t, "policy without a pool", choice.Resolve(nil, NoEvidence).String(), "flat")
	}
}
