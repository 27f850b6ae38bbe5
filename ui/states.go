package ui

import (
	"strconv"
	"strings"

	"pooltop/ui/text"
)

// empty draws the screens without a table: nothing read yet, nothing to read.
func (s *Screen) empty() string {
	type paragraph struct {
		ink   ink
		bold  int
		words string
	}
	path := text.Clean(s.Path, text.RowLimit)
	var str []paragraph
	switch {
	case s.Pool == nil && s.Feed.State == FeedStale:
		str = []paragraph{
			{inkDead, bold, s.staleSentence()},
			{inkSecondary, regular, "The picture comes by itself as soon as the file can be read."},
		}
	case s.Pool == nil:
		str = []paragraph{
			{inkText, bold, "waiting for " + path},
			{inkSecondary, regular, "It appears here by itself as soon as an agent writes it."},
			{inkSecondary, regular, "Another place: --file PATH, --home DIR or --profile NAME."},
			{inkSecondary, regular, "No agent on this machine: pooltop demo plays an outage."},
		}
	case !s.Pool.HasPool:
		str = []paragraph{
			{inkText, bold, "no credential pool in " + path},
			{inkSecondary, regular, "Credentials get there with: hermes auth add"},
		}
	default:
		str = []paragraph{
			{inkText, bold, "the credential pool is empty"},
			{inkSecondary, regular, "Credentials get there with: hermes auth add"},
		}
	}
	if s.Pool != nil && s.Feed.State == FeedStale {
		str = append([]paragraph{{inkDead, bold, s.staleSentence()}}, str...)
	}
	indent := s.margin() + 1
	var body []string
	for i, p := range str {
		if i == 1 {
			body = append(body, "")
		}
		for _, l := range text.Wrap(p.words, s.Width-indent-s.margin()) {
			body = append(body, s.Theme.line().to(indent).draw(p.ink, p.bold, l).String())
		}
	}
	out := []string{s.title()}
	room := s.Height - 2
	if blank := (room - len(body)) / 3; blank > 0 {
		out = append(out, make([]string, blank)...)
		room -= blank
	}
	out = append(out, body[:min(len(body), room)]...)
	return s.withBottom(out, "")
}

// tiny is what a terminal gets that is too small for a table: one line that
// sums up, or the size that it has and the size that it needs.
func (s *Screen) tiny() string {
	if s.Width <= 0 || s.Height <= 0 {
		return ""
	}
	has := strconv.Itoa(s.Width) + "×" + strconv.Itoa(s.Height)
	needs := strconv.Itoa(minWidth) + "×" + strconv.Itoa(minHeight)
	if s.Width < 10 {
		lines := []string{text.Fit(has, s.Width), text.Fit("needs", s.Width), text.Fit(needs, s.Width)}
		return strings.Join(lines[:min(len(lines), s.Height)], "\n")
	}
	stale := s.Feed.State == FeedStale
	if s.Pool == nil && stale {
		return text.Fit("file unreadable", s.Width)
	}
	if s.Pool == nil {
		return text.Fit("waiting for file", s.Width)
	}
	sum := s.summary()
	l := s.Theme.line()
	count := strconv.Itoa(sum.Ready()) + "/" + strconv.Itoa(sum.Total)
	colour := inkReady
	if sum.Out() {
		colour = inkDead
	}
	l.strong(colour, text.Fit(count, s.Width))
	if stale {
		age := " stale " + text.Span(s.Now.Sub(s.Feed.Since))
		return l.strong(inkDead, text.Fit(age, s.Width-l.at)).String()
	}
	if l.at+6 <= s.Width {
		l.put(inkSecondary, " ready")
	}
	if sum.Next != nil {
		back, _ := whenBack(sum.NextAt, s.Now, s.timeForm())
		if l.at+1+text.Width(back) <= s.Width {
			l.to(l.at+1).strong(inkCooling, back)
		}
	}
	return l.String()
}
