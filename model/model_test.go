package model

import (
	"bytes"
	"fmt"
	"image/color"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

// hasTheme checks the scheme and the color profile of the dashboard.
func (d *dashboard) hasTheme(scheme theme.Scheme, profile colorprofile.Profile) {
	d.t.Helper()
	if !reflect.DeepEqual(d.m.theme, scheme.Theme(profile)) {
		d.t.Errorf("the theme is not the one for %v, %v", scheme, profile)
	}
}

func TestUpdate_ThemeOfTerminal(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.hasTheme(theme.SchemeDark, colorprofile.TrueColor)
	d.send(tea.BackgroundColorMsg{Color: color.White})
	d.hasTheme(theme.SchemeLight, colorprofile.TrueColor)
	for _, p := range []colorprofile.Profile{colorprofile.NoTTY, colorprofile.ASCII, colorprofile.ANSI, colorprofile.ANSI256} {
		d.send(tea.ColorProfileMsg{Profile: p})
		d.hasTheme(theme.SchemeLight, p)
	}
	d.press("t") // another scheme for the same background
	d.hasTheme(theme.SchemeContrastLight, colorprofile.ANSI256)
}

func TestNextTheme(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.send(tea.BackgroundColorMsg{Color: color.Black})
	for _, scheme := range []theme.Scheme{
		theme.SchemeContrastDark, theme.SchemeCatppuccin, theme.SchemeGruvbox, theme.SchemeTerminal, theme.SchemeDark,
	} {
		d.press("t")
		d.hasTheme(scheme.On(theme.BackgroundDark, colorprofile.TrueColor))
		d.shows("theme: " + scheme.String())
	}
	d.send(tea.BackgroundColorMsg{Color: color.White}) // a late reply
	d.hasTheme(theme.SchemeDark, colorprofile.TrueColor)
	d.press("t")
	d.hasTheme(theme.SchemeLight, colorprofile.TrueColor)
	d.send(tea.ColorProfileMsg{Profile: colorprofile.ASCII})
	d.press("t")
	d.refuses("no colors")
}

func TestNew_Config(t *testing.T) {
	light := theme.SchemeContrastLight
	d := newDashboard(t, twoOut, func(c *Config) {
		c.Scheme, c.Order, c.Descending, c.Without = &light, filter.OrderStreak, true, ui.AllBut(ui.ColumnAt)
	})
	d.shows("waiting for")
	equal(t, "messages of Init, which does not query the background", len(results(d.m.Init())), 2)
	d.finish(d.m.loadAll())
	d.shows("▴ streak", "BACK IN", " AT")
	d.hides("WHY", "STREAK", "COOLDOWN", "NEXT FAIL")
	d.send(tea.BackgroundColorMsg{Color: color.Black})
	d.hasTheme(theme.SchemeContrastLight, d.m.profile)
}

// TestNew_ThemeTerminal checks that the scheme with the terminal's own colors is adapted to the
// terminal's background, which must be queried.
func TestNew_ThemeTerminal(t *testing.T) {
	d := newDashboard(t, twoOut, func(c *Config) { c.Scheme = new(theme.SchemeTerminal) })
	d.hasTheme(theme.SchemeTerminal, colorprofile.ANSI)
	equal(t, "messages of Init, which queries the background", len(results(d.m.Init())), 3)
	d.send(tea.BackgroundColorMsg{Color: color.White})
	d.hasTheme(theme.SchemeLight, colorprofile.ANSI)
}

// wideText is the content of a store whose labels have characters of every width or are
// very long.
var wideText = `{"credential_pool": {"` + strings.Repeat("プロバイダ", 20) + `": [
	{"access_token": "none", "id": "a", "label": "` + strings.Repeat("キー🔑", 60) + `", "last_status": "exhausted", "last_status_at": 1795433400,
	 "last_error_code": 429, "last_error_reason": "` + strings.Repeat("理由", 90) + `", "last_error_message": "` + strings.Repeat("👩‍👩‍👧 e\u0301 ", 90) + `"},
	{"access_token": "none", "id": "b", "label": "` + strings.Repeat("long", 100) + `", "priority": 1, "last_status": "exhausted", "last_status_at": 1795433400}]}}`

func TestView_FitsWindow(t *testing.T) {
	for content, screens := range map[string][]string{ // maps the content of a store to the keys that open each screen
		"": {""}, broken: {""}, `{}`: {""}, `{"credential_pool": {}}`: {""},
		twoOut:   {"", "down d", "?", "e", "f", "a", "x", "ctrl+r", "down r"},
		wideText: {"", "d", "x", "ctrl+r"},
	} {
		for _, keys := range screens {
			d := startDashboard(t, content)
			d.do(keys)
			for _, w := range []int{1, 9, 19, 20, 33, 49, 50, 79, 80, 109, 110, 120, 200} {
				for _, h := range []int{1, 4, 5, 6, 7, 9, 12, 24, 28, 36, 60} {
					d.send(tea.WindowSizeMsg{Width: w, Height: h})
					lines := strings.Split(d.m.View().Content, "\n")
					if len(lines) > h {
						t.Fatalf("%d lines in a window of %d×%d after %q", len(lines), w, h, keys)
					}
					for i, l := range lines {
						if n := max(ansi.StringWidth(l), ansi.StringWidthWc(l)); n > w {
							t.Fatalf("line %d is %d cells wide in a window of %d×%d after %q: %q", i+1, n, w, h, keys, ansi.Strip(l))
						}
					}
				}
			}
		}
	}
}

func TestView_UnknownSize(t *testing.T) {
	d := startDashboard(t, twoOut)
	for _, size := range []tea.WindowSizeMsg{{}, {Width: 80}, {Height: 24}} {
		d.send(size)
		equal(t, fmt.Sprint("the view of ", size), d.m.View().Content, "")
		equal(t, "the alternate screen", d.m.View().AltScreen, true)
	}
}

func TestUpdate_ResizedBack(t *testing.T) {
	for _, keys := range []string{"down down", "G d", "?"} {
		d := startDashboard(t, twoOut)
		d.press(keys)
		before := d.screen()
		for _, size := range []tea.WindowSizeMsg{{Width: 200, Height: 60}, {Width: 5, Height: 2}, {Width: 30, Height: 8}, {}, {Width: 120, Height: 36}} {
			d.send(size)
		}
		equal(t, "the screen", d.screen(), before)
	}
}

// TestUpdate_EscTwice checks two quick presses of esc, which a terminal sends as alt+esc.
// They clear the filter and close the events.
func TestUpdate_EscTwice(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.press("e / x")
	d.press("alt+esc")
	equal(t, "the view", d.m.view(), ui.PaneTable)
	equal(t, "typing", d.m.filterField().typing, false)
}

// observed is a model that sends its screen to a channel after each new snapshot.
type observed struct {
	Model
	screens chan<- string
}

func (o observed) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	before, sized := o.pool, o.width > 0
	next, cmd := o.Model.Update(msg)
	o.Model = next.(Model)
	// The first load may finish before the size of the terminal is known.
	if o.pool != nil && o.width > 0 && (o.pool != before || !sized) {
		o.screens <- ansi.Strip(o.View().Content)
	}
	return o, cmd
}

// TestModel_InProgram runs the model in a real Bubble Tea program and checks that all of its
// commands finish: synctest.Test waits for every goroutine to exit.
func TestModel_InProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDashboard(t, poolOf("p: first"))
		screens, ended := make(chan string, 1), make(chan error)
		var out bytes.Buffer
		program := tea.NewProgram(observed{New(d.m.cfg), screens},
			tea.WithContext(t.Context()), tea.WithInput(new(bytes.Buffer)), tea.WithOutput(&out),
			tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithColorProfile(colorprofile.ASCII),
			tea.WithWindowSize(120, 36), tea.WithoutSignalHandler())
		go func() {
			_, err := program.Run()
			ended <- err
		}()
		equal(t, "the first pool is shown", strings.Contains(<-screens, "label-first"), true)
		d.write(poolOf("p: second"))
		program.Send(FileChanged{})
		equal(t, "the second pool is shown", strings.Contains(<-screens, "label-second"), true)
		program.Send(keyPress(t, "q"))
		equal(t, "the error", <-ended, nil)
		<-time.After(time.Second) // the last tick
		equal(t, "the second pool is drawn", strings.Contains(out.String(), "label-second"), true)
	})
}
