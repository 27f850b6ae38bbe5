package model

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"pooltop/poolstate"
)

func TestOpenDialog_SmallTerminal(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("R")
	d.send(tea.WindowSizeMsg{Width: 18, Height: 4})
	d.do("y") // a dialog that is not drawn cannot be answered
	equal(t, "the file", d.text(), mixedPool)
	d.do("esc x")
	d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
	d.shows("✕ the terminal is too small for a dialog")
}

func TestShow_EmptyPoolCancelsDialog(t *testing.T) {
	for _, k := range []string{"x", "ctrl+r"} {
		d := dashboardAt(t, "a")
		d.do(k)
		d.change(`{"credential_pool": {}}`, "canceled: the pool has no credentials; nothing was written")
		d.do("q")
		equal(t, "the message after q", d.last, tea.Msg(tea.QuitMsg{}))
	}
}

func TestHoldForm_PreviewAndSubmit(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("x")
	d.shows("hold cooling-key of p", "code       429", "streak 2 → 3, 4h (×4), until 16:00", "running agents notice at their next reload")
	d.do("4 5 m", "streak 2 → 3, 45m, until 12:45", "! the hold ends before the current deadline: cooling until 13:30 (1h30m00s)")
	d.do("q enter") // an invalid form is not submitted
	d.shows("▌ duration", `"45mq" is not a duration`)
	d.do("tab shift+tab")
	d.send(tea.KeyPressMsg{Code: tea.KeyBackspace})
	d.do("tab q u o t a enter", "hold 1 credential in", "! the hold ends before the current deadline: cooling until 13:30", "▌no")
	d.do("y", "✓ hold cooling-key: cooling, streak 2, until", "→ held, streak 3, until 12:45", "quota")
}

// TestHoldForm_Curve checks that the configured curve determines the default length, in the
// preview and in the file.
func TestHoldForm_Curve(t *testing.T) {
	d := dashboardAt(t, "a")
	d.m.cfg.Curve = poolstate.Curve{Providers: map[string]poolstate.Schedule{
		"p": {Factor: 1.5, Base: map[int]time.Duration{429: 80 * time.Minute}},
	}}
	d.do("x", "streak 2 → 3, 3h (×2.25), until 15:00")
	d.do("enter", "→ held, streak 3, until 15:00")
}

func TestHoldForm_Code(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("x up", "▌ code       429", "←→ code")
	for _, code := range []string{"402", "401", "403", "500", "429"} {
		d.do("right", "▌ code       "+code)
	}
	d.do("left", "▌ code       500")
	d.do("right right right")
	d.shows("streak 2 → 3, 1h30m, until 13:30") // the cooldown for 401 is five minutes, but the current one is longer
	for range 3 {
		d.send(tea.KeyPressMsg{Code: tea.KeyBackspace})
	}
	d.shows("code: enter a number such as 429")
	d.do("esc", "– hold canceled; nothing was written")
	equal(t, "the file", d.text(), mixedPool)
}

// TestHoldForm_UpDown checks that up and down move between the fields without changing a
// value.
func TestHoldForm_UpDown(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("x 4 5 m")
	for _, step := range []string{"down reason", "down code", "down duration", "up code", "up reason", "up duration"} {
		k, field, _ := strings.Cut(step, " ")
		d.do(k, "▌ "+field, "code       429", "duration   45m", "until 12:45")
	}
	d.hides("←→ code")
}

// TestHoldForm_Hints checks that the hints of the focused field are visible in 80 columns.
func TestHoldForm_Hints(t *testing.T) {
	d := dashboardAt(t, "e") // agents would retry it early after a 429, because it is the only credential of its provider
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	d.do("x", "code       402           because agents would retry early after a 429", "90m, 3 hours, 18:00; empty: backoff decides")
	d.do("up", "←→ 429, 402, 401, 403, 500, or type one")
	d.do("right down")
	d.hides("agents would retry early")
	d.do("down", "optional; shown to others")
	d.send(tea.WindowSizeMsg{Width: 60, Height: 24})
	d.do("up", "90m, 3 hours, 18:00")
	d.hides("empty:")
}

func TestHoldForm_Length(t *testing.T) {
	for _, tt := range []struct {
		typed, form, answer string
	}{
		{"18:00", "6h, until 18:00", "held, streak 3, until 18:00"},
		{"11:00", "23h, until Tue 11:00", "held, streak 3, until Tue 11:00"},
		{"3 hours", "3h, until 15:00", "held, streak 3, until 15:00"},
		{"90m", "1h30m, until 13:30", "held, streak 3, until 13:30"},
		{"31d", "31d, until 24 Dec 12:00", "held, streak 3, until 24 Dec 12:00"},
		{"40d", "! the hold is longer than 31 days: until 2 Jan 2027 (40d)", "held, streak 3, until 2 Jan 2027"},
	} {
		d := dashboardAt(t, "a")
		d.do("x")
		d.handle(tea.PasteMsg{Content: tt.typed}, tt.form)
		if tt.typed != "40d" {
			d.hides("longer than 31 days")
		}
		d.do("enter", "✓ hold cooling-key", tt.answer)
	}
}

// TestHoldForm_Prefix checks that a duration that may become valid with more text is reported
// as invalid only when it is submitted or loses the focus.
func TestHoldForm_Prefix(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("x")
	for _, c := range "18:00" {
		d.do(string(c), "90m, 3 hours, 18:00")
		d.hides("is not a duration")
	}
	d.do("backspace backspace")
	d.hides("is not a duration")
	d.do("enter", `"18:" is not a duration; try 45m`)
	d.do("0")
	d.hides("is not a duration")
	d.do("tab", `"18:0" is not a duration`)
	d.do("up x", `"18:0x" is not a duration`)
}

// TestDialogView_Narrow checks that a confirmation shows the result in 80 columns, however
// long the name is.
func TestDialogView_Narrow(t *testing.T) {
	d := startDashboard(t, strings.ReplaceAll(mixedPool, "cooling-key", "a-seat-with-a-long-name@example.com"))
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	d.do("x 9 m enter", "p/a-seat-with-a-long-name@example.com  → held, streak 3, until 12:09", "▌no")
}

func TestHoldForm_Paste(t *testing.T) {
	d := dashboardAt(t, "a")
	d.press("x")
	d.send(tea.PasteMsg{Content: "45\x1b[2Jm"})
	d.hides("\x1b")
	d.press("esc /")
	d.send(tea.PasteMsg{Content: "held\u202e"})
	d.shows("/ held")
}

// textFields are the keys that focus each text field of the dashboard.
var textFields = []string{"/", "e /", "x", "x tab", "x shift+tab"}

// textFieldKeys returns all keys that a text field handles, and some text.
func textFieldKeys(t testing.TB) []tea.KeyPressMsg {
	var names []string
	bindings := []key.Binding{dialogKeys.Next, dialogKeys.Previous, dialogKeys.Earlier, dialogKeys.Later}
	for _, f := range reflect.ValueOf(textinput.DefaultKeyMap()).Fields() {
		bindings = append(bindings, f.Interface().(key.Binding))
	}
	for _, b := range bindings {
		names = append(names, b.Keys()...)
	}
	slices.Sort(names)
	var keys []tea.KeyPressMsg
	for _, name := range slices.Compact(names) {
		keys = append(keys, keyPress(t, name))
	}
	for _, typed := range []string{" ", "a", "4", "日", "🔑", "e\u0301", "\u0301", "ि", "\u202e", "👩\u200d💻"} {
		keys = append(keys, tea.KeyPressMsg{Code: tea.KeyExtended, Text: typed})
	}
	return keys
}

// editField focuses a text field, pastes text, moves the cursor to a position and
// presses keys. It checks the screen and the cursor after each key.
func editField(d *dashboard, field, text string, position int, keys ...tea.KeyPressMsg) {
	d.t.Helper()
	d.press(field)
	d.send(tea.PasteMsg{Content: text})
	in := func() *textinput.Model {
		if d.m.dialog != nil {
			return &d.m.dialog.form.inputs[d.m.dialog.form.focus]
		}
		return d.m.filterField().input
	}
	in().SetCursor(position)
	for _, k := range keys {
		d.send(k)
		if at, n := in().Position(), len([]rune(in().Value())); at < 0 || at > n {
			d.t.Fatalf("the cursor is at %d of %d after %q in %q", at, n, k, text)
		}
		for _, line := range strings.Split(d.m.View().Content, "\n") {
			if ansi.StringWidthWc(line) > d.m.width {
				d.t.Fatalf("too wide after %q in %q: %q", k, text, ansi.Strip(line))
			}
		}
	}
	d.press("esc")
}

func TestEdit_KeysAtEveryPosition(t *testing.T) {
	d, keys := dashboardAt(t, "a"), textFieldKeys(t)
	for _, text := range []string{"", "a b ", "日हि🔑"} {
		for _, field := range textFields {
			for at := range len([]rune(text)) + 1 {
				for _, k := range keys {
					editField(d, field, text, at, k)
				}
			}
		}
	}
}

func TestEdit_DeleteWordForward(t *testing.T) {
	for text, want := range map[string]string{"": "", "x": "", "xy": "", "xy z": " z", "日": "", "x ": ""} {
		for _, k := range []string{"alt+d", "alt+delete", "ctrl+delete"} {
			in := textinput.New()
			in.SetValue(text)
			in.CursorStart()
			_ = in.Focus()
			edit(&in, keyPress(t, k))
			equal(t, k+" before "+text, in.Value(), want)
		}
	}
}

// FuzzEdit presses arbitrary keys in each text field, with arbitrary text.
func FuzzEdit(f *testing.F) {
	keys := textFieldKeys(f)
	for i := range textFields {
		f.Add(uint8(i), "until 18:00 日本", uint8(3), []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
		f.Add(uint8(i), "x", uint8(0), []byte("\x10\x01\x20\x18\x02\x02"))
	}
	f.Fuzz(func(t *testing.T, field uint8, text string, position uint8, presses []byte) {
		d := dashboardAt(t, "a")
		var pressed []tea.KeyPressMsg
		for _, b := range presses[:min(len(presses), 64)] {
			pressed = append(pressed, keys[int(b)%len(keys)])
		}
		editField(d, textFields[int(field)%len(textFields)], text, int(position), pressed...)
	})
}
