package ui

import (
	"testing"
	"time"

	"pooltop/poolstate"
)

// FuzzRender draws arbitrary text in every field of a screen, at any size.
func FuzzRender(f *testing.F) {
	f.Add("work-oauth", "anthropic", "too many requests", "rate_limit_error", "manual", "b27e04", uint8(120), uint8(36), uint8(0))
	for i, text := range append(append([]string{}, wideStrings...), hostileStrings...) {
		f.Add(text, text, text, text, text, text, uint8(20+i*7), uint8(5+i*2), uint8(i))
		f.Add("label", "provider", text, "reason", "source", text, uint8(80), uint8(30), uint8(i))
	}
	f.Fuzz(func(t *testing.T, label, provider, message, reason, source, id string, w, h, kind uint8) {
		s := fuzzedScreen(label, provider, message, reason, source, id, kind)
		s.Width, s.Height = int(w), int(h)
		if s.Pane == PaneTable {
			s.Offset = ScrollTo(s)
		}
		if problem := flaw(Render(s), int(w), int(h)); problem != "" {
			t.Errorf("at %d×%d %s", w, h, problem)
		}
		if w < minWidth {
			return
		}
		if problem := flaw(List(s), int(w), 100); problem != "" {
			t.Errorf("as a list of %d columns %s", w, problem)
		}
	})
}

// fuzzedScreen returns a screen with two credentials and the given text in every field.
// kind selects the pane, the state, the feed and the theme.
func fuzzedScreen(label, provider, message, reason, source, id string, kind uint8) *Screen {
	c := poolstate.Credential{
		Ref: poolstate.Ref{Provider: provider, ID: id}, Index: 1,
		Label: label, Source: source, AuthType: source, BaseURL: message, Fingerprint: id,
		Status: poolstate.Status(kind % 5), StatusText: reason, StatusAt: epoch.Add(-time.Duration(kind) * time.Minute),
		ErrorCode: poolstate.Some(int(kind) * 7), ErrorReason: reason, ErrorMessage: message, FailureReason: reason,
		Streak: poolstate.KnownStreak(int(kind) % 6), ExpiresAt: epoch.Add(time.Hour),
		ModelCooldowns: []poolstate.ModelCooldown{{Model: label, Until: epoch.Add(time.Minute)}},
	}
	c.Shares = []poolstate.Ref{c.Ref, {Provider: provider, ID: label}}
	other := c
	other.Position, other.Index, other.ID = 1, 2, id+"2"
	p := &poolstate.Pool{HasPool: true, Providers: []poolstate.Provider{
		{Name: provider, Credentials: []poolstate.Credential{c, other}},
	}}
	s := screenOf(p).chooseFirst()
	s.Path, s.Narration = source, message
	s.Pane = Pane(kind % 5)
	for kind := range poolstate.EventFileRecovered + 1 {
		r := poolstate.RecordOf(&poolstate.Event{At: epoch, Kind: kind, Before: &other, After: &c}, s.Policy)
		r.Reason, r.Message = reason, message
		s.Events = append(s.Events, r)
	}
	s.ForecastOf, s.Answer = provider, &Answer{Kind: AnswerNotice, Text: message}
	s.Filter = &FilterLine{Text: label, Problem: reason}
	if kind%7 == 6 {
		s.Dialog = &Dialog{
			Title: label, Preview: message, Note: reason, Unaffected: []string{source}, Warnings: []string{message}, Problem: id,
			Fields: []Field{{Name: "reason", Value: label}},
		}
	}
	s.Feed = Feed{State: FeedState(kind / 3 % 4), Reason: message, Interval: time.Second, Since: epoch}
	if kind/12%2 == 0 {
		s.Theme = plainTheme
	}
	return s
}
