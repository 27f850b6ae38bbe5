package poolstate

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// Encoded kinds and actors can be decoded, and unknown values are errors.
func TestEventKind_Text(t *testing.T) {
	for k := range EventKind(len(eventWords)) {
		text, _ := k.MarshalText()
		var back EventKind
		if err := back.UnmarshalText(text); err != nil || back != k {
			t.Errorf("%s was decoded as %s, %v", k, back, err)
		}
		equal(t, "of the file: "+k.String(), k.OfFile(), len(text) > 5 && string(text[:5]) == "file_")
	}
	for a := range Actor(len(actorWords)) {
		text, _ := a.MarshalText()
		var back Actor
		if err := back.UnmarshalText(text); err != nil || back != a {
			t.Errorf("%s was decoded as %s, %v", a, back, err)
		}
	}
	var r Record
	for _, line := range []string{`{"event": "exploded"}`, `{"by": "unknown"}`, `{"event": 5}`} {
		if json.Unmarshal([]byte(line), &r) == nil {
			t.Errorf("%s was decoded without an error", line)
		}
	}
}

func TestRecordOf(t *testing.T) {
	for _, tt := range []struct {
		name string
		kind EventKind
		by   Actor
		was  string
		is   string
		want string
	}{
		{
			"exhausted", EventExhausted, ByAgent, `"id": "a", "label": "l", "source": "manual", "consecutive_failures": 1`,
			failed("a", 0, 2) + `, "label": "l", "source": "manual", "last_error_reason": "r", "last_error_message": "m"`,
			`{"at":"2026-11-23T11:40:00Z","event":"exhausted","by":"agent","provider":"p","id":"a","label":"l",` +
				`"before":{"status":null,"streak":1,"deadline":null},"after":{"status":"exhausted","streak":2,"deadline":"2026-11-23T13:40:00Z"},` +
				`"error_code":429,"cooldown_seconds":7200,"reason":"r","message":"m","source":"manual","changed":"2026-11-23T11:40:00Z"}`,
		},
		{
			"held", EventHeld, ByOperator, `"id": "a"`, failed("a", 0, 1) + `, "last_error_reason": "operator_hold", "last_error_message": "until payday"`,
			`{"at":"2026-11-23T11:40:00Z","event":"held","by":"operator","provider":"p","id":"a","label":"",` +
				`"before":{"status":null,"streak":null,"deadline":null},"after":{"status":"exhausted","streak":1,"deadline":"2026-11-23T12:40:00Z"},` +
				`"error_code":429,"cooldown_seconds":3600,"reason":"until payday","changed":"2026-11-23T11:40:00Z"}`,
		},
		{
			"reset", EventReset, ByOperator, failed("a", 0, 2), `"id": "a", "last_error_message": "left over", "consecutive_failures": 0`,
			`{"at":"2026-11-23T11:40:00Z","event":"reset","by":"operator","provider":"p","id":"a","label":"",` +
				`"before":{"status":"exhausted","streak":2,"deadline":"2026-11-23T13:40:00Z"},"after":{"status":null,"streak":0,"deadline":null}}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			was, is := poolAt(t, 0, tt.was), poolAt(t, 0, tt.is)
			r := RecordOf(&Event{At: noon, Kind: tt.kind, By: tt.by, Before: &was.Providers[0].Credentials[0], After: &is.Providers[0].Credentials[0]}, Backoff())
			got, err := json.Marshal(r)
			must(t, err)
			equal(t, "record", string(got), tt.want)
			var back Record
			if err := json.Unmarshal(got, &back); err != nil || !back.Same(&r) {
				t.Errorf("decoded as %+v, %v", back, err)
			}
		})
	}
	distant := poolAt(t, 0, failed("a", 0, 2)+`, "status_cleared_at": 999999999999`)
	changed := RecordOf(&Event{At: noon, Kind: EventReady, After: &distant.Providers[0].Credentials[0]}, Backoff()).Changed
	equal(t, "a reset after the year 9999", changed, time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC))
	equal(t, "of the file", RecordOf(&Event{At: noon, Kind: EventFileMissing}, Flat()), Record{At: noon, Kind: EventFileMissing})
}

func TestRecord_Same(t *testing.T) {
	base := Record{At: noon, Changed: noon, Kind: EventExhausted, Provider: "p", ID: "a", After: State{Status: new("exhausted"), Streak: new(2), Deadline: new(noon.Add(time.Hour))}}
	for name, change := range map[string]func(*Record){
		"later":              func(r *Record) { r.At = r.At.Add(SameEventWithin + 1) },
		"earlier":            func(r *Record) { r.At = r.At.Add(-SameEventWithin - 1) },
		"another kind":       func(r *Record) { r.Kind = EventHeld },
		"another provider":   func(r *Record) { r.Provider = "q" },
		"another credential": func(r *Record) { r.ID = "b" },
		"another streak":     func(r *Record) { r.After.Streak = new(3) },
		"another status":     func(r *Record) { r.After.Status = new("dead") },
		"another deadline":   func(r *Record) { r.After.Deadline = new(noon) },
		"no deadline":        func(r *Record) { r.After.Deadline = nil },
		"another failure":    func(r *Record) { r.Changed = noon.Add(SameFailureWithin) },
		"another position":   func(r *Record) { r.Index = 1 },
	} {
		other := base
		change(&other)
		equal(t, name, base.Same(&other) || other.Same(&base), false)
	}
	same := base
	same.At, same.By, same.Label, same.Before = noon.Add(SameEventWithin), ByOperator, "renamed", State{Streak: new(1)}
	equal(t, "the same", base.Same(&same) && same.Same(&base), true)
	same.After.Streak = nil
	equal(t, "the same, one without a streak", base.Same(&same) && same.Same(&base), true)

	same.Changed = time.Time{}
	equal(t, "the same, one without the time of the failure", base.Same(&same) && same.Same(&base), true)
	for _, k := range []EventKind{EventUndone, EventReordered, EventCommand, EventHookFailed, EventJournalFailed} {
		base, again := base, base
		base.Kind, again.Kind, again.At = k, k, noon.Add(time.Nanosecond)
		equal(t, k.String()+" twice", base.Same(&again), false)
	}

	undone := base
	undone.Kind = EventUndone
	for _, k := range EventKinds() {
		observed := base
		observed.Kind = k
		looks := slices.Contains([]EventKind{EventExhausted, EventHeld, EventReady, EventReset, EventUndone, EventDead}, k)
		equal(t, "an undo as "+k.String(), observed.Same(&undone) && undone.Same(&observed), looks)
	}

	gone := Record{At: noon, Kind: EventFileMissing}
	again := Record{At: noon.Add(2 * time.Second), Kind: EventFileMissing}
	equal(t, "file missing again later", gone.Same(&again), false)
	equal(t, "file missing, seen by two processes", gone.Same(&Record{At: noon.Add(time.Second), Kind: EventFileMissing}), true)

	nameless := Record{At: noon, Kind: EventAdded, Provider: "p", Label: "x"}
	other := nameless
	other.Label = "y"
	equal(t, "different labels without an id", nameless.Same(&other), false)
	equal(t, "same label without an id", nameless.Same(&nameless), true)
}

// A credential that was reset, failed and was reset again was reset twice, no matter how quickly.
// A process that saw one of these changes later finds it among the records of another process.
func TestIndexSame(t *testing.T) {
	const ms = time.Millisecond
	cleared := State{Status: nil, Streak: new(0)}
	at := func(kind EventKind, after time.Duration) Record {
		r := Record{At: noon.Add(after), Kind: kind, Provider: "p", ID: "a", After: cleared}
		if kind == EventUndone || kind == EventExhausted {
			r.After = State{Status: new("exhausted")}
		}
		return r
	}
	of := func(id string, r Record) Record {
		r.ID = id
		return r
	}
	list := []Record{
		at(EventUndone, 300*ms), at(EventReset, 0), at(EventDue, 310*ms), at(EventUndone, 100*ms), at(EventReset, 200*ms),
		of("b", at(EventReset, 350*ms)), at(EventCommand, 320*ms),
	}
	for _, tt := range []struct {
		name string
		r    Record
		want int
	}{
		{"the first reset", at(EventReset, 0), 1},
		{"the second reset", at(EventReset, 200*ms), 4},
		{"the second reset, seen later", at(EventReset, 250*ms), 4},
		{"a third reset", at(EventReset, 330*ms), -1},
		{"the first undo, observed later", at(EventExhausted, 150*ms), 3},
		{"the last undo, observed later", at(EventExhausted, 2*time.Second), 0},
		{"a later failure", at(EventExhausted, 6*time.Second), -1},
		{"another credential", of("b", at(EventExhausted, 300*ms)), -1},
		{"the deadline", at(EventDue, 310*ms), 2},
		{"the command", at(EventCommand, 320*ms), 6},
		{"the same command again", at(EventCommand, 330*ms), -1},
	} {
		equal(t, tt.name, IndexSame(len(list), func(i int) *Record { return &list[i] }, &tt.r), tt.want)
	}
}

func TestRecord_Credential(t *testing.T) {
	for content, want := range map[string]Availability{
		failed("a", 0, 2): Cooling,
		failed("a", 0, 2) + `, "last_error_reason": "operator_hold"`: Held,
		`"id": "a", "last_status": "dead"`:                           Dead,
		`"id": "a"`:                                                  Ready,
	} {
		p := poolAt(t, 0, content)
		c := &p.Providers[0].Credentials[0]
		kind := map[Availability]EventKind{Cooling: EventExhausted, Held: EventHeld, Dead: EventDead, Ready: EventReady}[want]
		r := RecordOf(&Event{At: noon, Kind: kind, After: c}, Backoff())
		again := r.Credential()
		equal(t, "availability of "+content, Backoff().Availability(&again, noon), want)
		equal(t, "streak", again.Streak, c.Streak)
		equal(t, "code", again.ErrorCode, c.ErrorCode)
		equal(t, "name", r.Name(), "a")
	}
	equal(t, "name of nothing", (&Record{}).Name(), "#")
}
