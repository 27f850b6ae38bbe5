package model

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"pooltop/ui"
)

// bindings returns every binding of a key map that acts, in its order. Move
// only stands in the footer.
func bindings(keys *keyMap) []key.Binding {
	var all []key.Binding
	v := reflect.ValueOf(keys).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Name != "Move" {
			all = append(all, *v.Field(i).Addr().Interface().(*key.Binding))
		}
	}
	return all
}

// twoOut is a pool with a credential to reset, one to hold and a dead one.
const twoOut = `{"credential_pool": {"p": [
	{"id": "a", "label": "label-a", "priority": 0, "consecutive_failures": 0},
	{"id": "b", "label": "label-b", "priority": 1, "last_status": "exhausted", "last_status_at": 1795433400, "last_error_code": 429, "consecutive_failures": 2},
	{"id": "c", "label": "label-c", "priority": 2, "last_status": "exhausted", "last_status_at": 1795433400, "last_error_code": 429, "consecutive_failures": 1},
	{"id": "d", "label": "label-d", "priority": 3, "consecutive_failures": 0}
], "q": [
	{"id": "e", "label": "label-e", "last_status": "exhausted", "last_status_at": 1795433400, "last_error_code": 429, "consecutive_failures": 1},
	{"id": "f", "label": "label-f", "priority": 1, "last_status": "dead", "last_error_code": 401},
	{"id": "g", "label": "label-g", "priority": 2}
]}}`

// effects is what each key does, pressed after others on a fresh dashboard.
var effects = []struct {
	keys   string // of the binding
	before string // pressed before it
	does   string
	check  func(d *desk)
}{
	{"down j", "", "moves down", func(d *desk) { d.isAt("b") }},
	{"down j", "G", "stays at the last", func(d *desk) { d.isAt("g") }},
	{"up k", "down down", "moves up", func(d *desk) { d.isAt("b") }},
	{"up k", "", "stays at the first", func(d *desk) { d.isAt("a") }},
	{"pgdown ctrl+f", "", "moves down a page", func(d *desk) { d.isAt("g") }},
	{"pgup ctrl+b", "G", "moves up a page", func(d *desk) { d.isAt("a") }},
	{"g home", "down down", "moves to the first", func(d *desk) { d.isAt("a") }},
	{"G end", "", "moves to the last", func(d *desk) { d.isAt("g") }},

	{"space", "", "marks and moves on", func(d *desk) { d.marks("p/a"); d.isAt("b") }},
	{"space", "space up", "takes the mark away", func(d *desk) { d.marks() }},
	{"space", "space", "marks another", func(d *desk) { d.marks("p/a", "p/b") }},
	{"a", "down", "marks the provider", func(d *desk) { d.marks("p/a", "p/b", "p/c", "p/d"); d.isAt("b") }},
	{"a", "a", "takes all marks of the provider away", func(d *desk) { d.marks() }},

	{"r", "down", "resets the selected one", func(d *desk) { d.isReady("b"); d.isCooling("c", "e") }},
	{"r", "", "has nothing to do for a ready one", func(d *desk) { d.isCooling("b", "c", "e"); d.refuses("reset") }},
	{"r", "down space space", "asks about several", func(d *desk) { d.asks(); d.isCooling("b", "c", "e") }},
	{"R", "", "asks about the provider", func(d *desk) { d.asks(); d.isCooling("b", "c", "e") }},
	{"ctrl+r", "", "asks about everything", func(d *desk) { d.asks(); d.isCooling("b", "c", "e") }},
	{"x", "", "opens the form of a hold", func(d *desk) { d.asks(); d.isReady("a"); d.shows("duration") }},
	{"A", "", "adopts nothing where nothing can be", func(d *desk) { d.refuses("") }},
	{"u", "", "has nothing to undo at first", func(d *desk) { d.refuses("nothing to undo") }},
	{"u", "down r", "takes the reset back", func(d *desk) { d.isCooling("b", "c", "e") }},

	{"/", "", "opens the filter", func(d *desk) { d.shows("/ ▏", "7 of 7 shown") }},
	{"s", "", "sorts worst first", func(d *desk) { d.shows("order: worst first") }},
	{"S", "s s", "turns the order round", func(d *desk) { d.shows("order: deadline, reversed") }},
	{"left", "", "folds the provider", func(d *desk) { d.shows("4 hidden"); d.hides("label-d"); d.isAt("e") }},
	{"right", "left", "unfolds it again", func(d *desk) { d.hides("hidden"); d.isAt("a") }},

	{"f", "", "forecasts for all", func(d *desk) { d.open(ui.PaneForecast); d.shows("capacity  ") }},
	{"f", "f", "forecasts for the provider", func(d *desk) { d.open(ui.PaneForecast); d.shows("capacity of p") }},
	{"f", "f f", "closes the forecast", func(d *desk) { d.open(ui.PaneTable) }},

	{"e", "", "opens the events", func(d *desk) { d.open(ui.PaneEvents); d.shows("events  ") }},
	{"e", "e", "closes the events", func(d *desk) { d.open(ui.PaneTable) }},
	{"esc", "e", "closes the events", func(d *desk) { d.open(ui.PaneTable) }},
	{"down j", "e", "scrolls the events", func(d *desk) { d.isAt("a") }},
	{"/", "e", "filters the events", func(d *desk) { d.open(ui.PaneEvents); d.shows("/ ▏") }},
	{"p", "", "pauses the picture", func(d *desk) { d.shows("❚ paused") }},
	{"p", "p", "lets it go on", func(d *desk) { d.shows("● live"); d.hides("paused") }},
	{"r", "down p", "does not act on a picture that stands", func(d *desk) { d.isCooling("b"); d.refuses("p lets it go on") }},
	{"n", "", "turns notifications on", func(d *desk) {
		d.shows("notifications on")
		equal(d.t, "a progress bar", d.m.View().ProgressBar != nil, true)
	}},
	{"n", "n", "turns notifications off", func(d *desk) {
		d.shows("notifications off")
		equal(d.t, "a progress bar", d.m.View().ProgressBar != nil, false)
	}},

	{"y", "", "copies the id", func(d *desk) {
		equal(d.t, "the message", fmt.Sprint(d.last), "a")
		d.shows("✓ id a copied")
	}},

	{"enter d", "", "opens the detail", func(d *desk) { d.open(ui.PaneDetail) }},
	{"enter d", "enter", "closes the detail", func(d *desk) { d.open(ui.PaneTable) }},
	{"esc", "d", "closes the detail", func(d *desk) { d.open(ui.PaneTable) }},
	{"esc", "?", "closes the help", func(d *desk) { d.open(ui.PaneTable) }},
	{"esc", "space", "takes the marks away", func(d *desk) { d.marks() }},
	{"esc", "x", "closes the form", func(d *desk) { equal(d.t, "an open dialog", d.m.dialog != nil, false) }},
	{"esc", "", "does nothing otherwise", func(d *desk) { d.open(ui.PaneTable); d.isAt("a") }},
	{"T", "", "shows the clock", func(d *desk) { d.shows("BACK AT"); d.hides("BACK IN") }},
	{"T", "T", "shows the distance again", func(d *desk) { d.shows("BACK IN"); d.hides("BACK AT") }},
	{"t", "", "raises the contrast", func(d *desk) { d.shows("✓ theme: high contrast on a dark background; t goes on to light") }},
	{"t", "t", "makes it light", func(d *desk) { d.shows("✓ theme: light;") }},
	{"t", "t t t", "makes it dark again", func(d *desk) { d.shows("✓ theme: dark;") }},
	{"m", "", "switches the mouse on", func(d *desk) { d.shows("✓ mouse on:", "m turns it off again") }},
	{"m", "m", "switches the mouse off", func(d *desk) { d.shows("✓ mouse off:") }},
	{"?", "", "opens the help", func(d *desk) { d.open(ui.PaneHelp) }},
	{"?", "?", "closes the help", func(d *desk) { d.open(ui.PaneTable) }},
	{"?", "d", "opens the help over the detail", func(d *desk) { d.open(ui.PaneHelp) }},
	{"d", "?", "opens the detail over the help", func(d *desk) { d.open(ui.PaneDetail) }},
	{"down j", "?", "does not move behind the help", func(d *desk) { d.isAt("a") }},
	{"down j", "d", "moves behind the detail", func(d *desk) { d.isAt("b"); d.shows("label-b") }},
	{"ctrl+z", "", "goes to the shell", func(d *desk) { equal(d.t, "the message", fmt.Sprintf("%T", d.last), "tea.SuspendMsg") }},
	{"q ctrl+c", "", "quits", func(d *desk) { equal(d.t, "the message", fmt.Sprintf("%T", d.last), "tea.QuitMsg") }},
	{"q ctrl+c", "?", "quits from the help", func(d *desk) { equal(d.t, "the message", fmt.Sprintf("%T", d.last), "tea.QuitMsg") }},
}

func TestKeys(t *testing.T) {
	for _, e := range effects {
		for _, k := range strings.Fields(e.keys) {
			t.Run(strings.TrimSpace(e.before+" "+k)+" "+e.does, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := sitReading(t, twoOut)
					for _, b := range strings.Fields(e.before) {
						d.act(b)
					}
					d.act(k)
					e.check(d)
				})
			})
		}
	}
}

// Every key of the key map has its place in the table above.
func TestEveryKeyHasAnEffect(t *testing.T) {
	known := map[string]bool{}
	for _, e := range effects {
		for _, k := range strings.Fields(e.keys) {
			known[k] = true
		}
	}
	keys := newKeyMap()
	for _, b := range bindings(&keys) {
		for _, k := range b.Keys() {
			if !known[k] {
				t.Errorf("no test says what %q does (%s)", k, b.Help().Desc)
			}
		}
	}
}

func TestNoKeyMeansTwoThings(t *testing.T) {
	keys, owner := newKeyMap(), map[string]string{}
	for _, b := range bindings(&keys) {
		for _, k := range b.Keys() {
			if other, taken := owner[k]; taken {
				t.Errorf("%q means %q and %q", k, other, b.Help().Desc)
			}
			owner[k] = b.Help().Desc
		}
	}
}

func TestAKeyThatMeansNothingDoesNothing(t *testing.T) {
	d := sitReading(t, twoOut)
	before := d.screen()
	for _, k := range []string{"z", "Q", "ctrl+x", "tab"} {
		if cmd := d.press(k); cmd != nil {
			t.Errorf("%q does something", k)
		}
	}
	equal(t, "the screen", d.screen(), before)
}

// The help lists every binding of the key map that is enabled, once.
func TestTheHelpListsEveryKeyOnce(t *testing.T) {
	d := sitReading(t, twoOut)
	d.send(tea.WindowSizeMsg{Width: 160, Height: 80})
	d.press("?")
	lines := strings.Split(d.screen(), "\n")
	help := strings.Join(lines[:len(lines)-1], "\n") // without the footer
	for _, b := range bindings(&d.m.keys) {
		h := b.Help()
		if !b.Enabled() || h.Key == "" || h.Desc == "" {
			t.Errorf("%q is not for the help: enabled %v, help %+v", b.Keys(), b.Enabled(), h)
		}
		line := regexp.MustCompile(`(?m)(?:^|  ) *` + regexp.QuoteMeta(h.Key) + ` +` + regexp.QuoteMeta(h.Desc) + `(  |$)`)
		if n := len(line.FindAllString(help, -1)); n != 1 {
			t.Errorf("the help lists %s %q %d times:\n%s", h.Key, h.Desc, n, help)
		}
	}
}

// What is disabled acts on nothing, and neither help nor footer tells of it.
func TestADisabledKeyIsNowhere(t *testing.T) {
	d := sitReading(t, twoOut)
	d.m.keys.Theme.SetEnabled(false)
	d.press("t")
	equal(t, "the scheme", d.m.scheme, ui.SchemeDark)
	d.press("?")
	d.hides(d.m.keys.Theme.Help().Desc)
}

// The footer only offers what there is: keys of the key map, with words of
// their own.
func TestTheFooterIsFromTheKeyMap(t *testing.T) {
	keys := newKeyMap()
	known := map[string]bool{}
	for _, b := range append(bindings(&keys), keys.Move) {
		known[strings.Join(b.Keys(), " ")] = true
	}
	for _, open := range []bool{true, false} {
		for _, listed := range []bool{true, false} {
			for _, b := range keys.short(map[bool]ui.Pane{false: ui.PaneTable, true: ui.PaneDetail}[open], listed) {
				if !known[strings.Join(b.Keys(), " ")] {
					t.Errorf("the footer offers %q, which the key map does not", b.Keys())
				}
			}
		}
	}
}

// On a small terminal the help is scrolled, to its end and not beyond.
func TestTheHelpScrolls(t *testing.T) {
	d := sitReading(t, twoOut)
	d.send(tea.WindowSizeMsg{Width: 60, Height: 12})
	d.press("?")
	d.shows("up", "↓ more")
	first := d.screen()
	for _, k := range []string{"up", "pgup", "g"} {
		d.press(k)
		equal(t, "the help after "+k, d.screen(), first)
	}
	d.press("G")
	end := d.screen()
	d.hides("↓ more")
	d.shows("policy")
	for _, k := range []string{"down", "pgdown", "j", "end"} {
		d.press(k)
		equal(t, "the help after "+k, d.screen(), end)
	}
	for range 100 {
		d.press("up")
	}
	equal(t, "the help at its top", d.screen(), first)
	d.press("down", "esc", "?")
	equal(t, "the help opened again", d.screen(), first)
}

// act presses a key and does what follows from it. Messages for the program
// are remembered.
func (d *desk) act(k string) {
	d.t.Helper()
	d.finish(d.press(k))
}

func (d *desk) open(p ui.Pane) {
	d.t.Helper()
	equal(d.t, "the open pane", d.m.pane, p)
}

func (d *desk) asks() {
	d.t.Helper()
	if d.m.dialog == nil {
		d.t.Errorf("no dialog is open:\n%s", d.screen())
	}
}

// refuses checks the answer to a key that can do nothing.
func (d *desk) refuses(words string) {
	d.t.Helper()
	if d.m.answer == nil || d.m.answer.Kind != ui.AnswerRefused || !strings.Contains(d.m.answer.Text, words) {
		d.t.Errorf("the answer is %+v, want a refusal that says %q", d.m.answer, words)
		return
	}
	d.shows(strings.Fields(ansi.Strip(d.m.answer.Text))[0])
}

// marks checks which credentials are marked.
func (d *desk) marks(refs ...string) {
	d.t.Helper()
	got := map[string]bool{}
	for ref, on := range d.m.marked {
		if on {
			got[ref.String()] = true
		}
	}
	want := map[string]bool{}
	for _, r := range refs {
		want[r] = true
	}
	if !reflect.DeepEqual(got, want) {
		d.t.Errorf("marked are %v, want %v", got, want)
	}
}
