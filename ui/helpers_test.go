package ui

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/colorprofile"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/internal/uitest"
	"pooltop/ui/theme"
)

// Short names for uitest helpers.
type (
	entry     = uitest.Entry
	providers = uitest.Providers
)

var (
	poolOf         = uitest.PoolOf
	readyEntry     = uitest.Ready
	exhaustedEntry = uitest.Exhausted
	deadEntry      = uitest.Dead
	secondsAt      = uitest.Seconds
	plain          = uitest.Plain
	cells          = uitest.Cells
	epoch          = uitest.Epoch
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // most memory becomes garbage when a screen has been drawn
	m.Run()
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	uitest.Equal(t, what, got, want)
}

var (
	darkTheme  = theme.SchemeDark.Theme(colorprofile.TrueColor)
	plainTheme = theme.Plain()
)

const longest = time.Duration(math.MaxInt64)

// sample returns the pool of a sample store.
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

// credentialOf returns a credential of a provider that also has a ready credential.
func credentialOf(t testing.TB, e entry) *poolstate.Credential {
	t.Helper()
	p := poolOf(t, providers{"p": []entry{e, readyEntry("companion")}})
	return &p.Providers[0].Credentials[0]
}

// screenOf returns a screen for a pool, without a size.
func screenOf(p *poolstate.Pool) *Screen {
	s := &Screen{
		Theme: darkTheme, Now: epoch, Path: "~/.hermes/auth.json", Feed: Feed{State: FeedLive},
		Pool: p, Groups: filter.Groups(p), Short: shortKeys, Full: fullKeys, MoreKey: "PgDn",
	}
	s.Policy = poolstate.PolicyChoice{}.Resolve(&poolstate.Pool{}, poolstate.NoEvidence)
	if p != nil {
		s.Policy = poolstate.PolicyChoice{}.Resolve(p, poolstate.NoEvidence)
		for _, e := range poolstate.History(p, s.Policy, s.Now) {
			s.Events = append(s.Events, poolstate.RecordOf(&e, s.Policy))
		}
	}
	if len(credentials(s)) == 0 {
		s.Short = emptyKeys
	}
	return s
}

// choose selects a credential by name.
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

// chooseFirst selects the first credential, as the dashboard does at start-up.
func (s *Screen) chooseFirst() *Screen {
	s.Selected = &credentials(s)[0].Ref
	return s
}

// sizedAt returns the screen at a size, scrolled to its selection.
func (s *Screen) sizedAt(w, h int) *Screen {
	out := *s
	out.Width, out.Height = w, h
	if out.Pane == PaneTable {
		out.Offset = ScrollTo(&out)
	}
	return &out
}

func binding(name, desc string) key.Binding {
	return key.NewBinding(key.WithKeys(name), key.WithHelp(name, desc))
}

// The keys in the footer of a table, of an empty screen and of a pane, and the keys in the help.
var (
	shortKeys = []key.Binding{binding("↑↓", "move"), binding("d", "detail"), binding("?", "help"), binding("q", "quit")}
	emptyKeys = []key.Binding{binding("?", "help"), binding("q", "quit")}
	paneKeys  = []key.Binding{binding("↑↓", "move"), binding("esc", "back"), binding("q", "quit")}
	fullKeys  = []KeyGroup{
		{"move", []key.Binding{
			binding("↑ k", "up"), binding("↓ j", "down"), binding("PgUp", "a page up"),
			binding("PgDn", "a page down"), binding("g Home", "first credential"), binding("G End", "last credential"),
		}},
		{"views", []key.Binding{binding("enter d", "detail"), binding("esc", "back"), binding("t", "theme: dark or light"), binding("?", "help")}},
		{"program", []key.Binding{binding("ctrl+z", "suspend (fg resumes)"), binding("q ctrl+c", "quit")}},
	}
)

// between returns the text in a half-open range of cells, with spaces trimmed.
func between(line []string, from, to int) string {
	from, to = min(from, len(line)), min(to, len(line))
	return strings.Trim(strings.Join(line[from:to], ""), " \u00a0")
}

// selectedRows counts the lines that have the background of a selected row in the dark
// theme.
func selectedRows(drawn string) int {
	n := 0
	for line := range strings.SplitSeq(drawn, "\n") {
		if strings.Contains(line, ";48;2;38;42;58m") {
			n++
		}
	}
	return n
}

// credentials returns the credentials that a screen lists.
func credentials(s *Screen) []*poolstate.Credential { return slices.Collect(filter.Listed(s.Groups)) }
