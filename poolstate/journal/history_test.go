package journal

import (
	"os"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// An observed event is omitted if a recorded action caused it. Similar events at other times
// are kept.
func TestRecords(t *testing.T) {
	acted := observedEntry("a", time.Second)
	acted.Action, acted.By = "1", poolstate.ByOperator
	got := Records([]Entry{
		observedEntry("a", -time.Hour), observedEntry("a", 0), observedEntry("b", 0), acted, observedEntry("a", 2*time.Second), acted, observedEntry("a", 7*time.Second),
	}, poolstate.Open("s"))
	var events []string
	for _, r := range got {
		events = append(events, r.ID+" by "+r.By.String())
	}
	equal(t, "events", strings.Join(events, ", "), "a by agent, b by agent, a by operator, a by operator, a by agent")
}

// Earlier versions recorded messages that quoted another credential's secret. Records redacts
// such secrets while the pool's file can be read.
func TestRecords_OldSecret(t *testing.T) {
	const secret = "sk-other-0123456789abcdef"
	o := newOperator(t, `{"credential_pool": {"p": [{"id": "a"}, {"id": "b", "access_token": "`+secret+`"}]}}`)
	old := observedEntry("a", 0)
	old.Store, old.Message, old.Label = o.Store.Identity(), "invalid key "+secret, secret
	r := Records([]Entry{old}, o.Store)[0]
	equal(t, "record", r.ID+": "+r.Message+", "+r.Label, "a: invalid key [secret], [secret]")
	must(t, os.Remove(o.Store.Path()))
	equal(t, "records without a file", len(Records([]Entry{old}, o.Store)), 1)
}

func TestHistory(t *testing.T) {
	o := newOperator(t, pool)
	snapshot, err := o.Store.Load()
	must(t, err)
	recorded := poolstate.Record{
		At: time.Unix(1795422723, 0).UTC(), Kind: poolstate.EventExhausted, Provider: "openrouter", ID: "b2",
		After: poolstate.StateOf(&seen(t, o, "backup")[0], poolstate.Backoff(), at),
	}
	early := poolstate.Record{At: at.Add(-9 * time.Hour), Kind: poolstate.EventAdded, ID: "x"}
	must(t, o.RecordSeen([]poolstate.Record{recorded, early}))
	got, err := o.Journal.History(o.Store, snapshot.Pool, poolstate.Backoff(), at)
	must(t, err)
	var events []string
	for _, r := range got {
		events = append(events, r.Kind.String()+" "+r.ID)
	}
	equal(t, "events", strings.Join(events, ", "), "added x, exhausted b2")
}

func TestLast(t *testing.T) {
	line := func(action, store, undoes string) Entry { return Entry{Action: action, Store: store, Undoes: undoes} }
	for _, tt := range []struct {
		name    string
		entries []Entry
		want    string
	}{
		{"no action", nil, ""},
		{"several credentials", []Entry{line("1", "s", ""), line("2", "s", ""), line("2", "s", ""), line("2", "s", "")}, "2 2 2"},
		{"before an undone action", []Entry{line("1", "s", ""), line("2", "s", ""), line("3", "s", "2")}, "1"},
		{"two undone actions", []Entry{line("1", "s", ""), line("2", "s", ""), line("3", "s", "2"), line("4", "s", "1")}, ""},
		{"after an undo", []Entry{line("1", "s", ""), line("2", "s", "1"), line("3", "s", "")}, "3"},
		{"undo of several credentials", []Entry{line("1", "s", ""), line("1", "s", ""), line("2", "s", "1"), line("2", "s", "1")}, ""},
		{"action on another store", []Entry{line("1", "s", ""), line("2", "other", ""), line("3", "other", "2")}, "1"},
		{"undone in another store", []Entry{line("1", "s", ""), line("2", "other", "1")}, "1"},
		{"same number in another store", []Entry{line("1", "s", ""), line("1", "other", "")}, "1"},
		{"interleaved actions", []Entry{line("1", "s", ""), line("2", "s", ""), line("1", "s", "")}, "1 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lines, err := last(of(tt.entries, poolstate.Open("s")))
			wantErr(t, err, nil)
			equal(t, "last", joined(lines, func(e *Entry) string { return e.Action }), tt.want)
		})
	}
}
