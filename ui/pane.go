package ui

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"pooltop/poolstate"
	"pooltop/ui/chart"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// paged draws the title, the visible part of lines and the footer.
func (s *Screen) paged(lines []string) string {
	height, more := s.paneHeight(), ""
	lines = lines[clampOffset(s.Offset, len(lines), height):]
	if len(lines) > height {
		lines, more = lines[:height], joined(" ", s.MoreKey, "more")
	}
	return s.withBottom(append(s.paneHead(), lines...), more)
}

func (s *Screen) paneHead() []string {
	switch {
	case s.Feed.State == FeedStale:
		lines := s.wrapped(theme.Dead, theme.Bold, text.Clean(s.Feed.Reason, text.MessageLimit), s.inner())
		if len(lines) > s.Height/8 {
			return []string{s.title(), s.staleLine()}
		}
		return append([]string{s.title()}, s.indented(lines)...)
	case s.narrates():
		return []string{s.title(), s.narrationLine(), ""}
	}
	return []string{s.title(), ""}
}

// withBottom puts the status line and the footer on the last lines of a pane.
func (s *Screen) withBottom(out []string, place string) string {
	s.Targets.begin(s.Height - 1)
	return strings.Join(append(filled(out, s.Height-2), s.statusLine(), s.footer(place)), "\n")
}

func (s *Screen) paneHeight() int { return max(s.Height-2-len(s.paneHead()), 1) }

// PaneLines returns the number of lines that the open pane can scroll.
func PaneLines(s *Screen) int {
	n := 0
	switch {
	case s.Pane == PaneHelp:
		n = len(s.helpLines()) - s.paneHeight()
	case s.Pane == PaneOutput:
		n = len(s.outputLines()) - s.paneHeight()
	case s.Pane == PaneDetail && s.selected() != nil:
		n = len(s.detailLines()) - s.paneHeight()
	}
	return max(n, 0)
}

// filled returns the first h lines, adding empty ones if there are fewer.
func filled(lines []string, h int) []string {
	for len(lines) < h {
		lines = append(lines, "")
	}
	return lines[:max(h, 0)]
}

func (s *Screen) indented(lines []string) []string { return s.beside(lines, nil, 0) }

// beside puts two columns side by side. The second starts at col, counted from the margin.
func (s *Screen) beside(left, right []string, col int) []string {
	out := sideBySide(left, right, col)
	for i := range out {
		out[i] = strings.Repeat(" ", s.margin()) + out[i]
	}
	return out
}

// sideBySide puts two columns side by side, without a margin. The second starts at col.
func sideBySide(left, right []string, col int) []string {
	out := make([]string, max(len(left), len(right)))
	for i := range out {
		if i < len(left) {
			out[i] = left[i]
		}
		if i < len(right) {
			out[i] += strings.Repeat(" ", max(col-ansi.StringWidthWc(out[i]), 0)) + right[i]
		}
	}
	return out
}

// wrapped wraps text at w cells. It returns no lines for an empty string.
func (s *Screen) wrapped(role theme.Role, weight theme.Weight, words string, w int) []string {
	lines := text.Wrap(words, w)
	for i, l := range lines {
		lines[i] = s.Theme.Line().Draw(role, weight, l).String()
	}
	return lines
}

// quiet wraps text at w cells, in the secondary color.
func (s *Screen) quiet(words string, w int) []string {
	return s.wrapped(theme.Secondary, theme.Regular, words, w)
}

// add writes text after a gap. If the text would extend past end, it writes nothing and returns
// false.
func add(l *theme.Line, gap, end int, role theme.Role, weight theme.Weight, s string) bool {
	if s == "" || l.Col()+gap+text.Width(s) > end {
		return false
	}
	l.To(l.Col()+gap).Draw(role, weight, s)
	return true
}

func addQuiet(l *theme.Line, gap, end int, s string) bool {
	return add(l, gap, end, theme.Secondary, theme.Regular, s)
}

// flatHead is the number of lines above the events if they replace the chart in a forecast:
// the summary, a blank line and a title.
const flatHead = 3

// forecastLines draws the forecast, w cells wide and h lines high. If no cooldown will end,
// events replace the chart below the summary.
func (s *Screen) forecastLines(w, h int) []string {
	head := s.line().Bold(theme.Text, "capacity")
	f := s.Pool.Forecast(s.Policy, s.Now)
	if p := s.Pool.Provider(s.ForecastOf); s.Pane == PaneForecast && p != nil && s.ForecastOf != "" {
		f = p.Forecast(s.Policy, s.Now)
		head.Write(theme.Text, " of "+text.Fit(clean(p.Name), w/3))
	}
	if accounts := chart.Accounts(&f); !addQuiet(head, 2, w, joined(" · ", chart.Summary(&f), accounts)) && accounts != "" {
		addQuiet(head, 2, w, chart.Summary(&f))
	}
	if len(f.Steps) == 0 {
		title := s.line().Bold(theme.Text, "events").String()
		return append([]string{head.String(), "", title}, s.eventLines(w, h-flatHead, 0)...)
	}
	return append([]string{head.String()}, chart.Capacity(head.Theme, &f, s.selectedOriginal(), s.Pane == PaneForecast, w, h-1)...)
}

// selectedOriginal returns the selected credential or, if it is borrowed, its original.
func (s *Screen) selectedOriginal() *poolstate.Ref {
	if c := s.selected(); c != nil {
		return new(c.Original())
	}
	return nil
}

// chartBlock draws the forecast below a blank line, in exactly h lines.
func (s *Screen) chartBlock(h int) []string {
	return filled(append([]string{""}, s.indented(s.forecastLines(s.inner(), h-1))...), h)
}

// targetLines names the selected credential, whose recovery the chart marks.
func (s *Screen) targetLines(w int) []string {
	c := s.selected()
	if c == nil {
		return nil
	}
	l := s.line().Write(theme.Accent, "▲ ")
	words := stateWords(c, s.Policy, s.Now)
	name := cmp.Or(text.ProviderOf(c), text.ProviderName("")) + "/" + text.CredentialName(c)
	l.Bold(theme.Text, text.Fit(name, max(w-l.Col()-2-text.Width(words), w/2)))
	addQuiet(l, 2, w, words)
	return []string{l.String()}
}

// forecastPane draws the forecast and, below it, the selected credential and the
// providers that are out.
func (s *Screen) forecastPane() []string {
	w, h := s.inner(), s.paneHeight()
	below := s.targetLines(w)
	if h < 4 { // no room for a chart
		return s.indented(append(below, s.forecastLines(w, h-len(below))...))
	}
	if out := s.outWords(w); out != "" {
		below = append(below, s.line().Write(theme.Dead, out).String())
	}
	if len(below) > 0 {
		below = append([]string{""}, below...)
	}
	return s.indented(append(s.forecastLines(w, h-len(below)), below...))
}

// isEmpty reports whether there is no provider to show.
func (s *Screen) isEmpty() bool {
	return s.Pool == nil || !s.Pool.HasPool || len(s.Pool.Providers) == 0
}

// emptyWords returns the headline and advice to show in place of the table.
func (s *Screen) emptyWords() (role theme.Role, headline string, help []string) {
	role, headline, help = theme.Text, "the credential pool is empty", []string{"Add one with: hermes auth add"}
	switch stale := s.Feed.State == FeedStale; {
	case s.Pool == nil && stale:
		role, headline, help = theme.Dead, clean(s.Feed.Reason), []string{"This view returns when the file is valid again."}
	case s.Pool == nil:
		headline, help = "waiting for "+clean(s.Path), []string{
			"Credentials appear once an agent writes the file.",
			"To use another file: --file PATH, --home DIR or --profile NAME.",
			"No agent here? Try: pooltop demo",
		}
	default:
		if !s.Pool.HasPool {
			headline = "no credential pool in " + clean(s.Path)
		}
		if s.CorruptCopy != "" { // the agent started over with an empty pool
			help = append([]string{clean(s.CorruptCopy) + " is a copy of the file that an agent could not read. Restore a backup, or repair that copy."}, help...)
		}
		if stale {
			role, headline, help = theme.Dead, clean(s.Feed.Reason), append([]string{headline}, help...)
		}
	}
	return role, headline, help
}

// empty draws a headline and advice in place of the table.
func (s *Screen) empty() string {
	role, headline, help := s.emptyWords()
	w := s.inner() - 1
	body := append(s.wrapped(role, theme.Bold, headline, w), "")
	for _, words := range help {
		body = append(body, s.quiet(words, w)...)
	}
	room := s.Height - 3
	blank := max((room-len(body))/3, 0)
	out := filled([]string{s.title()}, 1+blank)
	return s.withBottom(append(out, s.beside(nil, body[:min(len(body), room-blank)], 1)...), "")
}

// tiny draws one line of counts or, if even that does not fit, the required size.
func (s *Screen) tiny() string {
	size := func(w, h int) string { return strconv.Itoa(w) + "×" + strconv.Itoa(h) }
	stale := s.Feed.State == FeedStale
	switch {
	case s.Width <= 0 || s.Height <= 0:
		return ""
	case s.Width < 10:
		lines := []string{size(s.Width, s.Height), "needs", size(minWidth, minHeight)}
		for i, l := range lines {
			lines[i] = text.Fit(l, s.Width)
		}
		return strings.Join(lines[:min(len(lines), s.Height)], "\n")
	case s.Pool == nil && stale:
		return text.Fit("file unreadable", s.Width)
	case s.Pool == nil:
		return text.Fit("waiting for file", s.Width)
	}
	sum, l, role := s.summary(), s.Theme.Line(), theme.Ready
	if sum.Out() {
		role = theme.Dead
	}
	l.Bold(role, text.Fit(strconv.Itoa(sum.Ready())+"/"+strconv.Itoa(sum.Total), s.Width))
	if stale {
		age := " stale " + text.Span(s.Now.Sub(s.Feed.Since))
		return l.Bold(theme.Dead, text.Fit(age, s.Width-l.Col())).String()
	}
	addQuiet(l, 1, s.Width, "ready")
	if sum.Next != nil {
		back, _ := s.whenBack(sum.NextAt, s.Clock)
		add(l, 1, s.Width, theme.Cooling, theme.Bold, back)
	}
	return l.String()
}
