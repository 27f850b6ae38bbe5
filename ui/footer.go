package ui

import (
	"charm.land/bubbles/v2/key"

	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// keepLast is the number of keys at the end of the footer that are left out
// last: on most screens, help and quit.
const keepLast = 2

// footer draws the keys that fit, the first ones being the most important, and
// on the right the place in a longer text or table. (The help of bubbles cuts
// off the last keys, and does not say where it has put the others.)
func (s *Screen) footer(place string) string {
	const gap = 3
	end := s.Width - s.margin()
	l, room := s.Theme.Line().To(s.margin()), end
	if place != "" {
		room -= text.Width(place) + gap
	}
	var keys []key.Binding
	for _, b := range s.Short {
		if b.Enabled() {
			keys = append(keys, b)
		}
	}
	width := func(b key.Binding) int { return text.Width(b.Help().Key) + 1 + text.Width(b.Help().Desc) }
	last, reserved := max(len(keys)-keepLast, 0), 0
	for _, b := range keys[last:] {
		reserved += gap + width(b)
	}
	for i, b := range keys {
		before := gap
		if l.Col() == s.margin() {
			before = 0
		}
		if i >= last {
			reserved -= gap + width(b)
		}
		if l.Col()+before+width(b)+reserved > room {
			continue
		}
		l.To(l.Col()+before).Write(theme.Accent, b.Help().Key).Write(theme.Secondary, " "+b.Help().Desc)
		s.addKey(l.Col()-width(b), l.Col(), b)
	}
	if place != "" {
		l.Right(end, theme.Secondary, theme.Regular, text.Fit(place, end-l.Col()))
	}
	return l.String()
}
