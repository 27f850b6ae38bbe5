package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/text"
	"pooltop/ui/theme"
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
func MatchRecord(f filter.Filter, r *poolstate.Record, p poolstate.Policy) bool {
	if r.Kind.OfFile() {
		return true
	}
	c := r.Credential()
	return f.Match(&c, p.Availability(&c, r.At))
}

// EventLine draws one event in at most w cells: when, who, what, and how.
func EventLine(th *theme.Theme, r *poolstate.Record, p poolstate.Policy, now time.Time, w int) string {
	return eventLine(th, r, p, now, w, false).String()
}

func eventLine(th *theme.Theme, r *poolstate.Record, p poolstate.Policy, now time.Time, w int, distance bool) *theme.Line {
	l := th.Line()
	wide := w >= eventsWideFrom
	cell := func(i theme.Role, s string, room int) {
		end := min(l.Col()+room, w)
		l.Write(i, text.Fit(s, min(room, w-l.Col()))).To(min(end+eventGap, w))
	}
	who := w / 3
	switch {
	case wide:
		who = eventWhoWidth
	case w < narrowFrom: // the words would be cut to nothing
		who = max(w-eventTimeWidth-eventKindWidth-2*eventGap, 1)
	}
	cell(theme.Faint, eventTime(r.At, now, distance), eventTimeWidth)
	cell(theme.Text, recordName(r, who), who)
	cell(eventInk(r.Kind), eventWord(r.Kind), eventKindWidth)
	words := EventWords(r, p, now)
	switch {
	case wide && !r.Kind.OfFile():
		cell(theme.Secondary, r.By.String(), eventByWidth)
	case wide:
		cell(theme.Secondary, "", eventByWidth)
	case r.By == poolstate.ByOperator:
		words = strings.TrimSuffix("by operator, "+words, ", ")
	}
	if l.Col()+eventGap < w {
		l.Write(theme.Secondary, text.Fit(words, w-l.Col()))
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

func eventInk(k poolstate.EventKind) theme.Role {
	switch k {
	case poolstate.EventExhausted:
		return theme.Cooling
	case poolstate.EventHeld:
		return theme.Held
	case poolstate.EventDue:
		return theme.Due
	case poolstate.EventDead, poolstate.EventFileMissing, poolstate.EventFileUnreadable:
		return theme.Dead
	case poolstate.EventRemoved, poolstate.EventDisabled:
		return theme.Secondary
	}
	return theme.Ready
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
func (s *Screen) eventLines(th *theme.Theme, w, h, skip int) []sized {
	var out []sized
	for i := len(s.Events) - 1 - skip; i >= 0 && len(out) < h; i-- {
		out = append(out, sizedLine(eventLine(th, &s.Events[i], s.Policy, s.Now, w, s.Clock)))
	}
	if len(out) == 0 && h > 0 {
		said := "nothing has happened yet"
		if s.Filter != nil && s.Filter.Text != "" {
			said = "no event matches; esc clears the filter"
		}
		out = append(out, sizedLine(th.Line().Write(theme.Secondary, text.Fit(said, w))))
	}
	return out
}

// eventBlock is the newest events below the table, in exactly h lines, a blank
// one first.
func (s *Screen) eventBlock(th *theme.Theme, h int) []string {
	out := append([]string{""}, indented(s, s.eventLines(th, s.Width-2*s.margin(), h-1, 0))...)
	for len(out) < h {
		out = append(out, "")
	}
	return out[:h]
}

// eventsPane is all events, newest first, as large as the screen.
func (s *Screen) eventsPane(th *theme.Theme) string {
	w, h := s.Width-2*s.margin(), s.paneHeight()-1
	if s.Filter != nil {
		h--
	}
	skip := clampOffset(s.Offset, len(s.Events), h)
	head := th.Line().Bold(theme.Text, "events")
	if said := text.Plural(len(s.Events), "event", "events") + ", newest first"; head.Col()+2+text.Width(said) <= w && len(s.Events) > 0 {
		head.To(head.Col()+2).Write(theme.Secondary, said)
	}
	lines := append([]sized{sizedLine(head)}, s.eventLines(th, w, h, skip)...)
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
