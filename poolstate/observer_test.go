package poolstate

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// eventText returns events in one line: time since noon, id, kind and actor.
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

// at is an instant after noon as a file has it.
func at(after time.Duration) string { return string(rawSeconds(noon.Add(after))) }

func poolAt(t *testing.T, updated time.Duration, entries ...string) *Pool {
	t.Helper()
	return decoded(t, `{"credential_pool": {"p": [{`+strings.Join(entries, "}, {")+`}]}, "updated_at": `+at(updated)+`}`)
}

func failed(id string, since time.Duration, streak int) string {
	return fmt.Sprintf(`"id": %q, "last_status": "exhausted", "last_status_at": %s, "last_error_code": 429, "consecutive_failures": %d`, id, at(since), streak)
}

// An event has the time that the file gives, unless that is impossible.
func TestObserver_EventTime(t *testing.T) {
	const seenAfter = 10 * time.Minute
	ready := `"id": "a"`
	tests := []struct {
		name          string
		before, after string
		updated       time.Duration
		want          string
	}{
		{"exhausted", ready, failed("a", 9*time.Minute, 1), 0, "9m0s a exhausted by agent"},
		{"exhausted, by a clock that is ahead", ready, failed("a", 11*time.Minute, 1), -time.Hour, "10m0s a exhausted by agent"},
		{"exhausted long ago according to the file", ready, failed("a", -time.Hour, 1), -time.Hour, "10m0s a exhausted by agent"},
		{"reset", failed("a", -time.Minute, 1), ready + `, "status_cleared_at": ` + at(8*time.Minute), 0, "8m0s a reset by operator"},
		{"reset without status_cleared_at", failed("a", -time.Minute, 1), ready + `, "consecutive_failures": 0`, 7 * time.Minute, "7m0s a reset by operator"},
		{"cleared, by the time of the file", failed("a", -time.Minute, 1), ready + `, "consecutive_failures": 1`, 9 * time.Minute, "9m0s a ready by agent"},
		{"cleared, by a file without a time", failed("a", -time.Minute, 1), ready + `, "consecutive_failures": 1`, -time.Hour, "10m0s a ready by agent"},
		{"added", ready, ready + `}, {"id": "b"`, 9 * time.Minute, "9m0s b added by agent"},
		{"removed", ready + `}, {"id": "b"`, ready, 9 * time.Minute, "9m0s b removed by agent"},
		{"nothing", ready, ready, 9 * time.Minute, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var o Observer
			equal(t, "at first", eventText(o.Observe(poolAt(t, 0, tt.before), Backoff, noon)), "")
			equal(t, "events", eventText(o.Observe(poolAt(t, tt.updated, tt.after), Backoff, noon.Add(seenAfter))), tt.want)
		})
	}
}

// A credential becomes due once, at its deadline, however late Tick is called.
func TestObserver_Tick(t *testing.T) {
	p := poolAt(t, 0, failed("a", 0, 2), failed("b", 0, 1), failed("c", -2*time.Hour, 1), `"id": "d"`)
	var o Observer
	o.Observe(p, Backoff, noon)
	equal(t, "next", o.Next().Sub(noon), time.Hour)
	equal(t, "too early", eventText(o.Tick(noon.Add(time.Hour-1))), "")
	equal(t, "at the deadline", eventText(o.Tick(noon.Add(time.Hour))), "1h0m0s b due by clock")
	equal(t, "again", eventText(o.Tick(noon.Add(time.Hour+1))), "")
	equal(t, "late", eventText(o.Tick(noon.Add(5*time.Hour))), "2h0m0s a due by clock")
	equal(t, "next of none", o.Next().IsZero(), true)

	o = Observer{}
	o.Observe(p, Backoff, noon)
	equal(t, "both, late", eventText(o.Tick(noon.Add(5*time.Hour))), "1h0m0s b due by clock, 2h0m0s a due by clock")

	o = Observer{}
	o.Observe(p, Backoff, noon)
	equal(t, "before the snapshot that clears it", eventText(o.Observe(poolAt(t, 90*time.Minute, failed("a", 0, 2), `"id": "b", "consecutive_failures": 1`, failed("c", -2*time.Hour, 1), `"id": "d"`), Backoff, noon.Add(2*time.Hour-1))),
		"1h0m0s b due by clock, 1h30m0s b ready by agent")

	o = Observer{}
	o.Observe(p, Backoff, noon)
	o.SetPolicy(Flat, noon.Add(time.Minute))
	equal(t, "by another policy", eventText(o.Tick(noon.Add(time.Hour))), "1h0m0s a due by clock, 1h0m0s b due by clock")
}

// A problem with the file is reported when it begins, changes and ends.
func TestObserver_Fail(t *testing.T) {
	var o Observer
	equal(t, "no file yet", eventText(o.Fail(true, noon)), "")
	equal(t, "a first file that cannot be read", eventText(o.Fail(false, noon)), "0s file file_unreadable by agent")
	p := poolAt(t, 0, `"id": "a"`)
	equal(t, "first snapshot", eventText(o.Observe(p, Flat, noon.Add(time.Second))), "1s file file_recovered by agent")
	equal(t, "gone", eventText(o.Fail(true, noon.Add(2*time.Second))), "2s file file_missing by agent")
	equal(t, "still gone", eventText(o.Fail(true, noon.Add(3*time.Second))), "")
	equal(t, "broken", eventText(o.Fail(false, noon.Add(4*time.Second))), "4s file file_unreadable by agent")
	equal(t, "back, the same", eventText(o.Observe(p, Flat, noon.Add(5*time.Second))), "5s file file_recovered by agent")
	equal(t, "unchanged", eventText(o.Observe(p, Flat, noon.Add(6*time.Second))), "")
}

func TestHistory(t *testing.T) {
	p := poolAt(t, 0,
		failed("a", -3*time.Hour, 1), failed("b", -time.Hour, 3),
		`"id": "c", "last_status": "dead", "last_status_at": `+at(-24*time.Hour),
		`"id": "d", "status_cleared_at": `+at(-30*time.Minute),
		failed("e", -2*time.Minute, 1)+`, "last_error_reason": "operator_hold", "last_error_reset_at": `+at(time.Hour),
		failed("f", time.Minute, 1), `"id": "g"`, `"id": "h", "last_status": "exhausted"`,
	)
	equal(t, "history", eventText(History(p, Backoff, noon)), strings.Join([]string{
		"-24h0m0s c dead by agent", "-3h0m0s a exhausted by agent", "-2h0m0s a due by clock", "-1h0m0s b exhausted by agent",
		"-30m0s d reset by operator", "-2m0s e held by operator",
	}, ", "))
}

func TestEvidenceOf(t *testing.T) {
	tests := []struct {
		name, before, after string
		want                Evidence
	}{
		{"raised", `"id": "a", "consecutive_failures": 1`, failed("a", time.Minute, 2), EvidenceCounts},
		{"the first one", `"id": "a"`, failed("a", time.Minute, 1), EvidenceCounts},
		{"raised after a success in between", `"id": "a", "consecutive_failures": 3`, failed("a", time.Minute, 1), EvidenceCounts},
		{"carried along", `"id": "a", "consecutive_failures": 2`, failed("a", time.Minute, 2), EvidenceNoCount},
		{"none", `"id": "a"`, strings.Replace(failed("a", time.Minute, 0), `, "consecutive_failures": 0`, "", 1), EvidenceNoCount},
		{"dropped", `"id": "a", "consecutive_failures": 2`, strings.Replace(failed("a", time.Minute, 0), `, "consecutive_failures": 0`, "", 1), EvidenceNoCount},
		{"an operator's hold", `"id": "a", "consecutive_failures": 2`, failed("a", time.Minute, 2) + `, "last_error_reason": "operator_hold"`, NoEvidence},
		{"new tokens as well", `"id": "a", "consecutive_failures": 1, "access_token": "x"`, failed("a", time.Minute, 1) + `, "access_token": "y"`, NoEvidence},
		{"an old exhaustion that is put back", `"id": "a", "consecutive_failures": 0`, failed("a", -time.Hour, 2), NoEvidence},
		{"no exhaustion", failed("a", 0, 1), `"id": "a"`, NoEvidence},
		{"a new entry", `"id": "b"`, failed("a", time.Minute, 1), NoEvidence},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := NoEvidence
			for _, e := range diff(poolAt(t, 0, tt.before), poolAt(t, 0, tt.after), noon) {
				got = max(got, EvidenceOf(&e))
			}
			equal(t, "evidence", got, tt.want)
		})
	}
}

// Evidence takes precedence over the file, under PolicyAuto only.
func TestResolve_Evidence(t *testing.T) {
	counting, newer := poolAt(t, 0, `"id": "a", "consecutive_failures": 1`), poolAt(t, 0, `"id": "a", "enabled": true`)
	for _, tt := range []struct {
		choice PolicyChoice
		pool   *Pool
		seen   Evidence
		want   Policy
	}{
		{PolicyAuto, counting, NoEvidence, Backoff},
		{PolicyAuto, counting, EvidenceNoCount, Flat},
		{PolicyAuto, newer, EvidenceCounts, Backoff},
		{PolicyAuto, newer, EvidenceNoCount, FlatSole},
		{PolicyBackoff, newer, EvidenceNoCount, Backoff},
		{PolicyFlat, counting, EvidenceCounts, Flat},
	} {
		equal(t, fmt.Sprint("policy of ", tt.choice, " ", tt.seen), tt.choice.Resolve(tt.pool, tt.seen), tt.want)
	}
}

func TestObserver_Zero(t *testing.T) {
	var o Observer
	o.SetPolicy(Flat, noon)
	equal(t, "next", o.Next(), time.Time{})
	equal(t, "events", eventText(o.Tick(noon.Add(time.Hour))), "")
	for _, choice := range []PolicyChoice{PolicyAuto, PolicyFlat} {
		equal(t, "policy without a pool", choice.Resolve(nil, NoEvidence), Flat)
	}
}
