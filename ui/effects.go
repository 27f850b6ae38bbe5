package ui

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// stateWords says how a credential stands: "cooling, streak 1, until 14:14".
func stateWords(c *poolstate.Credential, p poolstate.Policy, now time.Time) string {
	a := p.Assess(c, now)
	parts := []string{a.Availability.String()}
	if n, known := c.Streak.Known(); known {
		parts = append(parts, "streak "+strconv.Itoa(n))
	}
	if a.Availability.Returns() {
		parts = append(parts, "until "+text.Moment(a.Deadline.At, now))
	}
	return strings.Join(parts, ", ")
}

// EffectWords says what an effect changes: "backup-key: cooling, streak 1,
// until 14:14 → ready, streak 0".
func EffectWords(e *poolstate.Effect, p poolstate.Policy, now time.Time) string {
	return text.CredentialName(&e.Before) + ": " + FromTo(e, p, now)
}

// FromTo says what an effect changes, without the name.
func FromTo(e *poolstate.Effect, p poolstate.Policy, now time.Time) string {
	return stateWords(&e.Before, p, now) + " → " + stateWords(&e.After, p, now)
}

// ReloadNote says when a running agent notices a change.
const ReloadNote = "running agents notice at their next reload"

// VerbWord returns the word for an action on screen.
func VerbWord(v poolstate.Verb) string {
	if v == poolstate.VerbHold {
		return "hold"
	}
	return v.String()
}

// DeadReset goes behind the answer to a reset of a dead credential.
const DeadReset = "; it was dead: re-auth is what helps"

// DoneWords is the answer to an action: what changed, from what to what, until
// when, and when a running agent sees it.
func DoneWords(verb poolstate.Verb, out *poolstate.Outcome, p poolstate.Policy, now time.Time) string {
	var text string
	switch n := len(out.Changed); n {
	case 0:
		return VerbWord(verb) + ": nothing changed" + whyNot(out)
	case 1:
		text = VerbWord(verb) + " " + EffectWords(&out.Changed[0], p, now)
	default:
		text = fmt.Sprintf("%s %d credentials: %s", VerbWord(verb), n, manyFromTo(out, p, now))
	}
	text += whyNot(out) + "; " + ReloadNote
	for i := range out.Changed {
		if verb == poolstate.VerbReset && out.Changed[i].Before.Status == poolstate.StatusDead {
			return text + DeadReset
		}
	}
	return text
}

// manyFromTo sums up several changes: "2 cooling, 1 due → 3 ready", and until
// when those that are out then are.
func manyFromTo(out *poolstate.Outcome, p poolstate.Policy, now time.Time) string {
	before, after := tally{}, tally{}
	var first, last time.Time
	for i := range out.Changed {
		e := &out.Changed[i]
		before[p.Availability(&e.Before, now)]++
		then := p.Assess(&e.After, now)
		after[then.Availability]++
		if at := then.Deadline.At; then.Availability.Returns() {
			if first.IsZero() || at.Before(first) {
				first = at
			}
			if at.After(last) {
				last = at
			}
		}
	}
	s := before.String() + " → " + after.String()
	switch from, to := text.Moment(first, now), text.Moment(last, now); {
	case first.IsZero():
	case from == to:
		s += ", until " + to
	default:
		s += ", until " + from + " to " + to
	}
	return s
}

// tally counts availabilities.
type tally map[poolstate.Availability]int

// String lists the counts, the usable first.
func (t tally) String() string {
	var parts []string
	for _, a := range slices.Sorted(maps.Keys(t)) {
		parts = append(parts, strconv.Itoa(t[a])+" "+a.String())
	}
	return strings.Join(parts, ", ")
}

// whyNot says of how many targets nothing changed, and why.
func whyNot(out *poolstate.Outcome) string {
	if len(out.Unchanged) == 0 {
		return ""
	}
	if len(out.Changed) == 0 && len(out.Unchanged) == 1 {
		return ": " + text.CredentialName(&out.Unchanged[0].Before) + ", " + out.Unchanged[0].Reason
	}
	return "; " + strings.Join(UnaffectedWords(out), ", ")
}

// UnaffectedWords counts the targets that do not change, by reason.
func UnaffectedWords(out *poolstate.Outcome) []string {
	count := map[string]int{}
	var order []string
	for i := range out.Unchanged {
		why := out.Unchanged[i].Reason
		if count[why]++; count[why] == 1 {
			order = append(order, why)
		}
	}
	for i, why := range order {
		order[i] = fmt.Sprintf("%d not affected: %s", count[why], why)
	}
	return order
}

// StrandedWords warns of a provider that is left with none ready.
func StrandedWords(st *poolstate.LastReady, now time.Time) string {
	provider := text.Clean(st.Provider, text.RowLimit)
	s := "this is the only ready credential of " + provider
	if n := len(st.Credentials); n > 1 {
		s = fmt.Sprintf("these are all %d ready credentials of %s", n, provider)
	}
	if st.Others == 0 {
		return s + "; nothing else of it is left"
	}
	if st.Next == nil {
		return s + "; none of the others comes back by itself"
	}
	return fmt.Sprintf("%s; the next, %s, is back in %s", s, text.CredentialName(st.Next), text.Countdown(st.NextAt.Sub(now)))
}

// HoldWords previews a hold: "streak 2 → 3, 4h (×4), until 18:02".
func HoldWords(e *poolstate.Effect, computed bool, now time.Time) string {
	before := "–"
	if n, known := e.Before.Streak.Known(); known {
		before = strconv.Itoa(n)
	}
	streak := e.After.Streak.Count()
	length := text.Span(e.After.ResetAt.Sub(e.After.StatusAt))
	if computed {
		length += fmt.Sprintf(" (×%d)", poolstate.Multiplier(streak))
	}
	return fmt.Sprintf("streak %s → %d, %s, until %s", before, streak, length, text.Moment(e.After.ResetAt, now))
}
