package ui

import (
	"cmp"
	"strconv"
	"strings"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// row draws the row of a credential. Each method draws one column.
type row struct {
	*table
	*theme.Line
	c    *poolstate.Credential
	a    poolstate.Assessment
	cell span // position of the column being drawn
}

func (t *table) credential(c *poolstate.Credential) string {
	r := &row{table: t, Line: t.s.lineOf(c), c: c, a: t.s.Policy.Assess(c, t.s.Now)}
	if t.s.isSelected(c) {
		r.To(t.cols.cursor)
		r.Selected = true
		r.Bold(theme.Accent, "▌")
	}
	r.glyph()
	for i, spec := range columnSpecs {
		if r.cell = t.cols.at[i]; r.cell.width() > 0 {
			spec.draw(r)
		}
	}
	if r.Selected {
		// The background extends one cell past the text.
		r.To(min(t.cols.end+1, t.s.Width)-1).Write(theme.Text, r.Theme.RowEnd())
	}
	return r.String()
}

// glyph draws the state symbol and, next to it, the mark for a marked or recently changed
// credential and the arrow for the credential that the agent selects next.
func (r *row) glyph() {
	mark, role, weight := "", theme.Accent, theme.Bold
	switch fresh := r.s.Fresh[r.c.Ref]; {
	case r.s.Marked[r.c.Ref]:
		mark = markTarget
	case fresh > 1:
		mark = theme.MarkFresh
	case fresh > 0:
		mark, role, weight = theme.MarkFresh, theme.Secondary, theme.Regular
	}
	if r.cols.glyph-1 > r.cols.cursor { // otherwise, the mark has to share a cell with the arrow
		r.To(r.cols.glyph-1).Draw(role, weight, mark)
		mark = ""
	}
	if mark == "" && r.isNext(r.c) {
		mark, role, weight = theme.MarkNext, theme.Accent, theme.Bold
	}
	glyph, glyphRole := theme.StateGlyph(r.a.Availability), theme.StateRole(r.a.Availability)
	if r.a.Availability == poolstate.Ready && r.s.Policy.Model() == "" && modelsCooling(r.c, r.s.Now) > 0 {
		glyph, glyphRole = theme.GlyphPartly, theme.Cooling
	}
	r.To(r.cols.glyph).Write(glyphRole, glyph).Draw(role, weight, mark)
}

// name draws the credential's name, shortened if necessary, its marks and, if no column shows
// it, the profile or provider.
func (r *row) name() {
	marks, marksRole, role, weight := "", theme.Cooling, theme.Text, theme.Regular
	switch {
	case r.c.BorrowedFrom != "":
		marks, marksRole = " "+theme.MarkBorrowed, theme.Secondary
	case r.c.Copy == poolstate.StaleCopy:
		marks = " " + theme.MarkStaleCopy
	case r.c.Shares != nil || r.c.Copy == poolstate.SameCopy:
		marks = " " + theme.MarkShared
	}
	if left, soon := expiry(r.c, r.s.Now); soon {
		marks = cmp.Or(marks, " ") + theme.MarkExpiry
		if left <= 0 {
			marksRole = theme.Dead
		}
	}
	if r.a.Availability == poolstate.Unusable {
		role = theme.Secondary
	}
	if r.Selected {
		weight = theme.Bold
	}
	owner, room := r.owner(), r.cell.width()-text.Width(marks)
	if owner != "" {
		room = max(room-text.Width(owner), room*3/5)
	}
	r.To(r.cell.from).Draw(role, weight, text.Fit(text.CredentialName(r.c), room))
	if marks != "" {
		r.To(r.Col()+1).Write(marksRole, marks[1:])
	}
	r.Write(theme.Secondary, text.Fit(owner, r.cell.to-r.Col()))
}

// owner returns a space and the credential's profile or, if the groups are profiles, its
// provider. It returns "" if there is only one profile or if a column shows the owner.
func (r *row) owner() string {
	switch {
	case r.s.byProfile() && !r.cols.shows(columnProvider):
		return " " + text.ProviderName(r.c.Provider)
	case r.s.several() && !r.s.byProfile() && !r.cols.shows(ColumnProfile):
		return " " + clean(r.c.Profile)
	}
	return ""
}

// profileOf returns the profile of a credential and, as in " +9", the number of other profiles
// that borrow the credential.
func profileOf(c *poolstate.Credential) (name, users string) {
	if n := len(c.BorrowedBy); n > 0 {
		users = " +" + strconv.Itoa(n)
	}
	return clean(c.Profile), users
}

func (r *row) profile() {
	name, users := profileOf(r.c)
	r.To(r.cell.from).Write(theme.Secondary, text.Fit(name, r.cell.width()))
	add(r.Line, 0, r.cell.to, theme.Faint, theme.Regular, users)
}

func (r *row) provider() {
	r.To(r.cell.from).Write(theme.Secondary, text.Fit(text.ProviderName(r.c.Provider), r.cell.width()))
}

func (r *row) state() {
	r.To(r.cell.from).Write(theme.StateRole(r.a.Availability), r.a.Availability.String())
}

func (r *row) why() {
	words, role := reason(r.c, r.a.Availability, r.s.Now), theme.Secondary
	if r.a.Deadline.Origin == poolstate.OriginModel {
		words = modelReason(r.c, r.s.Policy.Model(), r.s.Now)
	}
	if words == "" {
		words = relation(r.c)
		if r.c.Copy == poolstate.StaleCopy {
			role = theme.Cooling
		}
	}
	r.To(r.cell.from).Write(role, text.Fit(words, r.cell.width()))
}

// streak draws the ladder, filled up to the current step, and the number. A narrow
// column shows only the number. An observed streak is dimmer and has a mark.
func (r *row) streak() {
	n, known := r.c.Failures().Known()
	observed := observedStreak(r.c)
	number := strconv.Itoa(n)
	switch {
	case !known:
		number = "–"
	case observed:
		number = theme.MarkObserved + strconv.Itoa(min(n, 99))
	case n > 999:
		number = "1k+"
	case n < -99:
		number = "<0"
	}
	if r.cell.width() < streakWidth {
		r.Right(r.cell.to, theme.Secondary, theme.Regular, number)
		return
	}
	r.To(r.cell.from)
	switch {
	case observed && r.a.Availability != poolstate.Dead:
		r.ladder(n, theme.Secondary)
	case r.a.Availability == poolstate.Dead: // a dead credential has no next step
	case known && r.s.Policy.Of(r.c).Climbs():
		r.ladder(n, theme.StepRole(poolstate.Step(n)))
	}
	if n != 0 || !known {
		r.To(r.cell.from+ladderWidth+1).Write(theme.Secondary, number)
	}
}

// steps are the symbols of the ladder.
var steps = [poolstate.Steps]string{"▁", "▃", "▅", "▇"}

func (r *row) ladder(streak int, role theme.Role) {
	step := poolstate.Step(streak)
	if step == 0 {
		r.Write(theme.Faint, strings.Repeat("·", poolstate.Steps))
		return
	}
	unlit := strings.Join(steps[step:], "")
	if r.Theme.DottedSteps {
		unlit = strings.Repeat("·", poolstate.Steps-step)
	}
	r.Write(role, strings.Join(steps[:step], "")).Write(theme.Rule, unlit)
}

// back draws the time left, "now" or "re-auth", and the origin mark.
func (r *row) back() {
	back, _ := r.times()
	role, weight, mark, markRole := theme.Secondary, theme.Regular, "", theme.Secondary
	if r.hasCooldown() {
		role = theme.StateRole(r.a.Availability)
	}
	if r.a.Availability.Returns() {
		weight, mark = theme.Bold, theme.OriginMark(r.a.Deadline)
	}
	if r.a.Deadline.Suspect {
		markRole = theme.Dead
	}
	r.Right(r.cell.to-originWidth, role, weight, back).Write(markRole, mark)
}

// times returns the values for the BACK IN and AT columns.
func (r *row) times() (back, at string) {
	due := r.a.Availability == poolstate.Due
	switch {
	case r.a.Deadline.Never():
		return "never", ""
	case r.a.Availability.Returns():
		back = r.s.countdown(r.a.Remaining)
	case due:
		back = "now"
	case r.a.Availability == poolstate.Dead:
		return "re-auth", ""
	}
	if r.a.Deadline.IsZero() || back == "" {
		return back, ""
	}
	at = text.Moment(r.a.Deadline.At, r.s.Now)
	if !r.s.Clock || due && !r.cols.shows(ColumnAt) {
		return back, at // "now" is more useful than a time in the past
	}
	return at, back
}

func (r *row) at() {
	if _, at := r.times(); at != "" {
		r.Right(r.cell.to, theme.Secondary, theme.Regular, at)
	}
}

// hasCooldown reports whether the credential is cooling, held or due.
func (r *row) hasCooldown() bool {
	return r.a.Availability.Returns() || r.a.Availability == poolstate.Due
}

// cooldown draws a progress bar and the length of the cooldown, or the row's bar
// on the shared timeline.
func (r *row) cooldown() {
	switch {
	case r.timeline != nil:
		r.timeline.Draw(r.To(r.cell.from), r.c, &r.a)
	case r.hasCooldown() && r.a.Cooldown > 0:
		drawBar(r.To(r.cell.from), r.cell.width()-1-totalWidth, &r.a)
		r.To(r.cell.to-totalWidth).Write(theme.Secondary, text.Fit(text.Span(r.a.Cooldown), totalWidth))
	}
}

// drawBar draws a thin line for the elapsed part of a cooldown and a thick line for
// the remaining part, which is visible until the last second.
func drawBar(l *theme.Line, w int, a *poolstate.Assessment) {
	halves := 0
	if a.Remaining > 0 && a.Cooldown > 0 {
		share := float64(a.Remaining) / float64(a.Cooldown)
		halves = max(int(float64(2*w)*min(share, 1)), 1)
	}
	full, half := halves/2, halves%2
	l.Write(theme.Rule, strings.Repeat("─", w-full-half))
	l.Write(theme.StateRole(a.Availability), strings.Repeat("╺", half)+strings.Repeat("━", full))
}

func (r *row) nextFail() {
	if r.hasCooldown() {
		r.Right(r.cell.to, theme.Secondary, theme.Regular, text.Fit(text.Span(poolstate.NextCooldown(r.c, r.s.Policy.Of(r.c), r.s.guardOf(r.c))), r.cell.width()))
	}
}
