package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	tea "charm.land/bubbletea/v2"
)

// What becomes of the selection in a new picture: it stays on its credential
// wherever that is, and when it is gone, moves to the one in its place.
func TestTheSelectionInANewPicture(t *testing.T) {
	for _, c := range []struct {
		name  string
		first []string
		press []string
		then  []string
		want  string
	}{
		{"the same", []string{"p: a b c"}, []string{"down"}, []string{"p: a b c d"}, "b"},
		{"reordered", []string{"p: a b c"}, []string{"down"}, []string{"p: c a b"}, "b"},
		{"reordered, from the first place", []string{"p: a b c"}, nil, []string{"p: c b a"}, "a"},
		{"others come before it", []string{"p: a b c"}, []string{"down"}, []string{"p: x y z a b c"}, "b"},
		{"others before it go", []string{"p: a b c"}, []string{"G"}, []string{"p: c"}, "c"},
		{"a provider comes before its own", []string{"p: a b"}, []string{"down"}, []string{"anthropic: x y", "p: a b"}, "b"},
		{"the same id elsewhere is another one", []string{"p: a b", "q: b c"}, []string{"G", "up"}, []string{"p: b a", "q: c b"}, "b"},
		{"it goes, the next one is in its place", []string{"p: a b c"}, []string{"down"}, []string{"p: a c"}, "c"},
		{"the first goes", []string{"p: a b c"}, nil, []string{"p: b c"}, "b"},
		{"the last goes", []string{"p: a b c"}, []string{"G"}, []string{"p: a b"}, "b"},
		{"its provider goes", []string{"p: a b", "q: c d"}, []string{"G"}, []string{"p: a b"}, "b"},
		{"its provider goes, from the first place", []string{"p: a", "q: c d"}, nil, []string{"q: c d"}, "c"},
		{"all but one go", []string{"p: a b c d"}, []string{"down", "down"}, []string{"p: a"}, "a"},
		{"it moves to another provider", []string{"p: a b", "q: c"}, []string{"down"}, []string{"p: a", "q: b c"}, "b"},
		{"everything goes", []string{"p: a b"}, []string{"down"}, []string{"p:"}, ""},
		{"every provider goes", []string{"p: a b"}, []string{"down"}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := startDashboard(t, poolOf(c.first...))
			d.press(c.press...)
			d.change(poolOf(c.then...))
			d.isAt(c.want)
		})
	}
}

// The selection names the provider too.
func TestTheSelectionStaysWithItsProvider(t *testing.T) {
	d := startDashboard(t, poolOf("p: a b", "q: b c"))
	d.press("down", "down")
	equal(t, "the selection", d.m.selected.String(), "q/b")
	d.change(poolOf("p: b a", "q: c b"))
	equal(t, "the selection", d.m.selected.String(), "q/b")
}

// Keys on a pool without credentials do no harm, and a pool that fills again
// has a selection again.
func TestTheSelectionSurvivesEmptyPools(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, empty := range []string{`{}`, `{"credential_pool": {}}`, poolOf("p:"), poolOf("p:", "q:"), `{"credential_pool": {"p": 7}}`} {
			d := startDashboard(t, poolOf("p: a b"))
			d.press("down")
			d.change(empty)
			d.isAt("")
			for _, b := range bindings(d.m.keys) {
				for _, k := range b.Keys() {
					if !slices.Contains([]string{"q", "ctrl+c", "ctrl+z", "p"}, k) { // which end or stop the picture
						d.finish(d.press(k))
					}
				}
			}
			d.press("esc", "esc", "esc")
			d.isAt("")
			d.change(poolOf("p: a b"))
			d.isAt("b") // where it was
		}
	})
}

// Entries without an id are told apart by their place.
func TestTheSelectionOfEntriesWithoutAnID(t *testing.T) {
	const three = `{"credential_pool": {"p": [{"label": "one"}, {"label": "two"}, {"label": "three"}]}}`
	d := startDashboard(t, three)
	d.press("down")
	equal(t, "the selection", d.m.selected.Position, 1)
	d.change(strings.Replace(three, "three", "3", 1))
	equal(t, "the selection", d.m.selected.Position, 1)
}

// A table that does not fit is scrolled so that the selection is in sight,
// whatever moves it.
func TestTheSelectionIsInSight(t *testing.T) {
	var ids []string
	for i := range 60 {
		ids = append(ids, fmt.Sprintf("id%02d", i))
	}
	long := "p: " + strings.Join(ids, " ")
	d := startDashboard(t, poolOf(long))
	d.send(tea.WindowSizeMsg{Width: 100, Height: 20}) // too low for the detail, which names it as well
	inSight := func() { d.t.Helper(); d.shows("label-" + d.at()) }
	for _, k := range []string{"G", "g", "pgdown", "pgdown", "down", "pgup", "end", "up", "home"} {
		d.press(k)
		inSight()
	}
	d.press("G")
	d.change(poolOf(long+" x y z", "aaa: 1 2 3"))
	inSight()
	for range 63 {
		d.press("up")
		inSight()
	}
	d.isAt("1")
}
