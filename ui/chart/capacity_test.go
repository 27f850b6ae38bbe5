package chart

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
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

// computed returns a credential whose computed cooldown ends the given time after
// uitest.Epoch.
func computed(label string, in time.Duration) uitest.Entry {
	return uitest.Exhausted(label, time.Hour-in, 1)
}

// tooLate returns a credential whose deadline is too late to be shown as a date.
func tooLate(label string) uitest.Entry {
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
// credential, or "" for none. Charts of at least ten lines name credentials at their steps.
func draw(pool *poolstate.Pool, th *theme.Theme, selected string, w, h int) []string {
	f, named := pool.Forecast(poolstate.Backoff(), uitest.Epoch), h > 9
	for c := range pool.All() {
		if c.Label == selected {
			return Capacity(th, &f, &c.Ref, named, w, h)
		}
	}
	return Capacity(th, &f, nil, named, w, h)
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
		{"never", poolWith(t, 1, tooLate("a")), ""},
		{"out", poolWith(t, 0, computed("a", 20*minute), uitest.Cooling("b", 50*minute), uitest.Cooling("c", 50*minute)), "a"},
		{"all-ready", poolWith(t, 4), "ready-2"},
		{"none-returns", poolWith(t, 0, uitest.Dead("a"), uitest.Dead("b")), ""},
		{"due-only", poolWith(t, 2, uitest.Cooling("due", -minute)), ""},
		{"empty", poolWith(t, 0), ""},
		{"many", poolWith(t, 100, many...), "450"},
	}
}

// TestCapacity_Golden compares each scene at the size of a pane and at the size below a
// table. The smaller size is compared in themes with and without colors.
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

// TestCapacity_Size draws every scene at every width and at varying heights, including heights
// that are too small for a chart.
func TestCapacity_Size(t *testing.T) {
	for i, sc := range scenes(t) {
		for w := -1; w <= 200; w++ {
			th := []*theme.Theme{darkTheme, plainTheme}[(w+i)&1]
			h := []int{3 + (w+i+2)/2%4, -1 + (7*w+i+9)%22}[(w+1)/2&1]
			lines := draw(sc.pool, th, sc.selected, w, h)
			if f := sc.pool.Forecast(poolstate.Backoff(), uitest.Epoch); len(f.Steps) == 0 {
				uitest.Equal(t, "lines of "+sc.name, len(lines), 0)
			} else if flaw := sizeFlaw(lines, w, h); flaw != "" {
				t.Fatalf("%s at %d×%d: %s", sc.name, w, h, flaw)
			}
		}
	}
	huge := forecastIn(hour)
	huge.Total = 1e12
	uitest.Equal(t, "lines without room for a plot", len(Capacity(darkTheme, huge, nil, false, 20, 5)), 0)
	uitest.Equal(t, "lines with room", len(Capacity(darkTheme, huge, nil, false, 30, 5)), 5)
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

// TestPlot_Height checks that each additional credential increases the height if there is
// room. If there is not, the first and the last credential must still increase the height.
func TestPlot_Height(t *testing.T) {
	for _, total := range []int{1, 2, 3, 5, 9, 12, 40, 1000} {
		for rows := 1; rows <= 18; rows++ {
			p := &plot{Forecast: &poolstate.Forecast{Total: total}, theme: darkTheme, rows: rows}
			plain := &plot{Forecast: p.Forecast, theme: plainTheme, rows: rows}
			for n := 1; n <= total; n++ {
				low, high := p.height(n-1), p.height(n)
				distinct := high > low || total > rows*2 && n > 1 && n < total
				if !distinct || low > high || high > rows*2 {
					t.Fatalf("%d of %d credentials in %d rows have height %d; without the last one, %d", n, total, rows, high, low)
				}
				uitest.Equal(t, "row of the edge on a hatched fill", plain.level(n), p.level(n))
				uitest.Equal(t, "edge at the bottom of its row", plain.height(n)%2, 1)
			}
			if p.level(total) < 3*rows/4-1 {
				t.Errorf("%d in %d rows leaves the top %d rows empty", total, rows, rows-1-p.level(total))
			}
		}
	}
}

// TestCapacity_Marks checks that a column with several deadlines shows the mark of the most
// unusual one.
func TestCapacity_Marks(t *testing.T) {
	pool := poolWith(t, 1, uitest.Held("a", 29*minute), uitest.Cooling("b", 29*minute+1e9), uitest.Held("c", 29*minute+2e9), computed("d", hour))
	axis := draw(pool, plainTheme, "", 60, 8)[6]
	uitest.Equal(t, "marks", strings.Trim(axis, " 0┬─"), "*")
}

var filled = regexp.MustCompile(regexp.QuoteMeta(strings.TrimRight(darkTheme.Line().Write(theme.Fill, "x").String(), "x\x1b[m")) + "m[█ ]+")

// hatched hatches the fill of a chart in darkTheme.
func hatched(line string) string {
	return filled.ReplaceAllStringFunc(line, func(run string) string { return strings.ReplaceAll(run, "█", "░") })
}

// halves describes a column of a chart with a hatched fill, in half rows from the axis up: 'e'
// is the edge, and 'f' is the fill. It omits names and marks.
func halves(rows [][]string, col int) (out string) {
	for i := range rows {
		switch rows[len(rows)-1-i][col] {
		case "▄":
			return out + "e"
		case "▀":
			out += "fe"
		case "█":
			out += "ee"
		case "░":
			out += "ff"
		default:
			return out
		}
	}
	return out
}

// TestCapacity_Properties checks charts of random pools at random times and sizes:
//
//   - Each column has the height for the number of credentials that the forecast predicts for
//     the end of the column's time span.
//   - Labels do not overlap. Labels below the axis are times, and no time is repeated.
//   - Nearly all selected credentials are named.
func TestCapacity_Properties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	shown, total := 0, 0
	times := regexp.MustCompile(`^(now|(... )?\d\d:\d\d|\d+ ...|... \d{4})$`)
	for range 400 {
		pool, now := randomPool(t, r), uitest.Epoch.Add(time.Duration(r.Int64N(int64(5*hour))))
		f := pool.Forecast(poolstate.Backoff(), now)
		if len(f.Steps) == 0 {
			continue
		}
		steps := f.Steps[r.IntN(len(f.Steps))]
		selected, named, w, h := &steps.Back[0].Ref, r.IntN(2) == 0, minWidth+r.IntN(180), minHeight+r.IntN(50)
		th := []*theme.Theme{darkTheme, plainTheme}[r.IntN(2)]
		p := newPlot(th, &f, selected, named, w-len(fmt.Sprint(f.Total))-1, h-2)
		var rows, plot [][]string
		for _, l := range Capacity(th, &f, selected, named, w, h) {
			cells, bars := uitest.Cells(l), uitest.Cells(hatched(l))
			rows, plot = append(rows, cells[len(cells)-p.axis.width:]), append(plot, bars[len(bars)-p.axis.width:])
		}
		for i, names := range p.names {
			for _, k := range names {
				if row := plot[h-3-i]; k.col > 0 && row[k.col-1] == "░" { // the name is on the fill
					copy(row[k.col:], slices.Repeat([]string{"░"}, text.Width(k.text)))
				}
			}
		}
		last := len(f.Steps) - 1
		if p.axis.broken() {
			last--
		}
		wrong := func(format string, args ...any) {
			t.Helper()
			t.Fatalf("%d×%d, %+v:\n%s\n%s", w, h, p.axis, strings.Join(Capacity(th, &f, selected, named, w, h), "\n"), fmt.Sprintf(format, args...))
		}
		before := p.height(f.Ready)
		for col := range p.axis.width {
			ready := f.Ready
			for i, s := range f.Steps {
				at := float64(s.At.Sub(now)) / float64(p.axis.span) * float64(p.axis.linear(p.axis.span))
				if i > last && col >= p.axis.end+2 || i <= last && col > 0 && (at < float64(col+1) || col > p.axis.end) {
					ready = s.Ready
				}
			}
			height := p.height(ready)
			want := strings.Repeat("f", max(min(height, before)-1, 0))
			want += strings.Repeat("e", height-len(want))
			if p.axis.broken() && col == p.axis.end {
				want = ""
			}
			if got := halves(plot[:h-2], col); got != want {
				wrong("column %d shows %q, not %q", col, got, want)
			}
			before = height
		}
		for i, line := range append(p.names, p.labels) {
			row := rows[h-1] // labels
			if i < h-2 {
				row = rows[h-3-i]
			}
			for j, k := range line {
				if got := strings.Join(row[k.col:k.col+text.Width(k.text)], ""); got != k.text {
					wrong("label %q is shown as %q", k.text, got)
				}
				if j > 0 && line[j-1].col+text.Width(line[j-1].text) >= k.col {
					wrong("%q touches %q", line[j-1].text, k.text)
				}
				isTime := i == h-2 && !strings.HasPrefix(k.text, "+ ")
				if isTime && (!times.MatchString(k.text) || strings.Count(strings.Join(row, ""), " "+k.text+" ") > 1) {
					wrong("label %q is not a time, or is repeated", k.text)
				}
			}
		}
		if named && w >= 40 {
			total++
			shown += strings.Count(strings.Join(slices.Concat(rows...), ""), steps.Back[0].Label+" ")
		}
	}
	if shown > total || shown < total*9/10 {
		t.Errorf("%d of %d selected credentials are named", shown, total)
	}
}
