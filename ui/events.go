package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// Column widths of the event list, in cells. A list that is at least eventsWideFrom
// cells wide also shows who caused each event.
const (
	eventTimeWidth   = 9
	eventNameWidth   = 30
	profileNameWidth = 38 // of an event with a profile
	eventKindWidth   = 10
	eventByWidth     = 8
	eventGap         = 2
	eventsWideFrom   = 100
)

// MatchRecord reports whether a filter matches the event, or the credential as it was after
// the event.
func MatchRecord(f filter.Filter, r *poolstate.Record, p poolstate.Policy) bool {
	c := r.Credential()
	return f.MatchEvent(r.Kind, &c, p.Availability(&c, r.At))
}

// EventLine draws an event in at most w cells: the time (its age if ago is set), the
// credential, the kind and the details.
func EventLine(th *theme.Theme, r *poolstate.Record, now time.Time, w int, ago bool) string {
	l := th.Line()
	drawEvent(l, r, now, w, ago)
	return l.String()
}

// drawEvent adds an event of at most w cells to a line.
func drawEvent(l *theme.Line, r *poolstate.Record, now time.Time, w int, ago bool) {
	wide, lineEnd := w >= eventsWideFrom, l.Col()+w
	cell := func(role theme.Role, s string, width int) {
		end := min(l.Col()+width, lineEnd)
		l.Write(role, text.Fit(s, end-l.Col())).To(min(end+eventGap, lineEnd))
	}
	name := w / 3
	switch {
	case wide && r.Profile != "":
		name = profileNameWidth
	case wide:
		name = eventNameWidth
	case w < narrowFrom: // no room for details
		name = max(w-eventTimeWidth-eventKindWidth-2*eventGap, 1)
	}
	cell(theme.Faint, eventTime(r.At, now, ago), eventTimeWidth)
	cell(theme.Text, recordName(r, name), name)
	cell(eventStyles[r.Kind].role, strings.ReplaceAll(eventPrefixes.Replace(r.Kind.String()), "_", " "), eventKindWidth)
	words := EventWords(r, now)
	switch undone := r.Kind == poolstate.EventUndone; {
	case wide && !r.Kind.OfCredential():
		cell(theme.Secondary, "", eventByWidth)
	case wide:
		cell(theme.Secondary, r.By.String(), eventByWidth)
	case r.By == poolstate.ByOperator && r.Kind.OfCredential() && !undone: // only operators undo
		words = joined(", ", "by operator", words)
	}
	if l.Col()+eventGap < lineEnd {
		l.Write(theme.Secondary, wholeParts(words, lineEnd-l.Col()))
	}
}

// wholeParts shortens a list of parts separated by commas to w cells. It drops whole parts from
// the end, but may cut a quotation or the first part.
func wholeParts(words string, w int) string {
	const leastQuote = 10
	if at := strings.Index(words, "“"); at >= 0 && text.Width(words[:at])+leastQuote <= w {
		return text.Fit(words, w)
	}
	for text.Width(words) > w {
		at := strings.LastIndex(words, ", ")
		if at < 0 {
			return text.Fit(words, w)
		}
		words = words[:at]
	}
	return words
}

func eventTime(at, now time.Time, ago bool) string {
	if ago {
		return text.Span(now.Sub(at)) + " ago"
	}
	at = at.In(now.Location())
	if text.CivilDays(at) == text.CivilDays(now) {
		return at.Format("15:04:05")
	}
	return text.Moment(at, now)
}

// recordName returns provider/name, profile/provider/name or the words for the file, in at most
// w cells. It cuts the provider first, to no less than a third of the width, then the name.
func recordName(r *poolstate.Record, w int) string {
	profile := strings.TrimSpace(clean(r.Profile))
	switch {
	case r.Kind.OfFile() && profile != "":
		return text.Fit(profile+"'s file", w)
	case r.Kind.OfFile():
		return "the file"
	case r.Kind == poolstate.EventHookFailed:
		return text.Fit(joined(": ", profile, "hook "+clean(r.Label)), w)
	case r.Kind == poolstate.EventJournalFailed:
		return "the journal"
	case r.Kind == poolstate.EventAllBack:
		return text.Fit(joined("/", profile, "all credentials"), w)
	case !r.Kind.OfCredential():
		return text.Fit(joined("/", profile, text.ProviderName(r.Provider)), w)
	}
	name, provider := strings.TrimSpace(clean(r.Name())), joined("/", profile, strings.TrimSpace(clean(r.Provider)))
	least := min(text.Width(provider), max(w/3, 6))
	if w-1-least < 6 {
		return text.Fit(name, w)
	}
	provider = text.Fit(provider, max(w-1-text.Width(name), least))
	return provider + "/" + text.Fit(name, w-1-text.Width(provider))
}

// eventPrefixes removes the prefixes of event kinds that repeat the event's subject.
var eventPrefixes = strings.NewReplacer("file_", "", "provider_", "", "all_", "", "hook_", "", "journal_", "")

// eventStyles holds the role and the fixed words for each kind of event.
var eventStyles = map[poolstate.EventKind]struct {
	role  theme.Role
	words string
}{
	poolstate.EventExhausted:      {theme.Cooling, ""},
	poolstate.EventHeld:           {theme.Held, ""},
	poolstate.EventDue:            {theme.Due, ""},
	poolstate.EventReady:          {theme.Ready, "cleared"},
	poolstate.EventReset:          {theme.Ready, ""},
	poolstate.EventUndone:         {theme.Accent, ""},
	poolstate.EventRefreshed:      {theme.Ready, "new tokens"},
	poolstate.EventDead:           {theme.Dead, "re-auth required"},
	poolstate.EventAdded:          {theme.Ready, "added to the pool"},
	poolstate.EventRemoved:        {theme.Secondary, "removed from the file"},
	poolstate.EventPinned:         {theme.Cooling, ""},
	poolstate.EventReleased:       {theme.Ready, "pin removed"},
	poolstate.EventForgotten:      {theme.Secondary, "no failure for a long time"},
	poolstate.EventReordered:      {theme.Accent, "moved"},
	poolstate.EventProviderOut:    {theme.Dead, "no credential ready"},
	poolstate.EventProviderBack:   {theme.Ready, "a credential is ready"},
	poolstate.EventAllBack:        {theme.Ready, "ready"},
	poolstate.EventHookFailed:     {theme.Dead, ""},
	poolstate.EventCommand:        {theme.Accent, ""},
	poolstate.EventJournalFailed:  {theme.Dead, ""},
	poolstate.EventFileMissing:    {theme.Dead, "file removed; showing last known state"},
	poolstate.EventFileUnreadable: {theme.Dead, ""},
	poolstate.EventFileRecovered:  {theme.Ready, "readable again"},
}

// EventWords returns the details of an event: "429 usage limit, streak 2 → 3, 4h".
func EventWords(r *poolstate.Record, now time.Time) string {
	c, words, cooldown, until := r.Credential(), eventStyles[r.Kind].words, "", ""
	if r.Cooldown > 0 {
		cooldown = text.Span(time.Duration(r.Cooldown) * time.Second)
	}
	if r.After.Deadline != nil {
		until = "until " + text.Moment(*r.After.Deadline, now)
	}
	switch r.Kind {
	case poolstate.EventExhausted:
		return joined(", ", text.Failure(&c), streakChange(r), cooldown, quoted(r.Message))
	case poolstate.EventHeld:
		return joined(", ", until, streakChange(r), quoted(r.Reason))
	case poolstate.EventDue:
		return joined(", ", joined(" of ", "cooldown", cooldown)+" over", streakStays(r))
	case poolstate.EventReady:
		return joined(", ", words, streakStays(r))
	case poolstate.EventPinned:
		return joined(", ", streakChange(r), until)
	case poolstate.EventReleased:
		return joined(", ", words, until, streakStays(r))
	case poolstate.EventUndone:
		if r.Index > 0 {
			return "the move, back to #" + strconv.Itoa(r.Index)
		}
		return joined(", ", undoneVerb(r), undoneTo(&c), streakChange(r), until)
	case poolstate.EventReordered:
		return words + " to #" + strconv.Itoa(r.Index)
	case poolstate.EventReset, poolstate.EventRefreshed, poolstate.EventForgotten:
		return joined(", ", words, streakChange(r))
	case poolstate.EventDead:
		return joined(", ", text.Failure(&c), words)
	case poolstate.EventProviderOut:
		if r.After.Deadline != nil {
			return words + ", first due " + strings.TrimPrefix(until, "until ")
		}
	case poolstate.EventFileUnreadable, poolstate.EventFileMissing, poolstate.EventHookFailed, poolstate.EventCommand,
		poolstate.EventJournalFailed:
		return cmp.Or(text.Clean(r.Message, text.MessageLimit), words)
	}
	return words
}

// undoneVerb returns the action that an undo reverted. It was a reset if the credential had no
// status before the undo.
func undoneVerb(r *poolstate.Record) string {
	if r.Before.Status == nil {
		return "the reset"
	}
	return "the hold"
}

// undoneTo describes the state that an undo restored.
func undoneTo(c *poolstate.Credential) string {
	switch c.Status {
	case poolstate.StatusDead:
		return "dead again"
	case poolstate.StatusExhausted:
		return "out again"
	}
	return "ready again"
}

// joined joins the parts that are not empty.
func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

func quoted(s string) string {
	if s = strings.TrimSpace(clean(s)); s == "" {
		return ""
	}
	return "“" + s + "”"
}

// streakChange describes the change to the streak: "streak 2 → 3".
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
	if n := r.After.Streak; n != nil && *n != 0 {
		return "streak stays " + strconv.Itoa(*n)
	}
	return ""
}

// eventLines draws at most h events, newest first. It skips the given number of newest events.
func (s *Screen) eventLines(w, h, skip int) []string {
	var out []string
	for i := len(s.Events) - 1 - skip; i >= 0 && len(out) < h; i-- {
		out = append(out, EventLine(s.line().Theme, &s.Events[i], s.Now, w, s.Clock))
	}
	if len(out) == 0 && h > 0 && skip == 0 {
		words := "no events yet"
		if s.Filter != nil && s.Filter.Text != "" {
			words = "no events match the filter"
		}
		out = append(out, s.line().Write(theme.Secondary, text.Fit(words, w)).String())
	}
	return out
}

// eventBlock draws the events below the table. If the newest events are already shown in place
// of the forecast, it starts after them.
func (s *Screen) eventBlock(p plan) []string {
	skip, chart := 0, p.chart
	if s.Width >= wideFrom {
		chart = p.detail
	}
	if sum := s.summary(); chart > 0 && sum.Next == nil {
		skip = max(chart-1-flatHead, 0)
	}
	return filled(append([]string{""}, s.indented(s.eventLines(s.inner(), p.events-1, skip))...), p.events)
}

// eventRows returns how many events fit into the pane, below its title if there is room.
func (s *Screen) eventRows() int { return max(s.paneHeight()-1, 1) }

// ScrollEvents returns the nearest offset at which the event at the cursor is visible.
func ScrollEvents(s *Screen) int {
	h := s.eventRows()
	return clampOffset(max(min(s.Offset, s.Cursor), s.Cursor-h+1), len(s.Events), h)
}

// eventRow draws the event at a position, counted from the newest, on a line of the list, and
// makes the line clickable.
func (s *Screen) eventRow(position, line int) string {
	l, end := s.line(), s.Width-s.margin()
	if position == s.Cursor {
		l.To(s.margin() - 1)
		l.Selected = true
		l.Bold(theme.Accent, "▌")
	}
	drawEvent(l.To(s.margin()), &s.Events[len(s.Events)-1-position], s.Now, s.inner(), s.Clock)
	s.Targets.add(line, Target{Kind: TargetEvent, Event: position, To: s.Width})
	if l.Selected { // the background extends past the text, as in the table
		l.To(min(end+1, s.Width)-1).Write(theme.Text, l.Theme.RowEnd())
	}
	return l.String()
}

func (s *Screen) eventsPane() string {
	w, h, all := s.inner(), s.eventRows(), len(s.Events)
	skip, place := ScrollEvents(s), ""
	head := s.line().Bold(theme.Text, "events")
	if all > 0 {
		addQuiet(head, 2, w, text.Plural(all, "event", "events")+", newest first")
	}
	out := s.paneHead()
	if s.paneHeight() > h {
		out = append(out, s.indented([]string{head.String()})...)
	}
	s.Targets.begin(len(out))
	for i := range max(min(h, all-skip), 0) {
		out = append(out, s.eventRow(skip+i, i))
	}
	if all == 0 {
		out = append(out, s.indented(s.eventLines(w, h, 0))...)
	}
	if all > h {
		place = fmt.Sprintf("%d of %d", s.Cursor+1, all)
	}
	return s.withBottom(out, place)
}
