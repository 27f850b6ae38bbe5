package model

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
)

// inOrder returns the ids of the credentials of provider p in the rotation order of a file.
func (d *dashboard) inOrder(file string) string {
	d.t.Helper()
	snapshot, err := poolstate.Open(file).Load()
	equal(d.t, "the error", err, nil)
	var ids []string
	for _, c := range snapshot.Pool.Provider("p").Credentials {
		ids = append(ids, c.ID)
	}
	return strings.Join(ids, " ")
}

func TestMoveBy(t *testing.T) {
	content := poolOf("p: a b c")
	d := startDashboard(t, content)
	d.do("J", "✓ move label-a: #1 → #2; restart running agents; their next write restores the old order; u undoes")
	equal(t, "the order", d.inOrder(d.file), "b a c")
	d.do("J", "label-a: #2 → #3")
	equal(t, "the order", d.inOrder(d.file), "b c a")
	d.isAt("a")
	d.do("u", "undo label-a: #3 → #2")
	d.asks(false)
	d.do("enter u", "undo label-a: #2 → #1") // in the detail
	equal(t, "the order", d.inOrder(d.file), "a b c")
	before, _, _ := strings.Cut(content, `]}}`)
	equal(t, "the entries are as before", strings.HasPrefix(d.text(), before), true)
	d.do("K")
	d.refuses("label-a is already first")
	d.do("esc J G u") // the target of the undo is no longer selected
	d.shows("undo the move of label-a")
	d.do("esc g")
	d.do("u y")
	d.do("esc e J", "✓ move label-b: #2 → #3") // the event at the cursor is about b
}

func TestMoveBy_Refused(t *testing.T) {
	d := startDashboard(t, poolOf("p: a b"), func(c *Config) {
		c.Stores[0].Strategies = func() map[string]poolstate.Strategy {
			return map[string]poolstate.Strategy{"p": poolstate.RoundRobin}
		}
	})
	d.shows("p round_robin  2 of 2 ready", "→label-a")
	d.do("J")
	d.refuses("under round_robin, agents rewrite the order on every selection")

	// A change to the agent's configuration counts even before the dashboard shows it.
	strategy := poolstate.FillFirst
	d = startDashboard(t, poolOf("p: a b"), func(c *Config) {
		c.Stores[0].Strategies = func() map[string]poolstate.Strategy {
			return map[string]poolstate.Strategy{"p": strategy}
		}
	})
	strategy = poolstate.Random
	d.do("J")
	d.refuses("the order has no effect under random")
	equal(t, "the order", d.inOrder(d.file), "a b")

	d = startDashboard(t, strings.NewReplacer(`"id": "b"`, `"id": "b", "source": "claude_code"`).Replace(poolOf("anthropic: a b")))
	d.do("J")
	d.refuses("agents rank anthropic credentials by source, manual ones first, and would undo the move")

	d = startDashboard(t, poolOf("p: a b"))
	d.press("p J")
	d.refuses("paused; press p to resume")
	d.press("p")
	d.write(poolOf("p: b a"))
	d.do("J")
	d.refuses("the order has changed since it was displayed")
	equal(t, "the order", d.inOrder(d.file), "b a")
}

// TestMoveBy_Overwritten checks that the status reports if an agent restores the order from
// before several moves.
func TestMoveBy_Overwritten(t *testing.T) {
	d := startDashboard(t, poolOf("p: a b c"))
	d.do("J J")
	d.change(poolOf("p: a b c"), "! move of label-a was overwritten at 12:00:00; press J to repeat; an agent or another pooltop wrote the file")
	d.do("J", "label-a: #1 → #2")
	d.do("K", "label-a: #2 → #1")
	d.change(poolOf("p: a b c"))
	d.hides("overwritten")
	d.do("G K")
	d.change(poolOf("p: a b c"), "! move of label-c was overwritten at 12:00:00; press K to repeat")
}

// TestMoveBy_OverwrittenSeveral checks which move is reported if several credentials of a
// provider were moved.
func TestMoveBy_OverwrittenSeveral(t *testing.T) {
	d := startDashboard(t, poolOf("p: a b c"))
	d.do("G K")
	d.do("G K", "✓ move label-b: #3 → #2") // puts c back, like an agent
	d.hides("overwritten")
	equal(t, "the order", d.inOrder(d.file), "a b c")

	d = startDashboard(t, poolOf("p: a b c"))
	d.do("G K K", "✓ move label-c: #2 → #1")
	d.do("j K", "✓ move label-a: #2 → #1") // its place before all moves
	d.change(poolOf("p: a b c"), "! move of label-a was overwritten at 12:00:00; press K to repeat")

	d = startDashboard(t, poolOf("p: a b c"))
	d.do("G K K", "✓ move label-c: #2 → #1")
	d.do("G K", "✓ move label-b: #3 → #2")
	d.do("u", "undo label-b: #2 → #3")
	d.change(poolOf("p: a b c"), "! move of label-c was overwritten at 12:00:00; select it and press K to repeat")

	d = startDashboard(t, poolOf("p: a b c"))
	d.do("J u", "undo label-a: #2 → #1")
	d.change(poolOf("p: a b c"))
	d.hides("overwritten")
}

func TestMoveBy_Borrowed(t *testing.T) {
	h := startHome(t, "default work night", map[string]string{
		poolstate.RootProfile: poolOf("p: a b"), "work": poolOf("q: c"), "night": poolOf("p: d e"),
	}, func(c *Config) {
		c.Stores[1].Strategies = func() map[string]poolstate.Strategy {
			return map[string]poolstate.Strategy{"p": poolstate.LeastUsed}
		}
	})
	h.send(tea.WindowSizeMsg{Width: 160, Height: 50}) // wide enough for the path
	h.do("P", "work  3 of 3 ready  p least_used")
	h.selectRow("work/a<default")
	h.do("J", "✓ move default/p/label-a: #1 → #2; restart running agents; their next write restores the old order; u undoes; written to ~/default.json")
	equal(t, "the order", h.inOrder(h.path("default")), "b a")
	h.selectRow("night/d")
	h.do("J", "✓ move night/p/label-d: #1 → #2; restart running agents", "written to ~/night.json")
	equal(t, "the order", h.inOrder(h.path("night")), "e d")
	h.do("J")
	h.refuses("label-d is already last")
}
