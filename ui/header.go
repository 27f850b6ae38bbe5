package ui

import (
	"strconv"
	"strings"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// title draws the program name and path on the left, and the feed, policy and clock
// on the right. If space is short, it omits the policy's source, the policy, the guard,
// the clock, "read-only", "no journal" and the view, in this order. Below narrowFrom, the clock and
// "read-only" are more important than the path.
func (s *Screen) title() string {
	const gap = 3
	minPath := s.wider(text.Width("…/auth.json"), text.Width("~/.hermes/auth.json"))
	symbol, symbolRole, words := s.feed()
	source, policy, guard, readOnly, noJournal, clock := "", "", "", "", "", s.Now.Format(s.clockLayout())
	view := text.Fit(clean(s.View), 20)
	if s.Width >= narrowFrom && s.Pool != nil {
		policy, source = s.policyNames()
	}
	if s.Width >= narrowFrom {
		guard = s.guardWords()
	}
	if s.ReadOnly {
		readOnly = "read-only"
	}
	if s.NoJournal {
		noJournal = "no journal"
	}
	width := func() int {
		return text.Width(symbol + " " + joined("   ", words, view, policy+source, guard, noJournal, readOnly, clock))
	}
	end := s.Width - s.margin()
	l := s.Theme.Line().To(s.margin()).Bold(theme.Accent, "pooltop")
	profiles, beside, needed := s.profileWords(), 0, l.Col()+gap
	if profiles != "" { // more important than the full path
		beside = gap + min(text.Width(profiles), 20)
	}
	if s.Width >= narrowFrom {
		needed += min(text.Width(clean(s.Path)), minPath) + gap + beside
	}
	for _, part := range []*string{&source, &policy, &guard, &clock, &readOnly, &noJournal, &view} {
		if needed+width() > end {
			*part = ""
		}
	}
	room := end - width() - l.Col() - 2*gap
	if path := text.FitPath(clean(s.Path), room-beside); path != "" {
		l.To(l.Col()+gap).Write(theme.Secondary, path)
		room -= text.Width(path) + gap
	}
	if profiles != "" && room >= 11 {
		l.To(l.Col()+gap).Write(theme.Text, text.Fit(profiles, room))
	}
	l.To(end-width()).Write(symbolRole, symbol).To(l.Col()+1).Write(theme.Text, words)
	add(l, gap, end, theme.Accent, theme.Regular, view)
	addQuiet(l, gap, end, policy+source)
	addQuiet(l, gap, end, guard)
	add(l, gap, end, theme.Dead, theme.Regular, noJournal)
	addQuiet(l, gap, end, readOnly)
	add(l, gap, end, theme.Text, theme.Regular, clock)
	return l.String()
}

// NarrationWidth returns the width available for the narration, in cells.
func NarrationWidth(s *Screen) int { return s.inner() }

func (s *Screen) narrates() bool { return s.Narration != "" && s.Height >= narrationFrom }

func (s *Screen) narrationLine() string {
	return s.Theme.Line().To(s.margin()).Bold(theme.Accent, text.Fit(clean(s.Narration), s.inner())).String()
}

func (s *Screen) clockLayout() string {
	layout := "Mon 15:04:05"[s.wider(4, 0):]
	if s.Coarse {
		return strings.TrimSuffix(layout, ":05")
	}
	return layout
}

func (s *Screen) feed() (symbol string, role theme.Role, words string) {
	counts, stale := s.feedCounts()
	switch {
	case s.Paused && s.Missed == 0:
		return "❚", theme.Held, "paused"
	case s.Paused && s.Width < narrowFrom:
		return "❚", theme.Held, "paused +" + strconv.Itoa(min(s.Missed, 999))
	case s.Paused:
		return "❚", theme.Held, "paused, " + text.Plural(s.Missed, "event", "events") + " missed"
	case counts != "" && stale:
		return "◐", theme.Dead, counts
	case counts != "":
		return "◐", theme.Cooling, counts
	case s.Feed.State == FeedLive:
		return "●", theme.Ready, "live"
	case s.Feed.State == FeedPolling:
		words = "polling " + text.Span(s.Feed.Interval)
		if s.Width >= wideFrom && s.Feed.Reason != "" {
			words += ", " + text.Fit(clean(s.Feed.Reason), 40)
		}
		return "◐", theme.Cooling, words
	case s.Feed.State == FeedStale && s.Pool == nil:
		return "✕", theme.Dead, "unreadable"
	case s.Feed.State == FeedStale:
		return "✕", theme.Dead, "stale " + text.Span(s.Now.Sub(s.Feed.Since))
	}
	return "◌", theme.Due, "waiting"
}

// counts draws the availability bar and the count of each availability.
func (s *Screen) counts() string {
	sum, tally := s.summary(), s.line()
	for _, a := range poolstate.Availabilities() {
		n, role := sum.Count[a], theme.StateRole(a)
		switch {
		case n == 0 && a != poolstate.Ready:
			continue
		case n == 0 && sum.Total > 0:
			role = theme.Dead
		}
		if tally.Col() > 0 {
			tally.To(tally.Col() + s.wider(2, 3))
		}
		if s.Width >= narrowFrom {
			tally.Bold(role, strconv.Itoa(n)).Write(theme.Secondary, " "+a.String())
		} else {
			tally.Write(role, theme.StateGlyph(a)).Write(theme.Text, " "+strconv.Itoa(n))
		}
	}
	if model := s.Policy.Model(); model != "" {
		gap := s.wider(2, 3)
		if room := s.inner() - tally.Col() - gap; room >= len("for a model") {
			tally.To(tally.Col()+gap).Bold(theme.Accent, text.Fit("for "+clean(model), room))
		}
	}
	l := s.line().To(s.margin())
	if room := s.inner() - tally.Col() - 3; s.Width >= mediumFrom && room >= 2*len(poolstate.Availabilities()) {
		end := l.Col() + min(room, 65)
		availabilityBar(l, &sum, end)
		l.To(end + 3)
	}
	return text.Fit(l.String()+tally.String(), s.Width)
}

// barShapes are the characters of the availability bar in a theme without colors.
var barShapes = [...]string{"█", "▒", "▒", "░", "·", "·"}

// availabilityBar draws a segment of at least one cell for each count that is not zero.
func availabilityBar(l *theme.Line, sum *poolstate.Summary, end int) {
	segments := 0
	for _, n := range sum.Count {
		segments += min(n, 1)
	}
	room := end - l.Col() - (segments - 1)
	for a, n := range sum.Count {
		if n == 0 {
			continue
		}
		segments--
		// The last segment gets the remaining cells.
		cells := end - l.Col() - 2*segments
		if segments > 0 {
			cells = min(max(room*n/sum.Total, 1), cells)
		}
		shape := "━"
		if l.Theme.Shapes {
			shape = barShapes[a]
		}
		l.Write(theme.StateRole(poolstate.Availability(a)), strings.Repeat(shape, cells)).To(l.Col() + 1)
	}
}

// next draws the providers that are out and the credential that returns first, or why the
// snapshot is stale.
func (s *Screen) next() string {
	end, l, sum := s.Width-s.margin(), s.line().To(s.margin()), s.summary()
	switch {
	case s.Feed.State == FeedStale:
		return s.staleLine()
	case sum.Out():
		s.outBanner(l, &sum, end)
	default:
		if words := s.outWords(end - l.Col()); words != "" {
			l.Bold(theme.Dead, words)
		}
		s.nextSentence(l, &sum, end)
	}
	return l.String()
}

// nextSentence says which credential returns first, if there is room for its name. If none
// will return, it describes the pool instead.
func (s *Screen) nextSentence(l *theme.Line, sum *poolstate.Summary, end int) {
	const label, gap, minName = "next back ", 4, 10
	switch first, _ := s.whenBack(sum.NextAt, s.Clock); {
	case sum.Next == nil && l.Col() == s.margin():
		l.Write(theme.Secondary, text.Fit(quietSentence(sum), end-l.Col()))
	case sum.Next == nil:
	case l.Col() > s.margin() && s.isOut(sum.Next): // the outage already shows when this credential is back
		s.allBack(l, sum, end)
	case l.Col() == s.margin():
		s.nextBack(l.Write(theme.Secondary, label), sum, end)
	case l.Col()+gap+len(label)+minName+2+text.Width(first) <= end:
		s.nextBack(l.To(l.Col()+gap).Write(theme.Secondary, label), sum, end)
	}
}

// outWords describes the providers that are out, in at most w cells. It returns "" if no
// provider is out.
func (s *Screen) outWords(w int) string { return s.outForms(s.outProviders(), w) }

// outForms describes providers that are out, in at most w cells: "bedrock out, first back in
// 56m · openai-codex out, due now". If space is short, it omits words, then times, then names.
func (s *Screen) outForms(out []outPart, w int) string {
	var names, full, brief []string
	for i := range out {
		sum := &out[i].sum
		name, back := text.Fit(out[i].name, max(w/2, 12)), "manual action needed"
		when := back
		switch {
		case sum.Count[poolstate.Due] > 0:
			back, when = "due now", "due now"
		case sum.Next != nil:
			first, phrase := s.whenBack(sum.NextAt, s.Clock)
			back, when = "first back "+phrase, first
		}
		names, full, brief = append(names, name), append(full, name+" out, "+back), append(brief, name+" out, "+when)
	}
	if len(names) == 0 {
		return ""
	}
	forms := []string{strings.Join(full, " · "), strings.Join(brief, " · "), joinNames(names, w-len(" out")) + " out"}
	forms = append(forms, text.Plural(len(names), "provider", "providers")+" out")
	for _, words := range forms {
		if text.Width(words) <= w {
			return words
		}
	}
	return text.Fit(forms[len(forms)-1], w)
}

// staleLine explains why the snapshot is stale. If space is short, it omits details, but not
// the advice.
func (s *Screen) staleLine() string {
	words := staleWords(text.Clean(s.Feed.Reason, text.MessageLimit), s.inner())
	return s.Theme.Line().To(s.margin()).Bold(theme.Dead, words).String()
}

// staleWords shortens "file: problem at line 2, column 1; what to do; details" to w cells. It
// omits the details, then the file, the position and the problem.
func staleWords(reason string, w int) string {
	problem, advice, _ := strings.Cut(reason, "; ")
	if advice == "" {
		return text.Fit(reason, w)
	}
	advice, _, _ = strings.Cut(advice, "; ")
	_, noFile, _ := strings.Cut(problem, ": ")
	noPlace, _, _ := strings.Cut(noFile, " at line ")
	for _, words := range []string{reason, problem + "; " + advice, noFile + "; " + advice, noPlace + "; " + advice} {
		if text.Width(words) <= w {
			return words
		}
	}
	return text.Fit(advice, w)
}

func (s *Screen) nextBack(l *theme.Line, sum *poolstate.Summary, end int) {
	first, _ := s.whenBack(sum.NextAt, s.Clock)
	_, second := s.whenBack(sum.NextAt, !s.Clock)
	l.Bold(theme.Text, text.Fit(text.CredentialName(sum.Next), max(end-l.Col()-text.Width(first)-2, 4)))
	addQuiet(l, 1, end-2-text.Width(first), text.ProviderOf(sum.Next))
	add(l, 2, end, theme.StateRole(s.Policy.Availability(sum.Next, s.Now)), theme.Bold, first)
	addQuiet(l, 2, end, second)
	s.allBack(l, sum, end)
}

// isOut reports whether the provider of c has no ready credential in the profile of c.
func (s *Screen) isOut(c *poolstate.Credential) bool {
	part := s.Pool.Provider(c.Provider).Of(c.Profile)
	sum := part.Summarize(s.Policy, s.Now)
	return sum.Out()
}

// allBack draws the time at which all credentials will be ready, if there is room.
func (s *Screen) allBack(l *theme.Line, sum *poolstate.Summary, end int) {
	subject, by := "all", text.Moment(sum.AllAt, s.Now)
	if never := sum.Never; never > 0 {
		subject = "all but " + strconv.Itoa(never)
	}
	for _, words := range []string{subject + " ready by ", subject + " by "} {
		if addQuiet(l, 4, end-text.Width(by), words) {
			l.Write(theme.Text, by)
			return
		}
	}
}

func (s *Screen) outBanner(l *theme.Line, sum *poolstate.Summary, end int) {
	words, due := "every credential is out", sum.Count[poolstate.Due]
	switch {
	case due > 0:
		words += ", " + dueSentence(due)
		if text.Width(words) > end-l.Col() {
			words = "all out, " + strconv.Itoa(due) + " due now"
		}
	case sum.Next == nil:
		words += ", manual action needed"
	default:
		words += ", first back"
		if s.Width < mediumFrom {
			words = "all out, next"
		}
		l.Bold(theme.Dead, words).To(l.Col() + 1)
		s.nextBack(l, sum, end)
		return
	}
	l.Bold(theme.Dead, text.Fit(words, end-l.Col()))
}
