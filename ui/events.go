package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// Widths of the columns of events, in cells, and the width from which each has
// its full one and it is said who did it.
const (
	eventTimeWidth = 9
	eventWhoWidth  = 30
	eventKindWidth = 10
	eventByWidth   = 8
	eventGap       = 2
	eventsWideFrom = 100
)

// MatchRecord reports whether an event is one of those that a filter of
// credentials lets through: with the credential as the event left it. What
// happened to the file concerns every credential.
func MatchRecord(f Filter, r *poolstate.Record, p poolstate.Policy) bool {
	if r.Kind.OfFile() {
		return true
	}
	c := r.Credential()
	return f.Match(&c, p.Assess(&c, r.At))
}

// EventLine draws one event in at most w cells: when, who, what, and how.
func EventLine(theme *Theme, r *poolstate.Record, p poolstate.Policy, now time.Time, w int) string {
	return eventLine(theme, r, p, now, w, false).String()
}

func eventLine(theme *Theme, r *poolstate.Record, p poolstate.Policy, now time.Time, w int, distance bool) *line {
	l := theme.line()
	wide := w >= eventsWideFrom
	cell := func(i ink, s string, room int) {
		end := min(l.at+room, w)
		l.put(i, text.Fit(s, min(room, w-l.at))).to(min(end+eventGap, w))
	}
	who := w / 3
	switch {
	case wide:
		who = eventWhoWidth
	case w < narrowFrom: // the words would be cut to nothing
		who = max(w-eventTimeWidth-eventKindWidth-2*eventGap, 1)
	}
	cell(inkFaint, eventTime(r.At, now, distance), eventTimeWidth)
	cell(inkText, recordName(r, who), who)
	cell(eventInk(r.Kind), eventWord(r.Kind), eventKindWidth)
	words := EventWords(r, p, now)
	switch {
	case wide && !r.Kind.OfFile():
		cell(inkSecondary, r.By.String(), eventByWidth)
	case wide:
		cell(inkSecondary, "", eventByWidth)
	case r.By == poolstate.ByOperator:
		words = strings.TrimSuffix("by operator, "+words, ", ")
	}
	if l.at+eventGap < w {
		l.put(inkSecondary, text.Fit(words, w-l.at))
	}
	return l
}

// eventTime writes when it happened: by the clock, or how long ago.
func eventTime(at, now time.Time, distance bool) string {
	if distance {
		return text.Span(now.Sub(at)) + " ago"
	}
	at = at.In(now.Location())
	if text.CivilDays(at) == text.CivilDays(now) {
		return at.Format("15:04:05")
	}
	return text.Moment(at, now)
}

// recordName is provider/name in at most w cells; the provider gives way first.
func recordName(r *poolstate.Record, w int) string {
	if r.Kind.OfFile() {
		return "the file"
	}
	name := strings.TrimSpace(text.Clean(r.Name(), text.RowLimit))
	provider := strings.TrimSpace(text.Clean(r.Provider, text.RowLimit))
	if room := w - text.Width(name) - 1; room >= 6 || room >= text.Width(provider) {
		return text.Fit(provider, room) + "/" + name
	}
	return text.Fit(name, w)
}

func eventWord(k poolstate.EventKind) string {
	return strings.ReplaceAll(strings.TrimPrefix(k.String(), "file_"), "_", " ")
}

func eventInk(k poolstate.EventKind) ink {
	switch k {
	case poolstate.EventExhausted:
		return inkCooling
	case poolstate.EventHeld:
		return inkHeld
	case poolstate.EventDue:
		return inkDue
	case poolstate.EventDead, poolstate.EventFileMissing, poolstate.EventFileUnreadable:
		return inkDead
	case poolstate.EventRemoved, poolstate.EventDisabled:
		return inkSecondary
	}
	return inkReady
}

// EventWords says how it happened: "429 usage limit, streak 2 → 3, 4h".
func EventWords(r *poolstate.Record, p poolstate.Policy, now time.Time) string {
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	c := r.Credential()
	switch r.Kind {
	case poolstate.EventExhausted:
		add(text.Failure(&c))
		add(streakChange(r))
		if r.Cooldown > 0 {
			add(text.Span(time.Duration(r.Cooldown) * time.Second))
		}
		add(quotedWords(r.Message))
	case poolstate.EventHeld:
		if r.After.Deadline != nil {
			add("until " + text.Moment(*r.After.Deadline, now))
		}
		add(streakChange(r))
		add(quotedWords(r.Reason))
	case poolstate.EventDue:
		over := "cooldown"
		if r.Cooldown > 0 {
			over += " of " + text.Span(time.Duration(r.Cooldown)*time.Second)
		}
		add(over + " over")
		add(streakStays(r))
	case poolstate.EventReady:
		add("cleared")
		add(streakStays(r))
	case poolstate.EventReset:
		add(streakChange(r))
	case poolstate.EventRefreshed:
		add("new tokens")
		add(streakChange(r))
	case poolstate.EventDead:
		add(text.Failure(&c))
		add("re-auth is what it needs")
	case poolstate.EventFileUnreadable:
		add(text.Clean(r.Message, text.MessageLimit))
	default:
		add(plainWords[r.Kind])
	}
	return strings.Join(parts, ", ")
}

// quotedWords are somebody's own, as such.
func quotedWords(s string) string {
	if s = strings.TrimSpace(text.Clean(s, text.RowLimit)); s == "" {
		return ""
	}
	return "“" + s + "”"
}

// plainWords say what has no numbers.
var plainWords = map[poolstate.EventKind]string{
	poolstate.EventAdded:         "new in the pool",
	poolstate.EventRemoved:       "no longer in the file",
	poolstate.EventDisabled:      "out of rotation",
	poolstate.EventEnabled:       "back in rotation",
	poolstate.EventFileMissing:   "it is gone; the last picture stays",
	poolstate.EventFileRecovered: "it can be read again",
}

// streakChange says what became of the streak: "streak 2 → 3".
func streakChange(r *poolstate.Record) string {
	before, after := r.Before.Streak, r.After.Streak
	switch {
	case after == nil:
		return ""
	case r.Before.Status == nil && before == nil:
		return "streak " + strconv.Itoa(*after)
	case before == nil:
		return fmt.Sprintf("streak – → %d", *after)
	case *before == *after:
		return "streak stays " + strconv.Itoa(*after)
	}
	return fmt.Sprintf("streak %d → %d", *before, *after)
}

func streakStays(r *poolstate.Record) string {
	if r.After.Streak == nil || *r.After.Streak == 0 {
		return ""
	}
	return "streak stays " + strconv.Itoa(*r.After.Streak)
}

// eventLines are the newest events, h of them at the most, each w cells wide.
func (s *Screen) eventLines(theme *Theme, w, h, skip int) []sized {
	var out []sized
	for i := len(s.Events) - 1 - skip; i >= 0 && len(out) < h; i-- {
		out = append(out, eventLine(theme, &s.Events[i], s.Policy, s.Now, w, s.Clock).sized())
	}
	if len(out) == 0 && h > 0 {
		said := "nothing has happened yet"
		if s.Filter != nil && s.Filter.Text != "" {
			said = "no event matches; esc clears the filter"
		}
		out = append(out, theme.line().put(inkSecondary, text.Fit(said, w)).sized())
	}
	return out
}

// eventBlock is the newest events below the table, in exactly h lines, a blank
// one first.
func (s *Screen) eventBlock(theme *Theme, h int) []string {
	out := append([]string{""}, indented(s, s.eventLines(theme, s.Width-2*s.margin(), h-1, 0))...)
	for len(out) < h {
		out = append(out, "")
	}
	return out[:h]
}

// eventsPane is all events, newest first, as large as the screen.
func (s *Screen) eventsPane(theme *Theme) string {
	w, h := s.Width-2*s.margin(), s.paneHeight()-1
	if s.Filter != nil {
		h--
	}
	skip := clampOffset(s.Offset, len(s.Events), h)
	head := theme.line().strong(inkText, "events")
	if said := text.Plural(len(s.Events), "event", "events") + ", newest first"; head.at+2+text.Width(said) <= w && len(s.Events) > 0 {
		head.to(head.at+2).put(inkSecondary, said)
	}
	lines := append([]sized{head.sized()}, s.eventLines(theme, w, h, skip)...)
	second := ""
	if s.Feed.State == FeedStale {
		second = s.staleLine()
	}
	out := append([]string{s.title(), second}, indented(s, lines)...)
	for s.Filter != nil && len(out) < h+3 {
		out = append(out, "")
	}
	if s.Filter != nil {
		out = append(out, s.filterLine())
	}
	place := ""
	if len(s.Events) > h && h > 0 {
		last := min(skip+h, len(s.Events))
		place = strconv.Itoa(skip+1) + "–" + strconv.Itoa(last) + " of " + strconv.Itoa(len(s.Events))
		if last < len(s.Events) {
			place += "  ↓ more"
		}
	}
	return s.withBottom(out, place)
}
