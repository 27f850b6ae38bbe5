package ui

import (
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// title is the first line: name, path, and on the right how fresh the picture
// is, the policy and the clock. It gives way from the least important on.
func (s *Screen) title() string {
	end := s.Width - s.margin()
	left := s.Theme.line().to(s.margin()).strong(inkAccent, "pooltop")
	type piece struct {
		ink  ink
		text string
	}
	feedGlyph, feedInk, feedWords := s.feed()
	pieces := []piece{{inkText, feedWords}}
	if s.Width >= narrowFrom && s.Pool != nil {
		pieces = append(pieces, piece{inkSecondary, s.policyWords()})
	}
	clock := "15:04:05"
	if s.Coarse || s.Pace >= time.Minute && !s.Paused {
		clock = clockLayout
	}
	if s.Width >= mediumFrom {
		clock = "Mon " + clock
	}
	pieces = append(pieces, piece{inkText, s.Now.Format(clock)})
	total := 0
	for {
		total = text.Width(feedGlyph) + 1
		for i, p := range pieces {
			total += text.Width(p.text)
			if i > 0 {
				total += 3
			}
		}
		if left.at+3+total <= end || len(pieces) == 1 {
			break
		}
		pieces = pieces[:len(pieces)-1]
	}
	room := end - total - left.at - 6
	if path := text.FitPath(text.Clean(s.Path, text.RowLimit), room); path != "" {
		left.to(left.at+3).put(inkSecondary, path)
		if room -= text.Width(path) + 3; s.Caption != "" && room >= 12 {
			left.to(left.at+3).put(inkText, text.Fit(text.Clean(s.Caption, text.RowLimit), room))
		}
	}
	left.to(end-total).put(feedInk, feedGlyph)
	for i, p := range pieces {
		gap := 3
		if i == 0 {
			gap = 1
		}
		left.to(left.at+gap).put(p.ink, p.text)
	}
	return left.String()
}

func (s *Screen) feed() (glyph string, colour ink, words string) {
	if s.Paused {
		return "❚", inkHeld, s.pausedWords()
	}
	switch s.Feed.State {
	case FeedLive:
		return "●", inkReady, "live"
	case FeedPolling:
		words = "polling " + text.Span(s.Feed.Interval)
		if s.Width >= wideFrom && s.Feed.Reason != "" {
			words += ", " + text.Fit(text.Clean(s.Feed.Reason, text.RowLimit), 40)
		}
		return "◐", inkCooling, words
	case FeedStale:
		if s.Pool == nil {
			return "✕", inkDead, "unreadable"
		}
		return "✕", inkDead, "stale " + text.Span(s.Now.Sub(s.Feed.Since))
	}
	return "◌", inkDue, "waiting"
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
func (s *Screen) counts(theme *Theme) string {
	sum := s.summary()
	end := s.Width - s.margin()
	words := s.Width >= narrowFrom
	tally := theme.line()
	for _, a := range poolstate.Availabilities {
		n := sum.Count[a]
		if n == 0 && a != poolstate.Ready {
			continue
		}
		if tally.at > 0 {
			tally.to(tally.at + 2)
			if s.Width >= mediumFrom {
				tally.to(tally.at + 1)
			}
		}
		if words {
			tally.strong(stateInk(a), strconv.Itoa(n)).put(inkSecondary, " "+a.String())
		} else {
			tally.put(stateInk(a), stateGlyph(a)).put(inkText, " "+strconv.Itoa(n))
		}
	}
	l := theme.line().to(s.margin())
	if room := end - l.at - tally.at - 3; s.Width >= mediumFrom && room >= 2*len(poolstate.Availabilities) {
		barEnd := l.at + min(room, 65)
		s.availabilityBar(l, &sum, barEnd)
		l.to(barEnd + 3)
	}
	if l.at+tally.at > s.Width {
		return text.Fit(l.String()+tally.String(), s.Width)
	}
	return l.String() + tally.String()
}

// barShapes draw the availability bar where there are no colours.
var barShapes = [len(poolstate.Availabilities)]string{"█", "▒", "▒", "░", "·", "·"}

// availabilityBar draws one segment for each availability, as long as its share
// and never shorter than one cell.
func (s *Screen) availabilityBar(l *line, sum *poolstate.Summary, end int) {
	segments := 0
	for _, n := range sum.Count {
		if n > 0 {
			segments++
		}
	}
	room := end - l.at - (segments - 1) // one blank between segments
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
		if l.theme.Shapes {
			shape = barShapes[a]
		}
		l.put(stateInk(poolstate.Availability(a)), strings.Repeat(shape, cells))
		if seen < segments {
			l.to(l.at + 1)
		}
	}
}

// next is the line that answers when: the first credential to come back and the
// time when all are. A stale picture gives its reason there, and a pool with
// nothing ready says so.
func (s *Screen) next(theme *Theme) string {
	end := s.Width - s.margin()
	if s.Feed.State == FeedStale {
		return s.staleLine()
	}
	l := theme.line().to(s.margin())
	sum := s.summary()
	switch {
	case sum.Out():
		s.outBanner(l, &sum, end)
	case sum.Next == nil:
		l.put(inkSecondary, text.Fit(quietSentence(&sum), end-l.at))
	default:
		l.put(inkSecondary, "next back ")
		s.nextBack(l, &sum, end)
	}
	return l.String()
}

// staleLine says why the picture is not true any more.
func (s *Screen) staleLine() string {
	l := s.Theme.line().to(s.margin())
	return l.strong(inkDead, text.Fit(s.staleSentence(), s.Width-s.margin()-l.at)).String()
}

func (s *Screen) staleSentence() string { return text.Clean(s.Feed.Reason, text.RowLimit) }

// nextBack names the first credential to come back, and when all are.
func (s *Screen) nextBack(l *line, sum *poolstate.Summary, end int) {
	at := sum.NextAt
	first, _ := whenBack(at, s.Now, s.timeForm())
	_, second := whenBack(at, s.Now, timeForm{!s.Clock, s.Coarse})
	name := text.CredentialName(sum.Next)
	l.strong(inkText, text.Fit(name, max(end-l.at-text.Width(first)-2, 4)))
	if provider := text.Clean(sum.Next.Provider, text.RowLimit); l.at+1+text.Width(provider)+2+text.Width(first) <= end {
		l.put(inkSecondary, " "+provider)
	}
	if l.at+2+text.Width(first) <= end {
		l.to(l.at+2).strong(stateInk(s.Policy.Availability(sum.Next, s.Now)), first)
	}
	if l.at+2+text.Width(second) <= end {
		l.to(l.at+2).put(inkSecondary, second)
	}
	by := text.Moment(sum.AllAt, s.Now)
	long := s.allBack(sum)
	for _, all := range []string{long, strings.NewReplacer("every key back", "all", " back", "").Replace(long)} {
		if l.at+4+text.Width(all)+1+text.Width(by) <= end {
			l.to(l.at+4).put(inkSecondary, all+" ").put(inkText, by)
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
func (s *Screen) outBanner(l *line, sum *poolstate.Summary, end int) {
	said := "every credential is out"
	switch {
	case sum.Count[poolstate.Due] > 0:
		said += ", " + strconv.Itoa(sum.Count[poolstate.Due]) + " due: the agent retries at its next turn"
		if text.Width(said) > end-l.at {
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
		l.strong(inkDead, said)
		l.to(l.at + 1)
		s.nextBack(l, sum, end)
		return
	}
	l.strong(inkDead, text.Fit(said, end-l.at))
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
