package chart

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/exp/golden"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

var (
	darkTheme  = theme.SchemeDark.Theme(colorprofile.TrueColor)
	plainTheme = theme.Plain()
)

// computed returns a credential whose computed cooldown ends at the given distance
// after uitest.Epoch.
func computed(label string, in time.Duration) uitest.Entry {
	return uitest.Exhausted(label, time.Hour-in, 1)
}

// never returns a credential whose deadline is too late to be shown as a date.
func never(label string) uitest.Entry {
	return uitest.Cooling(label, 0).With(uitest.Entry{"last_error_reset_at": 9.8e17})
}

// poolWith returns a pool of one provider: a number of ready credentials, then others.
func poolWith(t testing.TB, ready int, others ...uitest.Entry) *poolstate.Pool {
	t.Helper()
	list := make([]uitest.Entry, 0, ready+len(others))
	for i := range ready {
		list = append(list, uitest.Ready(fmt.Sprintf("ready-%d", i+1)))
	}
	return uitest.PoolOf(t, uitest.Providers{"p": append(list, others...)})
}

// draw draws the chart of a pool at uitest.Epoch. selected is the label of the selected
// credential, or "" for none.
func draw(pool *poolstate.Pool, th *theme.Theme, selected string, w, h int) []string {
	f := pool.Forecast(poolstate.Backoff(), uitest.Epoch)
	for c := range pool.All() {
		if c.Label == selected {
			return Capacity(th, &f, &c.Ref, w, h)
		}
	}
	return Capacity(th, &f, nil, w, h)
}

type scene struct {
	name     string
	pool     *poolstate.Pool
	selected string
}

func scenes(t testing.TB) []scene {
	t.Helper()
	many := make([]uitest.Entry, 900)
	for i := range many {
		many[i] = uitest.Cooling(fmt.Sprint(i), time.Duration(i*i)*time.Second/30+time.Second)
	}
	return []scene{
		{"hours", poolWith(t, 5,
			computed("a", 12*minute), computed("b", 42*minute), uitest.Cooling("c", 42*minute), uitest.Held("d", 117*minute),
			uitest.Cooling("e", 192*minute), computed("f", 457*minute), uitest.Cooling("due", -minute), uitest.Dead("g")), "e"},
		{"minutes", poolWith(t, 1, computed("a", 4*minute), computed("b", 11*minute), uitest.Cooling("c", 19*minute)), "b"},
		{"seconds", poolWith(t, 1, computed("a", 80*time.Second), uitest.Cooling("b", 130*time.Second)), "a"},
		{"days", poolWith(t, 2, uitest.Cooling("a", 20*hour), uitest.Cooling("b", 55*hour), uitest.Held("c", 100*hour)), "a"},
		{"weeks", poolWith(t, 2, uitest.Cooling("a", 5*text.Day), uitest.Cooling("b", 11*text.Day), uitest.Cooling("c", 24*text.Day)), ""},
		{"outlier", poolWith(t, 2,
			computed("a", 40*minute), computed("b", 95*minute), uitest.Cooling("c", 4*hour), uitest.Cooling("d", 6*text.Day)), "c"},
		{"never", poolWith(t, 1, never("a")), ""},
		{"out", poolWith(t, 0, computed("a", 20*minute), uitest.Cooling("b", 50*minute), uitest.Cooling("c", 50*minute)), "a"},
		{"all-ready", poolWith(t, 4), "ready-2"},
		{"none-returns", poolWith(t, 0, uitest.Dead("a"), uitest.Dead("b")), ""},
		{"due-only", poolWith(t, 2, uitest.Cooling("due", -minute)), ""},
		{"empty", poolWith(t, 0), ""},
		{"many", poolWith(t, 100, many...), "450"},
	}
}

// TestCapacity_Golden compares each scene at the size of a pane and, for themes with
// and without colors, at the size below a table.
func TestCapacity_Golden(t *testing.T) {
	for _, sc := range scenes(t) {
		t.Run(sc.name, func(t *testing.T) {
			var b strings.Builder
			add := func(th *theme.Theme, w, h int) {
				lines := draw(sc.pool, th, sc.selected, w, h)
				fmt.Fprintf(&b, "=== %d×%d\n│%s│\n", w, h, uitest.Plain(strings.Join(lines, "│\n│")))
			}
			add(darkTheme, 110, 16)
			add(darkTheme, 62, 7)
			add(plainTheme, 62, 7)
			golden.RequireEqual(t, b.String())
		})
	}
}

func TestCapacity_GoldenColors(t *testing.T) {
	sc := scenes(t)[0]
	golden.RequireEqual(t, strings.Join(draw(sc.pool, darkTheme, sc.selected, 80, 9), "\n")+"\n")
}

// TestCapacity_Size draws every scene at every width and many heights.
func TestCapacity_Size(t *testing.T) {
	for i, sc := range scenes(t) {
		for w := -1; w <= 200; w++ {
			th := []*theme.Theme{darkTheme, plainTheme}[(w+i)&1]
			for _, h := range []int{3 + (w+i+2)%4, -1 + (7*w+i+9)%22} {
				if flaw := sizeFlaw(draw(sc.pool, th, sc.selected, w, h), w, h); flaw != "" {
					t.Fatalf("%s at %d×%d: %s", sc.name, w, h, flaw)
				}
			}
		}
	}
	huge := &poolstate.Forecast{Now: uitest.Epoch, Ready: 1, Total: 1e12}
	uitest.Equal(t, "lines without room for a plot", len(Capacity(darkTheme, huge, nil, 20, 5)), 0)
	uitest.Equal(t, "lines with room", len(Capacity(darkTheme, huge, nil, 30, 5)), 5)
}

func sizeFlaw(lines []string, w, h int) string {
	if fits := w >= minWidth && h >= minHeight; (fits || lines != nil) && len(lines) != h {
		return fmt.Sprintf("%d lines", len(lines))
	}
	for _, l := range lines {
		if flaw := uitest.LineFlaw(l, w); flaw != "" {
			return flaw
		}
		if n := text.Width(uitest.SGR.ReplaceAllString(l, "")); n != w {
			return fmt.Sprintf("%q is %d wide", l, n)
		}
	}
	return ""
}

// TestPlot_Eighths checks that heights do not decrease as credentials are added, and
// that the first and the last one increase the height.
func TestPlot_Eighths(t *testing.T) {
	for _, total := range []int{1, 2, 3, 5, 9, 12, 40, 1000} {
		for rows := 1; rows <= 18; rows++ {
			p := &plot{Forecast: &poolstate.Forecast{Total: total}, rows: rows}
			for n := 1; n <= total; n++ {
				low, high := p.eighths(n-1), p.eighths(n)
				distinct := high > low || total > rows*8 && n > 1 && n < total
				if !distinct || low > high || high > rows*8 {
					t.Fatalf("the height of %d of %d in %d rows is %d, below the previous %d", n, total, rows, high, low)
				}
			}
			if p.level(total) < 3*rows/4-1 {
				t.Errorf("%d in %d rows leaves the top %d rows empty", total, rows, rows-1-p.level(total))
			}
		}
	}
}

// TestCapacity_Marks checks which of several marks a column shows.
func TestCapacity_Marks(t *testing.T) {
	pool := poolWith(t, 1, uitest.Held("a", 29*minute), uitest.Cooling("b", 29*minute+1e9), uitest.Held("c", 29*minute+2e9), computed("d", hour))
	axis := draw(pool, plainTheme, "", 60, 8)[6]
	uitest.Equal(t, "marks", strings.Trim(axis, " 0┬─"), "*")
}

func TestSummary(t *testing.T) {
	due, dead := uitest.Cooling("due", -minute), uitest.Dead("dead")
	a, b, c := uitest.Cooling("a", 10*minute), computed("b", 20*minute), uitest.Cooling("c", 2*text.Day)
	another := uitest.Entry{"id": "2"}
	for _, tt := range []struct {
		name string
		pool *poolstate.Pool
		want string
	}{
		{"empty", poolWith(t, 0), "no credentials"},
		{"all ready", poolWith(t, 3), "all 3 ready"},
		{"dead only", poolWith(t, 0, dead), "none will recover on its own"},
		{"ready and dead", poolWith(t, 3, dead), "3 ready, none cooling"},
		{"due only", poolWith(t, 0, due, due.With(another)), "2 due now"},
		{"one", poolWith(t, 3, a), "all back by 09:30"},
		{"over several days", poolWith(t, 3, a, b, c), "5 of 6 by 09:40, all back by Wed 09:20"},
		{"all at the same time", poolWith(t, 3, a, a.With(another)), "all back by 09:30"},
		{"in one minute", poolWith(t, 3, a, uitest.Cooling("2", 10*minute+1e9)), "all back by 09:30"},
		{"one due", poolWith(t, 3, a, b, due), "4 of 6 by 09:30, 5 by 09:40, 1 due now"},
		{"suspect", poolWith(t, 3, a, uitest.Cooling("s", 400*text.Day)), "4 of 5 by 09:30, all back by Dec 2027 (suspect)"},
		{"never", poolWith(t, 3, a, b, never("n")), "5 of 6 by 09:40, 1 never (suspect)"},
		{"half never recover", poolWith(t, 0, a, never("n"), never("n").With(another)), "1 of 3 by 09:30, 2 never (suspect)"},
	} {
		f := tt.pool.Forecast(poolstate.Backoff(), uitest.Epoch)
		uitest.Equal(t, tt.name, Summary(&f), tt.want)
	}
}

func TestOutages(t *testing.T) {
	list := func(entries ...uitest.Entry) []uitest.Entry { return entries }
	pool := uitest.PoolOf(t, uitest.Providers{
		"a-ready":  list(uitest.Ready("r"), uitest.Cooling("x", time.Hour)),
		"b-out":    list(uitest.Cooling("x", time.Hour), computed("y", 42*minute+10*time.Second), uitest.Dead("z")),
		"c-due":    list(uitest.Cooling("x", -time.Hour)),
		"d-both":   list(uitest.Cooling("x", -time.Hour), uitest.Cooling("y", 5*minute)),
		"e-never":  list(never("x")),
		"f-empty":  list(),
		"g-far":    list(uitest.Cooling("x", 60*text.Day)),
		"h-\x1b[m": list(uitest.Dead("x")),
	})
	want := []string{
		"b-out: first back 10:02, in 42m10s",
		"c-due: 1 due now",
		"d-both: 1 due now, first back 09:25, in 5m00s",
		"e-never: first back never (suspect)",
		"g-far: first back Jan 2027 (suspect), in 60d00h",
		"h-\uFFFD[m: none will recover on its own",
	}
	uitest.Equal(t, "outages", strings.Join(Outages(pool, poolstate.Backoff(), uitest.Epoch, text.Countdown), "\n"), strings.Join(want, "\n"))
}
