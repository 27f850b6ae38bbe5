package model

import (
	"fmt"
	"image/color"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"pooltop/ui"
	"pooltop/ui/theme"
)

// hasTheme checks that the dashboard is drawn in a scheme and for what a
// terminal can show.
func (d *dashboard) hasTheme(scheme theme.Scheme, profile colorprofile.Profile) {
	d.t.Helper()
	if !reflect.DeepEqual(d.m.theme, scheme.Theme(profile)) {
		d.t.Errorf("the theme is not that of %v, %v", scheme, profile)
	}
}

// Dark and with all colours, until the terminal says what it is.
func TestTheTerminalChoosesTheTheme(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.hasTheme(theme.SchemeDark, colorprofile.TrueColor)

	d.send(tea.BackgroundColorMsg{Color: color.White})
	d.hasTheme(theme.SchemeLight, colorprofile.TrueColor)
	d.send(tea.BackgroundColorMsg{Color: color.Black})
	d.hasTheme(theme.SchemeDark, colorprofile.TrueColor)

	d.send(tea.BackgroundColorMsg{Color: color.White})
	for _, p := range []colorprofile.Profile{colorprofile.ANSI256, colorprofile.ANSI, colorprofile.ASCII, colorprofile.NoTTY, colorprofile.TrueColor} {
		d.send(tea.ColorProfileMsg{Profile: p})
		d.hasTheme(theme.SchemeLight, p)
	}
}

func TestAPersonChoosesTheTheme(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.send(tea.ColorProfileMsg{Profile: colorprofile.ANSI256})
	said := ""
	for _, scheme := range []theme.Scheme{theme.SchemeContrastDark, theme.SchemeLight, theme.SchemeContrastLight, theme.SchemeDark} {
		d.press("t")
		d.hasTheme(scheme, colorprofile.ANSI256)
		d.shows("theme: " + scheme.String())
		words := strings.ReplaceAll(d.screen(), d.m.status.Text, "")
		if said != "" {
			equal(t, "the other words", strings.Join(strings.Fields(words), " "), said)
		}
		said = strings.Join(strings.Fields(words), " ")
	}
	d.send(tea.BackgroundColorMsg{Color: color.White}) // a late answer
	d.hasTheme(theme.SchemeDark, colorprofile.ANSI256)
}

// On a light terminal the first choice is the contrast, not a scheme that
// cannot be read there.
func TestTheNextThemeIsForTheSameBackground(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.send(tea.BackgroundColorMsg{Color: color.White})
	d.press("t")
	d.hasTheme(theme.SchemeContrastLight, colorprofile.TrueColor)
}

func TestWithoutColoursThereIsNoThemeToChoose(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.send(tea.ColorProfileMsg{Profile: colorprofile.ASCII})
	d.press("t")
	d.refuses("no colours")
	d.send(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
	d.hasTheme(theme.SchemeDark, colorprofile.TrueColor)
}

// What an agent did to a written entry stays until it is read.
func TestAThemeCoversNoNotice(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.m.setStatus(ui.AnswerNotice, "an agent was here")
	d.press("t")
	d.shows("an agent was here")
	d.hasTheme(theme.SchemeContrastDark, colorprofile.TrueColor)
}

// Without colours shapes tell what colours would, and no colour is set.
func TestWithoutColours(t *testing.T) {
	for _, p := range []colorprofile.Profile{colorprofile.ASCII, colorprofile.NoTTY} {
		d := startDashboard(t, twoOut)
		d.send(tea.ColorProfileMsg{Profile: p})
		equal(t, "shapes", d.m.theme.Shapes, true)
		for _, colour := range []string{"\x1b[3", "\x1b[4", ";38;", ";48;", "\x1b[9"} {
			if strings.Contains(d.m.View().Content, colour) {
				t.Errorf("%v is drawn with %q", p, colour)
			}
		}
		d.shows("● label-a", "◔ label-b", "✕ label-f")
	}
}

// states are what the dashboard may show, by the way that leads there.
var states = map[string]func(t *testing.T) *dashboard{
	"nothing read": func(t *testing.T) *dashboard { return newDashboard(t, twoOut) },
	"no file":      func(t *testing.T) *dashboard { return startDashboard(t, "") },
	"unreadable":   func(t *testing.T) *dashboard { return startDashboard(t, broken) },
	"no pool":      func(t *testing.T) *dashboard { return startDashboard(t, `{}`) },
	"empty pool":   func(t *testing.T) *dashboard { return startDashboard(t, `{"credential_pool": {}}`) },
	"a pool":       func(t *testing.T) *dashboard { return startDashboard(t, twoOut) },
	"wide text":    func(t *testing.T) *dashboard { return startDashboard(t, wideText) },
	"stale": func(t *testing.T) *dashboard {
		d := startDashboard(t, twoOut)
		d.finish(d.fail())
		return d
	},
	"polling": func(t *testing.T) *dashboard {
		d := startDashboard(t, twoOut)
		d.finish(d.send(FileChanged{Polling: true, Interval: 2e9, Reason: strings.Repeat("a network file system ", 5)}))
		return d
	},
	"detail":             func(t *testing.T) *dashboard { return pressed(t, twoOut, "down", "d") },
	"detail of wide":     func(t *testing.T) *dashboard { return pressed(t, wideText, "d") },
	"help":               func(t *testing.T) *dashboard { return pressed(t, twoOut, "?") },
	"marked":             func(t *testing.T) *dashboard { return pressed(t, twoOut, "a") },
	"a form":             func(t *testing.T) *dashboard { return pressed(t, twoOut, "x") },
	"a form of wide":     func(t *testing.T) *dashboard { return pressed(t, wideText, "x") },
	"a question":         func(t *testing.T) *dashboard { return pressed(t, twoOut, "ctrl+r") },
	"a question of wide": func(t *testing.T) *dashboard { return pressed(t, wideText, "ctrl+r") },
	"an answer":          func(t *testing.T) *dashboard { return pressed(t, twoOut, "down", "r") },
}

// wideText has labels of every width, and long ones.
var wideText = `{"credential_pool": {"` + strings.Repeat("プロバイダ", 20) + `": [
	{"id": "a", "label": "` + strings.Repeat("キー🔑", 60) + `", "last_status": "exhausted", "last_status_at": 1795433400,
	 "last_error_code": 429, "last_error_reason": "` + strings.Repeat("理由", 90) + `", "last_error_message": "` + strings.Repeat("👩‍👩‍👧 e\u0301 ", 90) + `"},
	{"id": "b", "label": "` + strings.Repeat("long", 100) + `", "priority": 1, "last_status": "exhausted", "last_status_at": 1795433400}]}}`

func pressed(t *testing.T, content string, keys ...string) *dashboard {
	t.Helper()
	d := startDashboard(t, content)
	for _, k := range keys {
		d.act(k)
	}
	return d
}

// Whatever the dashboard shows, it fits the window, at any size and at any
// time.
func TestTheViewFitsTheWindow(t *testing.T) {
	widths := []int{1, 9, 10, 19, 20, 33, 49, 50, 79, 80, 109, 110, 120, 200}
	heights := []int{1, 3, 4, 5, 6, 7, 9, 12, 24, 28, 36, 60}
	for name, make := range states {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := make(t)
				for _, w := range widths {
					for _, h := range heights {
						d.send(tea.WindowSizeMsg{Width: w, Height: h})
						if !d.fits(w, h) {
							return // one is enough to look at
						}
					}
				}
			})
		})
	}
}

func (d *dashboard) fits(w, h int) bool {
	d.t.Helper()
	lines := strings.Split(d.m.View().Content, "\n")
	if len(lines) > h {
		d.t.Errorf("%d lines in a window of %d×%d", len(lines), w, h)
		return false
	}
	for i, l := range lines {
		if n := max(ansi.StringWidth(l), ansi.StringWidthWc(l)); n > w {
			d.t.Errorf("line %d is %d cells wide in a window of %d×%d: %q", i+1, n, w, h, ansi.Strip(l))
			return false
		}
	}
	return true
}

// A window of no size is one whose size is not known yet: nothing is drawn.
func TestWithoutAWindowNothingIsDrawn(t *testing.T) {
	d := startDashboard(t, twoOut)
	for _, size := range []tea.WindowSizeMsg{{}, {Width: 80}, {Height: 24}} {
		d.send(size)
		equal(t, fmt.Sprint("the view of ", size), d.m.View().Content, "")
		equal(t, "the alternate screen", d.m.View().AltScreen, true)
	}
}

// A resize loses nothing: back at its size the screen is as it was.
func TestAResizeLosesNothing(t *testing.T) {
	for _, keys := range [][]string{{"down", "down"}, {"G", "d"}, {"?"}} {
		d := startDashboard(t, twoOut)
		d.press(keys...)
		before := d.screen()
		for _, size := range []tea.WindowSizeMsg{{Width: 200, Height: 60}, {Width: 5, Height: 2}, {Width: 30, Height: 8}, {}, {Width: 120, Height: 36}} {
			d.send(size)
		}
		equal(t, "the screen", d.screen(), before)
	}
}

// The view takes the whole screen, asks whether somebody looks, and says in the
// title how the pool stands.
func TestTheViewOfTheTerminal(t *testing.T) {
	v := startDashboard(t, twoOut).m.View()
	equal(t, "the alternate screen", v.AltScreen, true)
	equal(t, "the question for the focus", v.ReportFocus, true)
	equal(t, "the title", v.WindowTitle, "3/7 ready · pooltop")
	equal(t, "a progress bar, unasked", v.ProgressBar == nil, true)
	equal(t, "the title before anything is read", newDashboard(t, "").m.View().WindowTitle, "pooltop")
}
