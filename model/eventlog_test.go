package model

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
)

// keeping is a dashboard with a journal, on a store with that content.
func dashboardWithJournal(t *testing.T, content string) *dashboard {
	t.Helper()
	d := newDashboard(t, content)
	d.m.cfg.Operator.Journal = journal.At(filepath.Join(filepath.Dir(d.file), "state", "events.jsonl"))
	return d
}

// open reads journal and file, in either order.
func (d *dashboard) read(journalFirst bool) {
	d.t.Helper()
	load, read := d.m.loadPool(), d.m.readJournal()
	if journalFirst {
		load, read = read, load
	}
	d.finish(load)
	d.finish(read)
}

// again is another dashboard on the same file and journal, a while later.
func (d *dashboard) again(after time.Duration) *dashboard {
	d.t.Helper()
	next := &dashboard{t: d.t, file: d.file, now: d.now.Add(after)}
	cfg := d.m.cfg
	cfg.Clock = Clock{Now: next.clock, Rate: 1}
	cfg.After = func(time.Duration, func(time.Time) tea.Msg) tea.Cmd { return nil }
	next.m = New(cfg)
	next.send(tea.WindowSizeMsg{Width: 120, Height: 36})
	return next
}

// beat lets the dashboard notice the time, and do what follows.
func (d *dashboard) beat() {
	d.t.Helper()
	d.finish(d.send(ticked{}))
}

// kept is what the journal holds: of whom and what.
func (d *dashboard) kept() string {
	d.t.Helper()
	entries, err := d.m.cfg.Operator.Journal.Read()
	if err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.ID+" "+e.Kind.String())
	}
	return strings.Join(out, ", ")
}

func exhausted(id string, since time.Duration, streak int) string {
	return fmt.Sprintf(`{"id": %q, "label": "label-%s", "last_status": "exhausted", "last_status_at": %d, "last_error_code": 429, "consecutive_failures": %d}`,
		id, id, noon.Add(since).Unix(), streak)
}

func ready(id string, streak int) string {
	return fmt.Sprintf(`{"id": %q, "label": "label-%s", "consecutive_failures": %d}`, id, id, streak)
}

func pool(entries ...string) string {
	return `{"credential_pool": {"p": [` + strings.Join(entries, ", ") + `]}}`
}

// What happens is shown, newest first, and kept.
func TestEventsAreShownAndKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dashboardWithJournal(t, pool(ready("a", 0), ready("b", 2)))
		d.read(true)
		d.now = d.now.Add(time.Minute)
		d.change(pool(exhausted("a", time.Minute, 1), ready("b", 2)))
		d.shows("12:01:00   p/label-a                       exhausted   agent     429 rate limit, streak 0 → 1, 1h")
		d.now = d.now.Add(time.Hour)
		d.beat()
		d.shows("13:01:00   p/label-a                       due         clock     cooldown of 1h over, streak stays 1")
		d.now = d.now.Add(time.Minute)
		d.change(pool(ready("a", 1), ready("b", 2)))
		d.shows("13:02:00   p/label-a                       ready       agent     cleared, streak stays 1")
		equal(t, "kept", d.kept(), "a exhausted, a due, a ready")
		d.press("e")
		screen := d.screen()
		places := []int{strings.Index(screen, "13:02:00"), strings.Index(screen, "13:01:00"), strings.Index(screen, "12:01:00")}
		if !slices.IsSorted(places) {
			t.Errorf("the newest is not the first:\n%s", screen)
		}
	})
}

// The next start shows what was kept, whichever of file and journal is read
// first; what happened while nobody watched is added, and said.
func TestEventsSurvive(t *testing.T) {
	for _, journalFirst := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			d := dashboardWithJournal(t, pool(ready("a", 0), ready("b", 0)))
			d.read(journalFirst)
			d.now = d.now.Add(time.Minute)
			d.change(pool(exhausted("a", time.Minute, 1), ready("b", 0)))
			d.write(pool(exhausted("a", time.Minute, 1), exhausted("b", 30*time.Minute, 1)))

			next := d.again(8 * time.Hour)
			next.read(journalFirst)
			next.shows("● while pooltop was not running (since 12:01): 1 exhausted, 2 due", "12:01:00", "12:30:00", "13:01:00", "13:30:00")
			equal(t, "kept", next.kept(), "a exhausted, b exhausted, a due, b due")

			last := d.again(9 * time.Hour)
			last.read(journalFirst)
			last.hides("not running")
			equal(t, "kept once", last.kept(), "a exhausted, b exhausted, a due, b due")
			equal(t, "events", len(last.m.log.shown), 4)
		})
	}
}

// At the very first start the file tells of the past; that is shown, and not
// made out to be news.
func TestTheFirstStartShowsThePast(t *testing.T) {
	d := dashboardWithJournal(t, pool(exhausted("a", -10*time.Minute, 1), ready("b", 0)))
	d.read(true)
	d.shows("11:50:00   p/label-a                       exhausted   agent     429 rate limit, streak 1, 1h")
	d.hides("not running")
	equal(t, "kept", d.kept(), "")
}

// An action is one event, by the operator, although the file shows it as well;
// its undo is the operator's too.
func TestAnActionIsOneEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dashboardWithJournal(t, pool(exhausted("a", -time.Minute, 2), ready("b", 0)))
		d.read(true)
		d.act("r")
		equal(t, "kept", d.kept(), "a reset")
		d.act("u")
		equal(t, "kept", d.kept(), "a reset, a exhausted")
		for _, r := range d.m.log.shown[1:] {
			equal(t, "by", r.By, poolstate.ByOperator)
		}
		equal(t, "events", len(d.m.log.shown), 3)
	})
}

// The picture of an action may be seen before its outcome: it is no deed of an
// agent, and no evidence of its policy.
func TestAnActionThatIsSeenBeforeItIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dashboardWithJournal(t, pool(exhausted("a", -10*time.Minute, 2), ready("b", 0)))
		d.read(true)
		for _, k := range []string{"r", "u"} {
			var outcome tea.Msg
			for _, msg := range results(d.press(k)) {
				if _, done := msg.(actionDone); done {
					outcome = msg
				}
			}
			d.finish(d.send(FileChanged{}))
			d.finish(d.send(outcome))
		}
		equal(t, "kept", d.kept(), "a reset, a exhausted")
		for _, r := range d.m.log.shown[1:] {
			equal(t, "by", r.By, poolstate.ByOperator)
		}
		equal(t, "events", len(d.m.log.shown), 3)
		d.shows("● live   backoff   ")
		d.hides("(seen)")
	})
}

// Trouble with the file is an event.
func TestTroubleIsAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dashboardWithJournal(t, pool(ready("a", 0)))
		d.read(true)
		d.finish(d.fail())
		d.change(pool(ready("a", 0)))
		equal(t, "kept", d.kept(), " file_unreadable,  file_recovered")
		d.press("e")
		d.shows("the file                        unreadable            auth.json: broken", "recovered             readable again")
	})
}

// A journal that cannot be written is said, and the events are shown all the
// same.
func TestAJournalThatCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dashboardWithJournal(t, pool(ready("a", 0)))
		if err := os.WriteFile(filepath.Join(filepath.Dir(d.file), "state"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		d.finish(d.m.loadPool())
		d.send(journalRead{})
		d.change(pool(exhausted("a", 0, 1)))
		d.shows("✕ events are not recorded", "exhausted   agent     429")
	})
}

// The filter of the table is that of the events too.
func TestEventsAreFiltered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dashboardWithJournal(t, pool(exhausted("a", -time.Minute, 1), exhausted("b", -2*time.Hour, 3)))
		d.read(true)
		d.press("e", "/")
		d.typing("streak:>2")
		d.shows("1 event, newest first", "p/label-b")
		d.hides("label-a")
		d.press("enter")
		d.change(pool(exhausted("a", -time.Minute, 1), exhausted("b", -2*time.Hour, 3), ready("c", 0)))
		d.hides("label-a", "label-c")
		d.press("esc", "esc", "e")
		d.shows("3 events", "label-a", "10:00:00   p/label-b                       exhausted   agent     429 rate limit, streak 3, 4h")
	})
}

func (d *dashboard) typing(text string) {
	d.t.Helper()
	for _, r := range text {
		d.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// Ten thousand events are kept in memory, the oldest go first, and all of them
// can be reached.
func TestTenThousandEvents(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 0)))
	for i := range 2*maxEvents + 1 {
		d.m.log.merge([]poolstate.Record{{At: noon.Add(time.Duration(i) * time.Minute), Kind: poolstate.EventAdded, Provider: "p", ID: fmt.Sprint(i)}}, false)
	}
	n := len(d.m.log.records)
	if n < maxEvents || n > maxEvents*11/10 {
		t.Errorf("%d events are kept", n)
	}
	equal(t, "the newest", d.m.log.records[n-1].ID, fmt.Sprint(2*maxEvents))
	equal(t, "all that were", d.m.log.dropped+n, 2*maxEvents+1)
	d.press("e", "G")
	d.shows(fmt.Sprintf("of %d", n), "p/"+d.m.log.records[0].ID+" ")
	d.press("g")
	d.shows("p/" + fmt.Sprint(2*maxEvents))
}

// A picture that stands shows nothing new and counts what it misses; then all of
// it is there.
func TestAPausedPictureStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dashboardWithJournal(t, pool(ready("a", 0), exhausted("b", -59*time.Minute, 1)))
		d.read(true)
		d.press("p")
		d.shows("❚ paused")
		before := d.screen()
		d.now = d.now.Add(30 * time.Second)
		d.beat()
		equal(t, "the screen", d.screen(), before)
		d.now = d.now.Add(time.Minute)
		d.change(pool(exhausted("a", time.Minute, 1), exhausted("b", -59*time.Minute, 1), ready("c", 0)))
		d.shows("❚ paused, 3 events missed", "Mon 12:00:00")
		d.hides("label-c", "12:01:00")
		equal(t, "kept all the same", d.kept(), "b due, a exhausted, c added")
		d.press("p")
		d.shows("● live", "Mon 12:01:30", "label-c", "12:01:00   p/label-a")
		d.hides("paused")
	})
}

// Whoever comes back is told what happened meanwhile.
func TestWhileYouWereAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dashboardWithJournal(t, pool(ready("a", 0), ready("b", 0), exhausted("c", 0, 1)))
		d.read(true)
		d.send(tea.FocusMsg{})
		d.hides("while you were away")
		d.send(tea.BlurMsg{})
		d.send(tea.FocusMsg{})
		d.hides("while you were away")
		d.send(tea.BlurMsg{})
		d.now = d.now.Add(time.Minute)
		d.change(pool(exhausted("a", time.Minute, 1), exhausted("b", time.Minute, 1), ready("c", 1)))
		d.hides("while you were away")
		d.send(tea.FocusMsg{})
		d.shows("● while you were away: 2 exhausted, 1 back")
	})
}

// What changed a moment ago is marked, and the mark fades.
func TestChangesFade(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 0), ready("b", 0)))
	d.change(pool(ready("a", 0), exhausted("b", 0, 1)))
	ref := poolstate.Ref{Provider: "p", ID: "b", Position: 1}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 2}, {freshFor - time.Second, 2}, {time.Second, 1}, {fadedBy - freshFor - time.Second, 1}, {time.Second, 0}} {
		d.tick(step.after)
		equal(t, "freshness", d.m.screen().Fresh[ref], step.want)
		equal(t, "of the other", d.m.screen().Fresh[poolstate.Ref{Provider: "p", ID: "a"}], 0)
	}
}

// What the agent is seen to do decides the policy, and the screen says so.
func TestThePolicyFollowsTheEvidence(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 2), ready("b", 1)))
	d.shows("backoff")
	d.hides("(seen)")
	d.now = d.now.Add(time.Minute)
	d.change(pool(exhausted("a", time.Minute, 2), ready("b", 1)))
	d.shows("flat (seen)", "1h")
	d.press("?")
	d.shows("because the failure of label-a at 12:01:00 did not")
	d.press("?")
	d.now = d.now.Add(time.Minute)
	d.change(pool(exhausted("a", time.Minute, 2), exhausted("b", 2*time.Minute, 2)))
	d.shows("backoff (seen)")

	forced := newDashboard(t, pool(ready("a", 2)))
	forced.m.cfg.Policy = poolstate.PolicyBackoff
	forced.finish(forced.m.loadPool())
	forced.change(pool(exhausted("a", 0, 2)))
	forced.shows("backoff (chosen)")
}

// The pane of the events belongs to the whole screen, also without any.
func TestAnEmptyPaneOfEvents(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 0)))
	d.press("e")
	d.open(ui.PaneEvents)
	d.shows("no events yet")
}
