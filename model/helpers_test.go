package model

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// dashboard is a model on a temporary file, without a Bubble Tea program. Tests send it
// messages, run its commands and advance its clock.
type dashboard struct {
	t     testing.TB
	file  string
	now   time.Time
	m     Model
	last  tea.Msg         // last message that finish has sent
	raw   []string        // raw sequences sent to the terminal
	waits []time.Duration // delays of all requested ticks, which are never sent
}

// newDashboard returns a dashboard of 120×36 cells that has not read anything yet. The
// store has the given content, or no file if content is empty.
func newDashboard(t testing.TB, content string, configured ...func(*Config)) *dashboard {
	t.Helper()
	d := &dashboard{t: t, file: filepath.Join(t.TempDir(), "auth.json"), now: noon}
	if content != "" {
		d.write(content)
	}
	cfg := Config{
		Stores: []Store{{
			Operator: &journal.Operator{
				Store:   poolstate.Open(d.file, poolstate.WithClock(d.clock)),
				Journal: journal.At(filepath.Join(filepath.Dir(d.file), "state", "events.jsonl")),
				Number:  func() string { return "an action" },
			},
			Path:         "~/.hermes/auth.json",
			ExplainWrite: func(err error) string { return err.Error() + "; nothing was written" },
			ExplainError: func(err error) string {
				if errors.Is(err, fs.ErrNotExist) {
					return "auth.json: gone"
				}
				return "auth.json: broken"
			},
		}},
		After: func(wait time.Duration, _ func(time.Time) tea.Msg) tea.Cmd {
			d.waits = append(d.waits, wait)
			return nil
		},
		Clock: Clock{Now: d.clock, Rate: 1},
	}
	for _, configure := range configured {
		configure(&cfg)
	}
	d.m = New(cfg)
	d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
	return d
}

func (d *dashboard) clock() time.Time { return d.now }

// startDashboard returns a dashboard that has read its store and journal.
func startDashboard(t *testing.T, content string, configured ...func(*Config)) *dashboard {
	t.Helper()
	d := newDashboard(t, content, configured...)
	d.finish(d.m.readJournal(d.m.stores...))
	d.finish(d.m.loadAll())
	return d
}

// write replaces the content of the file, or removes the file if content is empty.
func (d *dashboard) write(content string) {
	d.t.Helper()
	if content == "" {
		equal(d.t, "the error", os.Remove(d.file), nil)
		return
	}
	equal(d.t, "the error", os.WriteFile(d.file, []byte(content), 0o600), nil)
}

// send sends a message and returns the resulting command.
func (d *dashboard) send(msg tea.Msg) tea.Cmd {
	d.t.Helper()
	next, cmd := d.m.Update(msg)
	d.m = next.(Model)
	return cmd
}

// finish runs a command and all commands that result from it. In a synctest bubble, it
// takes no real time.
func (d *dashboard) finish(cmd tea.Cmd) {
	d.t.Helper()
	for _, msg := range results(cmd) {
		d.last = msg
		if raw, ok := msg.(tea.RawMsg); ok {
			d.raw = append(d.raw, fmt.Sprint(raw.Msg))
		}
		d.finish(d.send(msg))
	}
}

// handle sends a message, runs all resulting commands, and checks that the screen shows
// the given words. change, tick, press and do also check their words.
func (d *dashboard) handle(msg tea.Msg, words ...string) {
	d.t.Helper()
	d.finish(d.send(msg))
	d.shows(words...)
}

// change replaces the content of the file and lets the dashboard reload it.
func (d *dashboard) change(content string, words ...string) {
	d.t.Helper()
	d.write(content)
	d.handle(FileChanged{}, words...)
}

// tick advances the clock and sends a tick.
func (d *dashboard) tick(by time.Duration, words ...string) {
	d.t.Helper()
	d.later(by).send(ticked{})
	d.shows(words...)
}

// later advances the clock without a tick.
func (d *dashboard) later(by time.Duration) *dashboard { d.now = d.now.Add(by); return d }

// press presses keys, separated by spaces, and returns the command of the last one.
func (d *dashboard) press(keys string, words ...string) (cmd tea.Cmd) {
	d.t.Helper()
	for _, k := range strings.Fields(keys) {
		cmd = d.send(keyPress(d.t, k))
	}
	d.shows(words...)
	return cmd
}

// do presses keys and runs all resulting commands after each.
func (d *dashboard) do(keys string, words ...string) {
	d.t.Helper()
	for _, k := range strings.Fields(keys) {
		d.finish(d.press(k))
	}
	d.shows(words...)
}

// results runs a command, or all commands in a batch, and returns the messages.
func results(cmd tea.Cmd) []tea.Msg {
	if cmd == nil {
		return nil
	}
	switch msg := cmd().(type) {
	case nil:
		return nil
	case tea.BatchMsg:
		var all []tea.Msg
		for _, c := range msg {
			all = append(all, results(c)...)
		}
		return all
	default:
		return []tea.Msg{msg}
	}
}

// screen returns the dashboard's screen, without colors.
func (d *dashboard) screen() string { return ansi.Strip(d.m.View().Content) }

func (d *dashboard) shows(words ...string) { d.t.Helper(); d.contains(true, words) }

func (d *dashboard) hides(words ...string) { d.t.Helper(); d.contains(false, words) }

func (d *dashboard) contains(want bool, words []string) {
	d.t.Helper()
	for _, w := range words {
		if strings.Contains(d.screen(), w) != want {
			d.t.Errorf("%q is on the screen: %v, want %v:\n%s", w, !want, want, d.screen())
		}
	}
}

// at returns the id of the selected credential, or "" if none is selected.
func (d *dashboard) at() string {
	if d.m.selected == nil {
		return ""
	}
	return d.m.selected.ID
}

func (d *dashboard) isAt(id string) { d.t.Helper(); equal(d.t, "the selection", d.at(), id) }

// keyPress returns the message that Bubble Tea sends for a key.
func keyPress(t testing.TB, name string) tea.KeyPressMsg {
	t.Helper()
	codes := map[string]rune{
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd,
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "space": tea.KeySpace,
		"backspace": tea.KeyBackspace, "insert": tea.KeyInsert, "delete": tea.KeyDelete,
	}
	for i := range 20 {
		codes[fmt.Sprintf("f%d", i+1)] = tea.KeyF1 + rune(i)
	}
	mods, base := cutModifiers(name)
	msg := tea.KeyPressMsg{Code: codes[base], Mod: mods}
	switch {
	case base == "space" && mods == 0:
		msg.Text = " "
	case msg.Code == 0:
		if msg.Code = []rune(base)[0]; mods == 0 {
			msg.Text = base
		}
	}
	equal(t, "the name of the key press", msg.String(), name)
	return msg
}

// poolOf returns the content of a store. Each argument is a provider and the ids of its
// credentials, such as "openrouter: a b c".
func poolOf(providers ...string) string {
	var lists []string
	for _, p := range providers {
		name, ids, _ := strings.Cut(p, ":")
		var entries []string
		for i, id := range strings.Fields(ids) {
			entries = append(entries, fmt.Sprintf(`{"access_token": "none", "id": %q, "label": "label-%s", "priority": %d}`, id, id, i))
		}
		lists = append(lists, fmt.Sprintf("%q: [%s]", name, strings.Join(entries, ", ")))
	}
	return `{"credential_pool": {` + strings.Join(lists, ", ") + `}}`
}

func exhausted(id string, since time.Duration, streak int) string {
	return fmt.Sprintf(`{"access_token": "none", "id": %q, "label": "label-%s", "last_status": "exhausted", "last_status_at": %d, "last_error_code": 429, "consecutive_failures": %d}`,
		id, id, noon.Add(since).Unix(), streak)
}

func ready(id string, streak int) string {
	return fmt.Sprintf(`{"access_token": "none", "id": %q, "label": "label-%s", "consecutive_failures": %d}`, id, id, streak)
}

// pool returns the content of a store with one provider, p.
func pool(entries ...string) string {
	return `{"credential_pool": {"p": [` + strings.Join(entries, ", ") + `]}}`
}

// coolingPool returns the content of a store with one credential that is cooling until
// the given time and one that is ready.
func coolingPool(until time.Time) string {
	return fmt.Sprintf(`{"credential_pool": {"p": [{"access_token": "none", "id": "a", "label": "label-a", "last_status": "exhausted",
		"last_status_at": %d, "last_error_code": 429, "last_error_reset_at": %.3f}, {"access_token": "none", "id": "b", "priority": 1}]}}`,
		noon.Add(-time.Hour).Unix(), float64(until.UnixMilli())/1000)
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// isReady checks that exactly the given credentials are ready in the file.
func (d *dashboard) isReady(ids string) {
	d.t.Helper()
	snapshot, err := poolstate.Open(d.file).Load()
	equal(d.t, "the error", err, nil)
	var ready []string
	for c := range snapshot.Pool.All() {
		if poolstate.Backoff().Availability(c, d.now) == poolstate.Ready {
			ready = append(ready, c.ID)
		}
	}
	equal(d.t, "ready credentials in the file", strings.Join(ready, " "), ids)
}

// dashboardAt returns a dashboard on mixedPool with the given credential selected.
func dashboardAt(t *testing.T, id string) *dashboard {
	t.Helper()
	d := startDashboard(t, mixedPool)
	for range strings.Index("abcde", id) {
		d.press("j")
	}
	d.isAt(id)
	return d
}

func (d *dashboard) text() string {
	d.t.Helper()
	b, err := os.ReadFile(d.file)
	equal(d.t, "the error", err, nil)
	return string(b)
}

func batch(cmd tea.Cmd) []tea.Cmd {
	cmds, _ := cmd().(tea.BatchMsg)
	return cmds
}
