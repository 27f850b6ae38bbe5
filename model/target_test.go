package model

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
)

func TestGoToTarget(t *testing.T) {
	for _, tt := range []struct {
		name, before, keys string
		at                 string
		shows              string
	}{
		{"listed", "", "e down enter", "c", "label-c"},
		{"folded", "G left", "e enter", "e", "q  1 of 3 ready"},
		{"filtered", "/ l a b e l - b enter", "e / backspace backspace backspace backspace backspace backspace backspace enter g enter", "e", "✓ filter cleared to show label-e"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := startDashboard(t, twoOut)
			d.do(tt.before)
			d.do(tt.keys, tt.shows)
			d.open(ui.PaneTable)
			d.isAt(tt.at)
		})
	}
}

func TestEventTarget_Refused(t *testing.T) {
	twins := pool(exhausted("a", -time.Minute, 1), strings.Replace(exhausted("a", -time.Minute, 1), "label-a", "twin", 1), ready("b", 0))
	for content, why := range map[string]string{
		broken:                          "this event is about the file, not a credential",
		pool(ready("b", 0)):             "label-a is no longer in the pool",
		twins:                           "2 credentials match this event; select one in the table",
		`{"credential_pool": {"q":[]}}`: "the pool has no credentials",
	} {
		d := startDashboard(t, pool(exhausted("a", -time.Minute, 1), ready("b", 0)))
		d.do("e")
		if content == broken {
			d.finish(d.fail())
			d.change(pool(exhausted("a", -time.Minute, 1), ready("b", 0)))
		} else {
			d.change(content)
		}
		d.do("g")
		before := d.text()
		for _, k := range []string{"r", "x", "A", "enter", "y"} {
			d.do(k)
			d.refuses(why)
			d.asks(false)
		}
		equal(t, "the file", d.text(), before)
	}
}

// TestEventLog_Follow checks that the cursor stays on its event when other events arrive, so
// that the target does not change.
func TestEventLog_Follow(t *testing.T) {
	d := startDashboard(t, pool(exhausted("a", -time.Minute, 1), ready("b", 0)))
	d.do("e")
	d.isOn("p/a")
	d.later(time.Minute).change(pool(exhausted("a", -time.Minute, 1), exhausted("b", time.Minute, 1)))
	d.isOn("p/a")
	d.do("r", "✓ reset label-a")
	d.isReady("a")

	d.do("g")
	d.filter("exhausted")
	d.isOn("p/b")
	d.do("esc")
	d.isOn("p/b")
}

// TestCloseDialog_Events checks that closing a dialog returns to the events view if the dialog
// was opened there.
func TestCloseDialog_Events(t *testing.T) {
	d := startDashboard(t, twoOut)
	for _, keys := range []string{"x esc", "x 9 m enter y"} {
		d.do("e down")
		d.do(keys)
		d.open(ui.PaneEvents)
		d.isOn("p/c")
		d.isAt("c")
		d.do("esc")
	}
	d.shows("✓ hold label-c: ")
}

// TestConfirm_OffScreen checks that a key acts at once only if its target is on the screen.
func TestConfirm_OffScreen(t *testing.T) {
	var ids []string
	for i := range 60 {
		ids = append(ids, exhausted(fmt.Sprintf("c%02d", i), -time.Minute, 1))
	}
	content := pool(ids...)
	d := startDashboard(t, content)
	d.do("space G r")
	d.asks(true)
	d.shows("p/label-c00")
	d.do("esc g r")
	d.asks(false)
	d.isReady("c00")

	d.do("G u")
	d.asks(true)
	d.shows("undo the reset of label-c00 in", "p/label-c00")

	d = startDashboard(t, content)
	d.do("down")
	d.send(tea.WindowSizeMsg{Width: 18, Height: 4})
	d.do("r")
	equal(t, "the file", d.text(), content)
	d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
	d.shows("✕ the terminal is too small for a dialog")

	d.do("d")
	d.send(tea.WindowSizeMsg{Width: 60, Height: 8})
	d.do("pgdown r")
	d.asks(true)
}

// TestConfirm_OffScreenSync checks that even a sync of one credential needs a confirmation if
// the credential is not on the screen.
func TestConfirm_OffScreenSync(t *testing.T) {
	var others []string
	for i := range 60 {
		others = append(others, fmt.Sprintf("c%02d", i))
	}
	d := startDashboard(t, strings.Replace(nousPool, `"credential_pool": {`, strings.TrimSuffix(strings.TrimPrefix(poolOf("b: "+strings.Join(others, " ")), "{"), "}}")+", ", 1))
	d.do("G space g A", "sync 1 credential in", "nous/portal")
	d.asks(true)
	d.do("esc G A", "✓ sync portal")
}

// TestEventLog_FollowScrolled checks that a scrolled list of events does not move when an
// event arrives.
func TestEventLog_FollowScrolled(t *testing.T) {
	var entries []string
	for i := range 60 {
		entries = append(entries, exhausted(fmt.Sprintf("c%02d", i), -time.Minute, 1))
	}
	d := startDashboard(t, pool(entries...))
	d.do("e G up up up up")
	lines := func() string { return strings.Join(strings.Split(d.screen(), "\n")[3:30], "\n") }
	before := lines()
	entries[7] = exhausted("c07", 0, 2)
	d.change(pool(entries...))
	equal(t, "the list", lines(), before)
}

func TestView_EmptyPool(t *testing.T) {
	d := startDashboard(t, `{"credential_pool": {}}`)
	d.do("e q")
	equal(t, "the message after q", d.last, tea.Msg(tea.QuitMsg{}))
}
