package ui

import (
	"strconv"
	"strings"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// title is the first line: name, path, and on the right how fresh the picture
// is, the policy and the clock. It gives way from the least important on.
func (s *Screen) title() string {
	end := s.Width - s.margin()
	left := s.Theme.Line().To(s.margin()).Bold(theme.Accent, "pooltop")
	type piece struct {
		ink  theme.Role
		text string
	}
	feedGlyph, feedRole, feedWords := s.feed()
	pieces := []piece{{theme.Text, feedWords}}
	if s.Width >= narrowFrom && s.Pool != nil {
		pieces = append(pieces, piece{theme.Secondary, s.policyWords()})
	}
	clock := "15:04:05"
	if s.Coarse {
		clock = "15:04"
	}
	if s.Width >= mediumFrom {
		clock = "Mon " + clock
	}
	pieces = append(pieces, piece{theme.Text, s.Now.Format(clock)})
	total := 0
	for {
		total = text.Width(feedGlyph) + 1
		for i, p := range pieces {
			total += text.Width(p.text)
			if i > 0 {
				total += 3
			}
		}
		if left.Col()+3+total <= end || len(pieces) == 1 {
			break
		}
		pieces = pieces[:len(pieces)-1]
	}
	room := end - total - left.Col() - 6
	if path := text.FitPath(text.Clean(s.Path, text.RowLimit), room); path != "" {
		left.To(left.Col()+3).Write(theme.Secondary, path)
		if room -= text.Width(path) + 3; s.Caption != "" && room >= 12 {
			left.To(left.Col()+3).Write(theme.Text, text.Fit(text.Clean(s.Caption, text.RowLimit), room))
		}
	}
	left.To(end-total).Write(feedRole, feedGlyph)
	for i, p := range pieces {
		gap := 3
		if i == 0 {
			gap = 1
		}
		left.To(left.Col()+gap).Write(p.ink, p.text)
	}
	return left.String()
}

func (s *Screen) feed() (glyph string, colour theme.Role, words string) {
	if s.Paused {
		return "❚", theme.Held, s.pausedWords()
	}
	switch s.Feed.State {
	case FeedLive:
		return "●", theme.Ready, "live"
	case FeedPolling:
		words = "polling " + text.Span(s.Feed.Interval)
		if s.Width >= wideFrom && s.Feed.Reason != "" {
			words += ", " + text.Fit(text.Clean(s.Feed.Reason, text.RowLimit), 40)
		}
		return "◐", theme.Cooling, words
	case FeedStale:
		if s.Pool == nil {
			return "✕", theme.Dead, "unreadable"
		}
		return "✕", theme.Dead, "stale " + text.Span(s.Now.Sub(s.Feed.Since))
	}
	return "◌", theme.Due, "waiting"
}

// pausedWords are the badge of a picture that stands, with what it misses.
func (s *Screen) pausedWords() string {
	switch {
	case s.Missed == 0:
		return "paused"
	case s.Width < narrowFrom:
		return "paused +" + strconv.Itoa(min(s.Missed, 999))
	}
	return "paused, " + text.Plural(s.Missed, "event", "events") + " missed"
}

func (s *Screen) policyWords() string {
	words := s.Policy.String()
	switch {
	case s.PolicyForced:
		words += " (chosen)"
	case s.Evidence != nil:
		words += " (seen)"
	}
	if s.ReadOnly {
		words += "   read-only"
	}
	return words
}

// counts is the availability bar and a number for each availability.
func (s *Screen) counts(th *theme.Theme) string {
	sum := s.summary()
	end := s.Width - s.margin()
	words := s.Width >= narrowFrom
	tally := th.Line()
	for _, a := range poolstate.Availabilities {
		n := sum.Count[a]
		if n == 0 && a != poolstate.Ready {
			continue
		}
		if tally.Col() > 0 {
			tally.To(tally.Col() + 2)
			if s.Width >= mediumFrom {
				tally.To(tally.Col() + 1)
			}
		}
		if words {
			tally.Bold(theme.StateRole(a), strconv.Itoa(n)).Write(theme.Secondary, " "+a.String())
		} else {
			tally.Write(theme.StateRole(a), theme.StateGlyph(a)).Write(theme.Text, " "+strconv.Itoa(n))
		}
	}
	l := th.Line().To(s.margin())
	if room := end - l.Col() - tally.Col() - 3; s.Width >= mediumFrom && room >= 2*len(poolstate.Availabilities) {
		barEnd := l.Col() + min(room, 65)
		s.availabilityBar(l, &sum, barEnd)
		l.To(barEnd + 3)
	}
	if l.Col()+tally.Col() > s.Width {
		return text.Fit(l.String()+tally.String(), s.Width)
	}
	return l.String() + tally.String()
}

// barShapes draw the availability bar where there are no colours.
var barShapes = [len(poolstate.Availabilities)]string{"█", "▒", "▒", "░", "·", "·"}

// availabilityBar draws one segment for each availability, as long as its share
// and never shorter than one cell.
func (s *Screen) availabilityBar(l *theme.Line, sum *poolstate.Summary, end int) {
	segments := 0
	for _, n := range sum.Count {
		if n > 0 {
			segments++
		}
	}
	room := end - l.Col() - (segments - 1) // one blank between segments
	left, seen := room, 0
	for a, n := range sum.Count {
		if n == 0 {
			continue
		}
		seen++
		cells := max(room*n/sum.Total, 1)
		cells = min(cells, left-(segments-seen))
		if seen == segments {
			cells = left
		}
		left -= cells
		shape := "━"
		if l.Theme.Shapes {
			shape = barShapes[a]
		}
		l.Write(theme.StateRole(poolstate.Availability(a)), strings.Repeat(shape, cells))
		if seen < segments {
			l.To(l.Col() + 1)
		}
	}
}

// next is the line that answers when: the first credential to come back and the
// time when all are. A stale picture gives its reason there, and a pool with
// nothing ready says so.
func (s *Screen) next(th *theme.Theme) string {
	end := s.Width - s.margin()
	if s.Feed.State == FeedStale {
		return s.staleLine()
	}
	l := th.Line().To(s.margin())
	sum := s.summary()
	switch {
	case sum.Out():
		s.outBanner(l, &sum, end)
	case sum.Next == nil:
		l.Write(theme.Secondary, text.Fit(quietSentence(&sum), end-l.Col()))
	default:
		l.Write(theme.Secondary, "next back ")
		s.nextBack(l, &sum, end)
	}
	return l.String()
}

// staleLine says why the picture is not true any more.
func (s *Screen) staleLine() string {
	l := s.Theme.Line().To(s.margin())
	return l.Bold(theme.Dead, text.Fit(s.staleSentence(), s.Width-s.margin()-l.Col())).String()
}

func (s *Screen) staleSentence() string { return text.Clean(s.Feed.Reason, text.RowLimit) }

// nextBack names the first credential to come back, and when all are.
func (s *Screen) nextBack(l *theme.Line, sum *poolstate.Summary, end int) {
	at := sum.NextAt
	first, _ := whenBack(at, s.Now, s.timeForm())
	_, second := whenBack(at, s.Now, timeForm{!s.Clock, s.Coarse})
	name := text.CredentialName(sum.Next)
	l.Bold(theme.Text, text.Fit(name, max(end-l.Col()-text.Width(first)-2, 4)))
	if provider := text.Clean(sum.Next.Provider, text.RowLimit); l.Col()+1+text.Width(provider)+2+text.Width(first) <= end {
		l.Write(theme.Secondary, " "+provider)
	}
	if l.Col()+2+text.Width(first) <= end {
		l.To(l.Col()+2).Bold(theme.StateRole(s.Policy.Availability(sum.Next, s.Now)), first)
	}
	if l.Col()+2+text.Width(second) <= end {
		l.To(l.Col()+2).Write(theme.Secondary, second)
	}
	by := text.Moment(sum.AllAt, s.Now)
	long := s.allBack(sum)
	for _, all := range []string{long, strings.NewReplacer("every key back", "all", " back", "").Replace(long)} {
		if l.Col()+4+text.Width(all)+1+text.Width(by) <= end {
			l.To(l.Col()+4).Write(theme.Secondary, all+" ").Write(theme.Text, by)
			return
		}
	}
}

// allBack says who is back by the last deadline.
func (s *Screen) allBack(sum *poolstate.Summary) string {
	never := sum.Count[poolstate.Dead] + sum.Count[poolstate.Disabled]
	if never == 0 {
		return "every key back by"
	}
	return "all but " + strconv.Itoa(never) + " back by"
}

// outBanner is said when no credential at all is ready.
func (s *Screen) outBanner(l *theme.Line, sum *poolstate.Summary, end int) {
	said := "every credential is out"
	switch {
	case sum.Count[poolstate.Due] > 0:
		said += ", " + strconv.Itoa(sum.Count[poolstate.Due]) + " due: the agent retries at its next turn"
		if text.Width(said) > end-l.Col() {
			said = "all out, " + strconv.Itoa(sum.Count[poolstate.Due]) + " due now"
		}
	case sum.Next == nil:
		said += ", none comes back by itself"
	default:
		if s.Width >= mediumFrom {
			said += ", first back"
		} else {
			said = "all out, back"
		}
		l.Bold(theme.Dead, said)
		l.To(l.Col() + 1)
		s.nextBack(l, sum, end)
		return
	}
	l.Bold(theme.Dead, text.Fit(said, end-l.Col()))
}

// quietSentence is said when nothing waits for a deadline.
func quietSentence(sum *poolstate.Summary) string {
	switch {
	case sum.Count[poolstate.Due] > 0:
		return strconv.Itoa(sum.Count[poolstate.Due]) + " due: the agent retries at its next turn"
	case sum.Ready() == sum.Total:
		return "every credential is ready"
	case sum.Count[poolstate.Dead] > 0:
		return strconv.Itoa(sum.Count[poolstate.Dead]) + " dead: re-auth needed"
	}
	return "nothing is cooling"
}
