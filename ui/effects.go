package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
)

// stateWords says how a credential stands: "cooling, streak 1, until 14:14".
func stateWords(c *poolstate.Credential, p poolstate.Policy, now time.Time) string {
	a := p.Assess(c, now)
	parts := []string{a.Availability.String()}
	if n, known := c.Streak.Known(); known {
		parts = append(parts, "streak "+strconv.Itoa(n))
	}
	if a.Availability.Returns() {
		parts = append(parts, "until "+Moment(a.Deadline.At, now))
	}
	return strings.Join(parts, ", ")
}

// EffectWords says what an effect changes: "backup-key: cooling, streak 1,
// until 14:14 → ready, streak 0".
func EffectWords(e *poolstate.Effect, p poolstate.Policy, now time.Time) string {
	return CredentialName(&e.Before) + ": " + FromTo(e, p, now)
}

// FromTo says what an effect changes, without the name.
func FromTo(e *poolstate.Effect, p poolstate.Policy, now time.Time) string {
	return stateWords(&e.Before, p, now) + " → " + stateWords(&e.After, p, now)
}

// seenAt says when a running agent notices a change.
const seenAt = "a running agent sees it at its next pool load"

// DeadReset goes behind the answer to a reset of a dead credential.
const DeadReset = "; it was dead: re-auth is what helps"

// DoneWords is the answer to an action: what changed, from what to what, until
// when, and when a running agent sees it.
func DoneWords(verb poolstate.Verb, out *poolstate.Outcome, p poolstate.Policy, now time.Time) string {
	var text string
	switch n := len(out.Changed); n {
	case 0:
		return verb.String() + ": nothing changed" + whyNot(out)
	case 1:
		text = verb.String() + " " + EffectWords(&out.Changed[0], p, now)
	default:
		text = fmt.Sprintf("%s %d credentials", verb, n)
	}
	text += whyNot(out) + "; " + seenAt
	for i := range out.Changed {
		if verb == poolstate.VerbReset && out.Changed[i].Before.Status == poolstate.StatusDead {
			return text + DeadReset
		}
	}
	return text
}

// whyNot says of how many targets nothing changed, and why.
func whyNot(out *poolstate.Outcome) string {
	if len(out.Unchanged) == 0 {
		return ""
	}
	if len(out.Changed) == 0 && len(out.Unchanged) == 1 {
		return ": " + CredentialName(&out.Unchanged[0].Before) + ", " + out.Unchanged[0].Why
	}
	return ", " + strings.Join(UnaffectedWords(out), ", ")
}

// UnaffectedWords counts the targets that do not change, by reason.
func UnaffectedWords(out *poolstate.Outcome) []string {
	count := map[string]int{}
	var order []string
	for i := range out.Unchanged {
		why := out.Unchanged[i].Why
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
func StrandedWords(st *poolstate.Stranded, now time.Time) string {
	provider := Clean(st.Provider, rowText)
	text := "this is the only ready credential of " + provider
	if n := len(st.Last); n > 1 {
		text = fmt.Sprintf("these are all %d ready credentials of %s", n, provider)
	}
	if st.Others == 0 {
		return text + "; nothing else of it is left"
	}
	if st.Next == nil {
		return text + "; none of the others comes back by itself"
	}
	return fmt.Sprintf("%s; the next, %s, is back in %s", text, CredentialName(st.Next), Countdown(st.NextAt.Sub(now)))
}

// HoldWords previews a hold: "streak 2 → 3, 4h (×4), until 18:02".
func HoldWords(e *poolstate.Effect, computed bool, now time.Time) string {
	before := "–"
	if n, known := e.Before.Streak.Known(); known {
		before = strconv.Itoa(n)
	}
	streak := e.After.Streak.Count()
	length := Span(e.After.ResetAt.Sub(e.After.StatusAt))
	if computed {
		length += fmt.Sprintf(" (×%d)", poolstate.Multiplier(streak))
	}
	return fmt.Sprintf("streak %s → %d, %s, until %s", before, streak, length, Moment(e.After.ResetAt, now))
}
