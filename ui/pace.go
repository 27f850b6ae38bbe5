package ui

import (
	"time"

	"pooltop/ui/text"
)

// PaceOf is how often the clock alone changes what a screen shows: each second
// while something on it is counted in seconds, else each minute. A screen that
// nobody looks at counts in minutes throughout.
func PaceOf(s *Screen) time.Duration {
	if s.Coarse || s.Paused || !s.countsSeconds() {
		return time.Minute
	}
	return time.Second
}

// countsSeconds reports whether any time on the screen is written to the second
// and passes.
func (s *Screen) countsSeconds() bool {
	soon := func(t time.Time) bool { return t.After(s.Now) && t.Sub(s.Now) <= text.Day }
	if s.Feed.State == FeedStale && s.Now.Sub(s.Feed.Since) < time.Minute || len(s.Fresh) > 0 {
		return true
	}
	if s.Answer != nil && s.Answer.Kind != AnswerNotice {
		return true // it is going to leave, and a wait is counted
	}
	if s.Pool == nil {
		return false
	}
	if sum := s.summary(); sum.Next != nil && soon(sum.NextAt) {
		return true
	}
	if c := s.selected(); c != nil {
		for _, m := range c.ModelCooldowns {
			if soon(m.Until) {
				return true
			}
		}
		if expiry(c, s.Now) == expiresSoon {
			return true
		}
	}
	return s.Clock && s.hasNews()
}

// hasNews reports whether an event is so young that its age is written in
// seconds.
func (s *Screen) hasNews() bool {
	n := len(s.Events)
	return n > 0 && s.Now.Sub(s.Events[n-1].At) < time.Minute
}
