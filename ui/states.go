package ui

import (
	"strconv"
	"strings"

	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// emptyWords returns what to say instead of a table: a headline and what to do.
func (s *Screen) emptyWords() (role theme.Role, headline string, help []string) {
	const add = "Add one with: hermes auth add"
	path := text.Clean(s.Path, text.RowLimit)
	switch {
	case s.Pool == nil && s.Feed.State == FeedStale:
		return theme.Dead, s.staleSentence(), []string{"This view returns when the file is valid again."}
	case s.Pool == nil:
		return theme.Text, "waiting for " + path, []string{
			"It will appear when an agent writes it.",
			"To use another file: --file PATH, --home DIR or --profile NAME.",
			"No agent here? Try: pooltop demo",
		}
	case !s.Pool.HasPool:
		headline, help = "no credential pool in "+path, []string{add}
	default:
		headline, help = "the credential pool is empty", []string{add}
	}
	if s.Feed.State == FeedStale {
		return theme.Dead, s.staleSentence(), append([]string{headline}, help...)
	}
	return theme.Text, headline, help
}

// empty draws the screen when there is no table to show.
func (s *Screen) empty() string {
	role, headline, help := s.emptyWords()
	indent := s.margin() + 1
	var body []string
	add := func(role theme.Role, weight theme.Weight, words string) {
		for _, l := range text.Wrap(words, s.Width-indent-s.margin()) {
			body = append(body, s.Theme.Line().To(indent).Draw(role, weight, l).String())
		}
	}
	add(role, theme.Bold, headline)
	body = append(body, "")
	for _, words := range help {
		add(theme.Secondary, theme.Regular, words)
	}
	room := s.Height - 2
	blank := max((room-len(body))/3, 0)
	out := filled([]string{s.title()}, 1+blank)
	return s.withBottom(append(out, body[:min(len(body), room-blank)]...), "")
}

// tiny draws one line for a terminal too small for a table or, in one too small
// even for that, the size that is needed.
func (s *Screen) tiny() string {
	if s.Width <= 0 || s.Height <= 0 {
		return ""
	}
	if s.Width < 10 {
		size := func(w, h int) string { return text.Fit(strconv.Itoa(w)+"×"+strconv.Itoa(h), s.Width) }
		lines := []string{size(s.Width, s.Height), text.Fit("needs", s.Width), size(minWidth, minHeight)}
		return strings.Join(lines[:min(len(lines), s.Height)], "\n")
	}
	stale := s.Feed.State == FeedStale
	switch {
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
	add(l, 1, s.Width, theme.Secondary, theme.Regular, "ready")
	if sum.Next != nil {
		back, _ := whenBack(sum.NextAt, s.Now, s.timeForm())
		add(l, 1, s.Width, theme.Cooling, theme.Bold, back)
	}
	return l.String()
}
