package ui

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

// epoch is the instant at which the samples were taken: 2026-11-23 09:20:00,
// a Monday.
var epoch = time.Unix(1795425600, 0).UTC()

// darkTheme and plainTheme are built once; a theme is read only.
var (
	darkTheme  = theme.SchemeDark.Theme(colorprofile.TrueColor)
	plainTheme = theme.Plain()
)

// longest is the longest duration.
const longest = time.Duration(math.MaxInt64)

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func sample(t testing.TB, name string) *poolstate.Pool {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "samples", name))
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, data)
}

func decoded(t testing.TB, data []byte) *poolstate.Pool {
	t.Helper()
	p, err := poolstate.Decode(data, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// entry is a credential as the file has it; providers are lists of them.
type (
	entry     map[string]any
	providers map[string]any
)

// poolOf returns the pool of a file with the given providers.
func poolOf(t testing.TB, p providers) *poolstate.Pool {
	t.Helper()
	data, err := json.Marshal(map[string]any{"credential_pool": p})
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, data)
}

// readyEntry is a credential without a failure.
func readyEntry(label string) entry {
	return entry{
		"id": "id-" + label, "label": label, "auth_type": "api_key", "source": "manual",
		"request_count": 7, "consecutive_failures": 0,
	}
}

// exhaustedEntry fell some time ago, with a streak that makes its cooldown 1h,
// 2h, 4h or 8h.
func exhaustedEntry(label string, ago time.Duration, streak int) entry {
	return readyEntry(label).with(entry{
		"last_status": "exhausted", "last_status_at": secondsAt(-ago), "last_error_code": 429,
		"last_error_reason": "rate_limit_error", "consecutive_failures": streak,
	})
}

func deadEntry(label string) entry {
	return readyEntry(label).with(entry{
		"last_status": "dead", "last_status_at": secondsAt(-24 * time.Hour), "last_error_code": 401,
		"last_error_reason": "token_revoked", "last_error_message": "OAuth token has been revoked",
	})
}

// with returns a copy of the entry with other fields; nil removes one.
func (e entry) with(fields entry) entry {
	out := entry{}
	for _, m := range []entry{e, fields} {
		for k, v := range m {
			out[k] = v
			if v == nil {
				delete(out, k)
			}
		}
	}
	return out
}

// secondsAt is an instant, counted from epoch, as the file spells it.
func secondsAt(d time.Duration) float64 { return float64(epoch.Add(d).Unix()) }

// credentialOf returns the only credential of a file with one entry, whose
// provider has a second one that is ready.
func credentialOf(t testing.TB, e entry) *poolstate.Credential {
	t.Helper()
	p := poolOf(t, providers{"p": []entry{e, readyEntry("companion")}})
	return &p.Providers[0].Credentials[0]
}

// screenOf is the dashboard over a pool, without a size.
func screenOf(p *poolstate.Pool) *Screen {
	s := &Screen{
		Theme: darkTheme, Now: epoch, Path: "~/.hermes/auth.json",
		Feed: Feed{State: FeedLive}, Pool: p, Groups: filter.Groups(p),
		Short: shortKeys, Full: fullKeys,
	}
	s.Policy = poolstate.PolicyAuto.Resolve(&poolstate.Pool{}, poolstate.NoEvidence)
	if p != nil {
		s.Policy = poolstate.PolicyAuto.Resolve(p, poolstate.NoEvidence)
		for _, e := range poolstate.History(p, s.Policy, s.Now) {
			s.Events = append(s.Events, poolstate.RecordOf(&e, s.Policy))
		}
	}
	if len(credentials(s)) == 0 {
		s.Short = emptyKeys
	}
	return s
}

// choose selects the credential of a name.
func (s *Screen) choose(t testing.TB, name string) *Screen {
	t.Helper()
	for c := range s.Pool.All() {
		if c.Name() == name {
			s.Selected = &c.Ref
			return s
		}
	}
	t.Fatalf("no credential %q", name)
	return nil
}

// chooseFirst selects the first credential, as the dashboard does at first.
func (s *Screen) chooseFirst() *Screen {
	for c := range s.Pool.All() {
		s.Selected = &c.Ref
		break
	}
	return s
}

// sizedAt is the screen at a size, scrolled to its selection.
func (s *Screen) sizedAt(w, h int) *Screen {
	out := *s
	out.Width, out.Height = w, h
	if out.Pane == PaneTable {
		out.Offset = ScrollTo(&out)
	}
	return &out
}

func binding(name, does string) key.Binding {
	return key.NewBinding(key.WithKeys(name), key.WithHelp(name, does))
}

// The keys of the footer: over a table, over nothing, over a pane.
var (
	shortKeys = []key.Binding{binding("↑↓", "move"), binding("d", "detail"), binding("?", "help"), binding("q", "quit")}
	emptyKeys = []key.Binding{binding("?", "help"), binding("q", "quit")}
	paneKeys  = []key.Binding{binding("↑↓", "move"), binding("esc", "back"), binding("q", "quit")}
	fullKeys  = [][]key.Binding{
		{
			binding("↑ k", "up"), binding("↓ j", "down"), binding("PgUp", "a page up"),
			binding("PgDn", "a page down"), binding("g Home", "first credential"), binding("G End", "last credential"),
		},
		{binding("enter d", "detail"), binding("esc", "back"), binding("t", "theme: dark or light"), binding("?", "help")},
		{binding("ctrl+z", "to the shell; fg returns"), binding("q ctrl+c", "quit")},
	}
)

// plain takes sequences and trailing blanks from a drawn text.
func plain(drawn string) string {
	lines := strings.Split(ansi.Strip(drawn), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \u00a0")
	}
	return strings.Join(lines, "\n")
}

// cells spreads a drawn line over the cells of the terminal: each character at
// the cell where it begins, nothing at the second cell of a wide one.
func cells(line string) []string {
	var out []string
	for text := ansi.Strip(line); text != ""; {
		cluster, w := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
		text = text[len(cluster):]
		if w == 0 && len(out) > 0 {
			out[len(out)-1] += cluster
			continue
		}
		out = append(out, cluster)
		for range w - 1 {
			out = append(out, "")
		}
	}
	return out
}

// between joins the cells of a half-open range, without outer blanks.
func between(line []string, from, to int) string {
	from, to = min(from, len(line)), min(to, len(line))
	return strings.Trim(strings.Join(line[from:to], ""), " \u00a0")
}
