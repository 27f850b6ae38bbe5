package chart

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

var (
	darkTheme  = theme.New(true, colorprofile.TrueColor)
	plainTheme = theme.Plain()
)

// chartCase is a pool whose forecast is drawn.
type chartCase struct {
	name   string
	pool   *poolstate.Pool
	now    time.Time
	cursor string // name of the selected credential
}

// computedEntry comes back some time after uitest.Epoch, as the policy computes.
func computedEntry(label string, in time.Duration) uitest.Entry {
	return uitest.Exhausted(label, time.Hour-in, 1)
}

// poolWith is a pool of one provider: some ready credentials, then others.
func poolWith(t testing.TB, ready int, others ...uitest.Entry) *poolstate.Pool {
	t.Helper()
	list := make([]uitest.Entry, 0, ready+len(others))
	for i := range ready {
		list = append(list, uitest.Ready(fmt.Sprintf("ready-%d", i+1)))
	}
	return uitest.PoolOf(t, uitest.Providers{"p": append(list, others...)})
}

func chartCases(t testing.TB) []chartCase {
	t.Helper()
	const m, h = time.Minute, time.Hour
	never := uitest.Cooling("never", 0).With(uitest.Entry{"last_error_reset_at": 9.8e17})
	many := make([]uitest.Entry, 0, 900)
	for i := range cap(many) {
		many = append(many, uitest.Cooling(fmt.Sprint(i), time.Duration(i*i)*time.Second/30+time.Second))
	}
	exhausted := uitest.Cooling("due", -m)
	return []chartCase{
		{
			name: "hours", cursor: "e", pool: poolWith(t, 5,
				computedEntry("a", 12*m), computedEntry("b", 42*m), uitest.Cooling("c", 42*m), uitest.Held("d", 117*m),
				uitest.Cooling("e", 192*m), computedEntry("f", 457*m), exhausted, uitest.Dead("g")),
		},
		{name: "minutes", cursor: "b", pool: poolWith(t, 1, computedEntry("a", 4*m), computedEntry("b", 11*m), uitest.Cooling("c", 19*m))},
		{name: "seconds", pool: poolWith(t, 1, computedEntry("a", 20*time.Second), uitest.Cooling("b", 40*time.Second))},
		{name: "days", cursor: "a", pool: poolWith(t, 2, uitest.Cooling("a", 20*h), uitest.Cooling("b", 55*h), uitest.Held("c", 100*h))},
		{name: "weeks", pool: poolWith(t, 2, uitest.Cooling("a", 5*text.Day), uitest.Cooling("b", 11*text.Day), uitest.Cooling("c", 24*text.Day))},
		{
			name: "outlier", cursor: "c", pool: poolWith(t, 2,
				computedEntry("a", 40*m), computedEntry("b", 95*m), uitest.Cooling("c", 4*h), uitest.Cooling("d", 6*text.Day)),
		},
		{
			name: "outliers", pool: poolWith(t, 0,
				computedEntry("a", 12*m), computedEntry("b", 44*m), uitest.Cooling("c", 5*text.Day), uitest.Cooling("d", 6*text.Day), never),
		},
		{name: "never", pool: poolWith(t, 1, never)},
		{name: "far", pool: poolWith(t, 1, uitest.Cooling("a", 40*text.Day), uitest.Cooling("b", 3*365*text.Day))},
		{name: "out", cursor: "a", pool: poolWith(t, 0, computedEntry("a", 20*m), uitest.Cooling("b", 50*m), uitest.Cooling("c", 50*m))},
		{name: "single", cursor: "a", pool: poolWith(t, 0, uitest.Cooling("a", 42*m+10*time.Second))},
		{name: "all-ready", cursor: "ready-2", pool: poolWith(t, 4)},
		{name: "dead-only", pool: poolWith(t, 0, uitest.Dead("a"), uitest.Dead("b"))},
		{name: "due-only", pool: poolWith(t, 2, exhausted)},
		{name: "empty", pool: poolWith(t, 0)},
		{name: "many", cursor: "450", pool: poolWith(t, 100, many...)},
	}
}

func (c chartCase) capacity(t testing.TB, th *theme.Theme) *Capacity {
	t.Helper()
	now := c.now
	if now.IsZero() {
		now = uitest.Epoch
	}
	out := &Capacity{Theme: th, Forecast: c.pool.Forecast(poolstate.Backoff, now), Now: now}
	for cred := range c.pool.All() {
		if c.cursor != "" && cred.Name() == c.cursor {
			out.Selected = &cred.Ref
		}
	}
	return out
}

// chartSizes are those of a roomy pane, of the place below the table, and of
// narrow and low ones.
var chartSizes = [][2]int{{110, 16}, {62, 7}, {40, 5}, {30, 4}, {20, 3}}

// framed draws a chart with a frame around its cells, blanks included.
func framed(lines []string) string {
	return "│" + strings.Join(lines, "│\n│") + "│\n"
}

// TestGoldenForecasts compares charts of all spans, with and without colours.
func TestGoldenForecasts(t *testing.T) {
	for _, tt := range chartCases(t) {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			capacity := tt.capacity(t, darkTheme)
			fmt.Fprintf(&b, "%s\n%s\n", Summary(&capacity.Forecast, capacity.Now),
				strings.Join(Outages(tt.pool, poolstate.Backoff, capacity.Now, text.Countdown), "\n"))
			for _, th := range []*theme.Theme{darkTheme, plainTheme} {
				capacity.Theme = th
				for _, size := range chartSizes {
					fmt.Fprintf(&b, "=== %d×%d, shapes %t\n%s", size[0], size[1], th.Shapes, uitest.Plain(framed(capacity.Lines(size[0], size[1]))))
				}
			}
			uitest.Golden(t, "forecast-"+tt.name+".txt", b.String())
		})
	}
}

// TestGoldenForecastColours compares the sequences of one chart. cat shows it.
func TestGoldenForecastColours(t *testing.T) {
	capacity := chartCases(t)[0].capacity(t, darkTheme)
	uitest.Golden(t, "forecast-colours.txt", strings.Join(capacity.Lines(80, 9), "\n")+"\n")
}

// TestChartsHaveTheirSize draws every case at every width and height, in
// combinations that differ from case to case.
func TestChartsHaveTheirSize(t *testing.T) {
	for i, tt := range chartCases(t) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for w := -1; w <= 200; w++ {
				capacity := tt.capacity(t, []*theme.Theme{darkTheme, plainTheme}[(w+i)&1])
				for _, h := range []int{3 + (w+i+2)%4, -1 + (7*w+i+9)%22} {
					if said := chartFlaw(capacity, w, h); said != "" {
						t.Fatalf("at %d×%d %s", w, h, said)
					}
				}
			}
		})
	}
}

// chartFlaw returns what is wrong with a chart at a size, or nothing.
func chartFlaw(c *Capacity, w, h int) string {
	lines := c.Lines(w, h)
	if w < 20 || h < 3 {
		if lines != nil {
			return fmt.Sprintf("it draws %q", lines)
		}
		return ""
	}
	if len(lines) != h {
		return fmt.Sprintf("it has %d lines", len(lines))
	}
	for _, l := range lines {
		if said := uitest.LineFlaw(l, w); said != "" {
			return said
		}
		if n := len(uitest.Cells(l)); n != w {
			return fmt.Sprintf("a line is %d wide: %q", n, l)
		}
	}
	return ""
}

// The fill is a full block only where its ink is quieter than text.
func TestFillIsQuiet(t *testing.T) {
	pool := poolWith(t, 3, computedEntry("a", time.Hour))
	for profile, want := range map[colorprofile.Profile]string{
		colorprofile.ASCII: "░", colorprofile.ANSI: "░", colorprofile.ANSI256: "█", colorprofile.TrueColor: "█",
	} {
		for _, dark := range []bool{true, false} {
			lines := chartCase{pool: pool}.capacity(t, theme.New(dark, profile)).Lines(40, 10)
			uitest.Equal(t, "fill with "+profile.String(), uitest.Cells(lines[7])[5], want)
		}
	}
}

// A pool of which nothing can be drawn beside its numbers has no chart.
func TestChartLeavesRoomForItself(t *testing.T) {
	capacity := Capacity{Theme: darkTheme, Now: uitest.Epoch, Forecast: poolstate.Forecast{Now: uitest.Epoch, Ready: 1, Total: 1e12}}
	uitest.Equal(t, "lines", len(capacity.Lines(20, 5)), 0)
	uitest.Equal(t, "lines where there is room", len(capacity.Lines(30, 5)), 5)
}

// TestLabelsTouchWhatTheyName looks at the labels of every case: in order, a
// blank between them, each under its column.
func TestLabelsTouchWhatTheyName(t *testing.T) {
	for _, tt := range chartCases(t) {
		capacity := tt.capacity(t, darkTheme)
		for w := 20; w <= 200; w++ {
			for _, h := range []int{3, 9} {
				p := capacity.plot(w, h)
				end := -1
				for _, k := range p.placed {
					uitest.Equal(t, "width of "+k.text, text.Width(k.text), k.end-k.col)
					if k.col <= end || k.end > p.scale.width {
						t.Fatalf("%s at %d×%d: %q from %d to %d, after %d", tt.name, w, h, k.text, k.col, k.end, end)
					}
					if k.tick >= 0 && (k.tick < k.col-1 || k.tick > k.end) {
						t.Fatalf("%s at %d×%d: %q from %d to %d names %d", tt.name, w, h, k.text, k.col, k.end, k.tick)
					}
					end = k.end
				}
			}
		}
	}
}

// TestChartsTellNumbersApart draws each number of ready credentials: more are
// never lower, and none is lower than one, one missing lower than all.
func TestChartsTellNumbersApart(t *testing.T) {
	for _, total := range []int{1, 2, 3, 5, 9, 12, 40, 1000} {
		for rows := 1; rows <= 18; rows++ {
			p := &plot{Capacity: &Capacity{Forecast: poolstate.Forecast{Total: total}}, rows: rows, unit: unitFor(rows, total)}
			for n := 1; n <= total; n++ {
				low, high := p.eighths(n-1), p.eighths(n)
				step := high > low || total > rows*8 && n > 1 && n < total
				if !step || low > high || high > rows*8 {
					t.Fatalf("%d of %d in %d rows is %d high, after %d", n, total, rows, high, low)
				}
			}
			if p.level(total) < 3*rows/4-1 {
				t.Errorf("%d in %d rows leave the top %d empty", total, rows, rows-1-p.level(total))
			}
		}
	}
}

// With no more credentials than rows, each has whole rows.
func TestWholeRowsForFewCredentials(t *testing.T) {
	for _, tt := range []struct{ rows, total, want int }{
		{5, 0, 0},
		{6, 1, 48},
		{6, 2, 24},
		{6, 6, 8},
		{8, 7, 8},
		{12, 4, 24},
		{6, 4, 12},
		{6, 12, 4},
		{6, 24, 2},
		{6, 48, 1},
		{6, 49, 0},
		{3, 4, 6},
		{1, 1, 8},
	} {
		uitest.Equal(t, fmt.Sprintf("eighths for each of %d in %d rows", tt.total, tt.rows), unitFor(tt.rows, tt.total), tt.want)
	}
}

// The marks of the axis are those of the table; what cannot be right wins.
func TestAxisMarksTellOrigins(t *testing.T) {
	const m = time.Minute
	tests := []struct {
		name string
		back []uitest.Entry
		want string // the axis without its line
	}{
		{"computed", []uitest.Entry{computedEntry("a", 30*m)}, ""},
		{"provider", []uitest.Entry{uitest.Cooling("a", 30*m)}, "*"},
		{"operator", []uitest.Entry{uitest.Held("a", 30*m)}, "^"},
		{"suspect", []uitest.Entry{uitest.Cooling("a", 40*text.Day)}, "?"},
		{"one after the other", []uitest.Entry{uitest.Held("a", 30*m), uitest.Cooling("b", 40*m), computedEntry("c", 50*m)}, "^*"},
		{"at one instant", []uitest.Entry{uitest.Held("a", 30*m), uitest.Cooling("b", 30*m), computedEntry("c", 30*m)}, "*"},
		{"in one column", []uitest.Entry{uitest.Held("a", 29*m), uitest.Cooling("b", 29*m+1), uitest.Held("c", 29*m+2), computedEntry("d", 60*m)}, "*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			capacity := chartCase{pool: poolWith(t, 1, tt.back...)}.capacity(t, plainTheme)
			lines := capacity.Lines(60, 8)
			uitest.Equal(t, "axis", strings.Trim(strings.Map(func(r rune) rune {
				if strings.ContainsRune("─┬0⋯ ", r) {
					return -1
				}
				return r
			}, lines[6]), " "), tt.want)
		})
	}
}

// The cursor points at the step of the selected credential, with its time.
func TestCursorPointsAtTheReturn(t *testing.T) {
	pool := poolWith(t, 1, computedEntry("a", 30*time.Minute), uitest.Cooling("b", time.Hour))
	for name, want := range map[string]string{"a": "09:50", "b": "10:20"} {
		lines := chartCase{pool: pool, cursor: name}.capacity(t, darkTheme).Lines(60, 8)
		at := -1
		for i, cell := range uitest.Cells(lines[6]) {
			if cell == "▲" {
				at = i
			}
		}
		if at < 0 {
			t.Fatalf("%s: no cursor in %q", name, uitest.Plain(lines[6]))
		}
		uitest.Equal(t, name+": label under the cursor", strings.Join(uitest.Cells(lines[7])[at-2:at+3], ""), want)
		low := chartCase{pool: pool, cursor: name}.capacity(t, darkTheme).Lines(60, 4)
		if label := uitest.Plain(low[3]); !strings.Contains(label, "▲"+want) && !strings.Contains(label, want+"▲") {
			t.Errorf("%s: a low chart has no pointer in %q", name, label)
		}
	}
	for _, name := range []string{"ready-1", "nobody"} {
		lines := chartCase{pool: pool, cursor: name}.capacity(t, darkTheme).Lines(60, 8)
		uitest.Equal(t, "cursor for "+name, strings.Contains(lines[6], "▲"), false)
	}
}

// A chart may be drawn later than its forecast was made: what has passed is
// where it begins.
func TestChartOfAnEarlierForecast(t *testing.T) {
	pool := poolWith(t, 1, computedEntry("a", 10*time.Minute), computedEntry("b", 70*time.Minute))
	capacity := chartCase{pool: pool}.capacity(t, plainTheme)
	capacity.Now = uitest.Epoch.Add(10 * time.Minute)
	p := capacity.plot(40, 8)
	uitest.Equal(t, "steps ahead", len(p.steps), 1)
	uitest.Equal(t, "height of now", p.height[0], p.eighths(2))
	capacity.Now = uitest.Epoch.Add(80 * time.Minute)
	uitest.Equal(t, "steps after the last", len(capacity.plot(40, 8).steps), 0)
}

// BenchmarkChart draws what each beat of the clock draws.
func BenchmarkChart(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		back := make([]uitest.Entry, n)
		for i := range back {
			back[i] = uitest.Cooling(fmt.Sprint(i), time.Duration(i+1)*time.Minute)
		}
		capacity := chartCase{pool: poolWith(b, 1, back...), cursor: "7"}.capacity(b, darkTheme)
		b.Run(fmt.Sprintf("credentials=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				capacity.Lines(80, 9)
			}
		})
	}
}
