package ui

import (
	"strconv"
	"strings"

	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// empty draws the screens without a table: nothing read yet, nothing to read.
func (s *Screen) empty() string {
	type paragraph struct {
		ink   theme.Role
		bold  theme.Weight
		words string
	}
	path := text.Clean(s.Path, text.RowLimit)
	var str []paragraph
	switch {
	case s.Pool == nil && s.Feed.State == FeedStale:
		str = []paragraph{
			{theme.Dead, theme.Bold, s.staleSentence()},
			{theme.Secondary, theme.Regular, "The picture comes by itself as soon as the file can be read."},
		}
	case s.Pool == nil:
		str = []paragraph{
			{theme.Text, theme.Bold, "waiting for " + path},
			{theme.Secondary, theme.Regular, "It appears here by itself as soon as an agent writes it."},
			{theme.Secondary, theme.Regular, "Another place: --file PATH, --home DIR or --profile NAME."},
			{theme.Secondary, theme.Regular, "No agent on this machine: pooltop demo plays an outage."},
		}
	case !s.Pool.HasPool:
		str = []paragraph{
			{theme.Text, theme.Bold, "no credential pool in " + path},
			{theme.Secondary, theme.Regular, "Credentials get there with: hermes auth add"},
		}
	default:
		str = []paragraph{
			{theme.Text, theme.Bold, "the credential pool is empty"},
			{theme.Secondary, theme.Regular, "Credentials get there with: hermes auth add"},
		}
	}
	if s.Pool != nil && s.Feed.State == FeedStale {
		str = append([]paragraph{{theme.Dead, theme.Bold, s.staleSentence()}}, str...)
	}
	indent := s.margin() + 1
	var body []string
	for i, p := range str {
		if i == 1 {
			body = append(body, "")
		}
		for _, l := range text.Wrap(p.words, s.Width-indent-s.margin()) {
			body = append(body, s.Theme.Line().To(indent).Draw(p.ink, p.bold, l).String())
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
	l := s.Theme.Line()
	count := strconv.Itoa(sum.Ready()) + "/" + strconv.Itoa(sum.Total)
	colour := theme.Ready
	if sum.Out() {
		colour = theme.Dead
	}
	l.Bold(colour, text.Fit(count, s.Width))
	if stale {
		age := " stale " + text.Span(s.Now.Sub(s.Feed.Since))
		return l.Bold(theme.Dead, text.Fit(age, s.Width-l.Col())).String()
	}
	if l.Col()+6 <= s.Width {
		l.Write(theme.Secondary, " ready")
	}
	if sum.Next != nil {
		back, _ := whenBack(sum.NextAt, s.Now, s.timeForm())
		if l.Col()+1+text.Width(back) <= s.Width {
			l.To(l.Col()+1).Bold(theme.Cooling, back)
		}
	}
	return l.String()
}
