package model

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
)

// read reads the journal and the store, in the given order.
func (d *dashboard) read(journalFirst bool) {
	d.t.Helper()
	load, read := d.m.loadAll(), d.m.readJournal(d.m.stores...)
	if journalFirst {
		load, read = read, load
	}
	d.finish(load)
	d.finish(read)
}

// restart returns another dashboard on the same file and journal, after the given time.
func (d *dashboard) restart(after time.Duration, journalFirst bool) *dashboard {
	d.t.Helper()
	next := &dashboard{t: d.t, file: d.file, now: d.now.Add(after)}
	cfg := d.m.cfg
	cfg.Clock = Clock{Now: next.clock, Rate: 1}
	next.m = New(cfg)
	next.send(tea.WindowSizeMsg{Width: 120, Height: 36})
	next.read(journalFirst)
	return next
}

// journaled returns the ids and kinds of the events in the journal.
func (d *dashboard) journaled() string {
	d.t.Helper()
	entries, err := d.m.stores[0].Operator.Journal.Read()
	equal(d.t, "the error", err, nil)
	var out []string
	for _, e := range entries {
		out = append(out, e.ID+" "+e.Kind.String())
	}
	return strings.Join(out, ", ")
}

func TestLogEvents(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 0), ready("b", 2)))
	d.press("e", "no events yet")
	d.later(time.Minute).change(pool(exhausted("a", time.Minute, 1), ready("b", 2)))
	d.later(time.Hour).handle(ticked{})
	d.later(time.Minute).change(pool(ready("a", 1), ready("b", 2)))
	equal(t, "the journal", d.journaled(), "a exhausted, a due, a ready")
	screen, last := d.screen(), -1
	for _, line := range []string{ // newest first
		"13:02:00   p/label-a                       ready       agent     cleared, streak stays 1",
		"13:01:00   p/label-a                       due         clock     cooldown of 1h over, streak stays 1",
		"12:01:00   p/label-a                       exhausted   agent     429 rate limit, streak 0 → 1, 1h",
	} {
		at := strings.Index(screen, line)
		if at <= last {
			t.Errorf("%q is missing or in the wrong place:\n%s", line, screen)
		}
		last = at
	}
}

func TestMergeHistory_AfterRestart(t *testing.T) {
	for _, journalFirst := range []bool{true, false} {
		d := newDashboard(t, pool(ready("a", 0), ready("b", 0)))
		d.read(journalFirst)
		d.later(time.Minute).change(pool(exhausted("a", time.Minute, 1), ready("b", 0)))
		d.write(pool(exhausted("a", time.Minute, 1), exhausted("b", 30*time.Minute, 1)))

		next := d.restart(8*time.Hour, journalFirst)
		next.shows("● while pooltop was not running (since 12:01): 1 exhausted, 2 due", "12:01:00", "12:30:00", "13:01:00", "13:30:00")
		equal(t, "the journal", next.journaled(), "a exhausted, b exhausted, a due, b due")

		last := d.restart(9*time.Hour, journalFirst)
		last.hides("not running")
		equal(t, "the journal", last.journaled(), "a exhausted, b exhausted, a due, b due")
		equal(t, "the number of events", len(last.m.log.shown), 4)
	}
}

// TestMergeHistory_FirstStart checks that at the first start, past events derived from the
// file are shown, but neither written to the journal nor reported as missed.
func TestMergeHistory_FirstStart(t *testing.T) {
	d := startDashboard(t, pool(exhausted("a", -10*time.Minute, 1), ready("b", 0)))
	d.shows("11:50:00   p/label-a                       exhausted   agent     429 rate limit, streak 1, 1h")
	d.hides("not running")
	equal(t, "the journal", d.journaled(), "")
}

// TestLogEvents_Action checks that an action and its undo cause one event each, even if the
// dashboard loads the changed file before it receives the result. Neither event must be used as
// evidence of the agent's policy.
func TestLogEvents_Action(t *testing.T) {
	for _, fileFirst := range []bool{false, true} {
		d := startDashboard(t, pool(exhausted("a", -10*time.Minute, 2), ready("b", 0)))
		for _, k := range []string{"r", "u"} {
			done := results(d.press(k))[0]
			if fileFirst {
				d.handle(FileChanged{})
			}
			d.handle(done)
		}
		equal(t, "the journal", d.journaled(), "a reset, a undone")
		for _, r := range d.m.log.shown[1:] {
			equal(t, "by", r.By, poolstate.ByOperator)
		}
		equal(t, "the number of events", len(d.m.log.shown), 3)
		d.shows("● live   backoff (file)   ")
		d.hides("(seen)")
	}
}

func TestLogEvents_UnreadableFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, pool(ready("a", 0)))
		d.finish(d.fail())
		d.change(pool(ready("a", 0)))
		equal(t, "the journal", d.journaled(), " file_unreadable,  file_recovered")
		d.press("e", "the file                        unreadable            auth.json: broken", "recovered             readable again")
	})
}

func TestRefreshEvents_Filter(t *testing.T) {
	d := startDashboard(t, pool(exhausted("a", -time.Minute, 1), exhausted("b", -2*time.Hour, 3)))
	d.press("e")
	d.filter("streak:>2")
	d.shows("1 event, newest first", "p/label-b")
	d.hides("label-a")
	d.press("enter")
	d.change(pool(exhausted("a", -time.Minute, 1), exhausted("b", -2*time.Hour, 3), ready("c", 0)))
	d.hides("label-a", "label-c")
	d.press("esc esc e")
	d.shows("3 events", "label-a", "10:00:00   p/label-b                       exhausted   agent     429 rate limit, streak 3, 4h")
}

func TestCountEvents(t *testing.T) {
	var records []poolstate.Record
	for _, k := range []poolstate.EventKind{
		poolstate.EventPinned, poolstate.EventExhausted, poolstate.EventReset, poolstate.EventPinned,
		poolstate.EventForgotten, poolstate.EventReleased, poolstate.EventReady, poolstate.EventFileMissing, poolstate.EventUndone,
	} {
		records = append(records, poolstate.Record{Kind: k})
	}
	equal(t, "summary", countEvents(records), "1 exhausted, 2 back, 1 undone, 2 pinned, 1 released, 1 forgotten")
}

func TestEventLog_MergeDropsOldest(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 0)))
	for i := range 2*maxEvents + 1 {
		d.m.log.merge([]poolstate.Record{{At: noon.Add(time.Duration(i) * time.Minute), Kind: poolstate.EventAdded, Provider: "p", ID: fmt.Sprint(i)}}, false)
	}
	n := len(d.m.log.records)
	if n < maxEvents || n > maxEvents*11/10 {
		t.Errorf("%d events are kept", n)
	}
	equal(t, "the newest", d.m.log.records[n-1].ID, fmt.Sprint(2*maxEvents))
	equal(t, "the number of records, including those dropped", d.m.log.dropped+n, 2*maxEvents+1)
	d.press("e G", fmt.Sprintf("of %d", n), "p/"+d.m.log.records[0].ID+" ")
	d.press("g", "p/"+fmt.Sprint(2*maxEvents))
}

func TestAddEvents_FadingChange(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 0), ready("b", 0)))
	d.change(pool(ready("a", 0), exhausted("b", 0, 1)))
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 2}, {freshFor - time.Second, 2}, {time.Second, 1}, {fadedBy - freshFor - time.Second, 1}, {time.Second, 0}} {
		d.tick(step.after)
		equal(t, "b", d.m.screen().Fresh[poolstate.Ref{Provider: "p", ID: "b", Position: 1}], step.want)
		equal(t, "a", d.m.screen().Fresh[poolstate.Ref{Provider: "p", ID: "a"}], 0)
	}
}

func TestObserve_EvidenceOfPolicy(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 2), ready("b", 1)))
	d.shows("backoff")
	d.hides("(seen)")
	d.later(time.Minute).change(pool(exhausted("a", time.Minute, 2), ready("b", 1)), "flat (seen)", "1h")
	d.send(tea.WindowSizeMsg{Width: 200, Height: 50})
	d.press("?", "because label-a failed at 12:01:00")
	d.press("?")
	d.later(time.Minute).change(pool(exhausted("a", time.Minute, 2), exhausted("b", 2*time.Minute, 2)), "backoff (seen)")

	forced := startDashboard(t, pool(ready("a", 2)), func(c *Config) { c.Policy = poolstate.Force(poolstate.Backoff()) })
	forced.change(pool(exhausted("a", 0, 2)), "backoff (forced)")
}

// TestFilterField_Events checks that the filter of the events view counts events and matches
// the words of their kinds, and that it does not change the filter of the table.
func TestFilterField_Events(t *testing.T) {
	d := startDashboard(t, pool(exhausted("a", -time.Minute, 1), ready("b", 0)))
	d.do("r u esc") // three events
	d.do("e")
	d.filter("exhausted")
	d.shows("/ exhausted", "1 of 3 events", "429 rate limit")
	d.hides("undone")
	d.do("enter esc")
	d.shows("label-b")
	d.hides("/ exhausted")

	d.filter("label-a")
	d.do("enter e", "/ label-a", "3 of 3 events")
	d.do("/")
	d.handle(tea.PasteMsg{Content: " reset"})
	d.do("enter", "1 of 3 events")
	d.do("esc", "/ label-a", "1 of 2 shown")
}

// TestRefreshEvents_Paused checks that events can be filtered while the
// display is frozen, and that later events are not shown.
func TestRefreshEvents_Paused(t *testing.T) {
	for _, content := range []string{pool(ready("a", 0), ready("b", 0)), pool(exhausted("a", -time.Minute, 1), ready("b", 0))} {
		d := startDashboard(t, content)
		d.do("p e")
		before := len(d.m.log.shown)
		d.change(pool(exhausted("a", -time.Minute, 1), exhausted("b", 0, 1)))
		equal(t, "events shown", len(d.m.log.shown), before)
		d.filter("exhausted")
		d.shows(fmt.Sprintf("%d of %d events", before, before))
		d.filter("x")
		d.shows(fmt.Sprintf("0 of %d events", before))
		d.do("esc p")
		equal(t, "events after the pause", len(d.m.log.shown) > before, true)
	}
}

// TestAddEvents_Detail checks that the filter of the table does not hide events in the detail
// pane.
func TestAddEvents_Detail(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("x enter r")
	d.filter("state:ready")
	d.do("enter d")
	d.shows("held        operator", "reset       operator")
}

// TestLogEvents_Repeated checks that each action is shown and journaled once, even if it equals an
// action a moment before. A second dashboard on the store, and one started later, add nothing.
func TestLogEvents_Repeated(t *testing.T) {
	const want = "a reset, a undone, a reset, a undone, a reset"
	d := startDashboard(t, pool(exhausted("a", -10*time.Minute, 2), ready("b", 0)))
	other := d.restart(0, true)
	for i, k := range []string{"r", "u", "r", "u", "r"} {
		d.later(300 * time.Millisecond)
		done := results(d.press(k))[0]
		if i%2 == 0 {
			d.handle(FileChanged{})
		}
		d.handle(done)
		d.handle(FileChanged{})
		other.now = d.now.Add(2 * time.Second) // slow
		other.handle(FileChanged{})
		equal(t, fmt.Sprint("the journal after ", i+1), len(strings.Split(d.journaled(), ", ")), i+1)
	}
	equal(t, "the journal", d.journaled(), want)
	for name, shown := range map[string]*dashboard{"acting": d, "watching": other, "restarted": d.restart(time.Minute, true), "restarted, file first": d.restart(time.Minute, false)} {
		records := shown.m.log.records
		if shown == d || shown == other { // these have seen the failure before the first reset
			records = records[1:]
		}
		equal(t, name+": the number of events", len(records), 5)
		var kinds []string
		for _, r := range records {
			kinds = append(kinds, r.ID+" "+r.Kind.String())
		}
		if shown != other { // it has not read the journal since, so it shows an undo as a failure
			equal(t, name+": the events", strings.Join(kinds, ", "), want)
		}
	}
	equal(t, "the final journal", d.journaled(), want)
}
