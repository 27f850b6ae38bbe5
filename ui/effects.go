package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// VerbWord returns the on-screen word for v.
func VerbWord(v poolstate.Verb) string {
	switch v {
	case poolstate.VerbHold:
		return "hold"
	case poolstate.VerbOrder:
		return "move"
	}
	return v.String()
}

// ActionWords describes an action in the journal, given its verb, time and author: "the hold of
// 11:58 by ada@engine".
func ActionWords(verb string, at time.Time, user, host string, now time.Time) string {
	for _, v := range []poolstate.Verb{poolstate.VerbHold, poolstate.VerbOrder} {
		if verb == v.String() {
			verb = VerbWord(v)
		}
	}
	by := user
	if host != "" {
		by += "@" + host
	}
	if by != "" {
		by = " by " + clean(by)
	}
	return "the " + clean(verb) + " of " + text.Moment(at, now) + by
}

func stateWords(c *poolstate.Credential, p poolstate.Policy, now time.Time) string {
	a, streak, until := p.Assess(c, now), "", ""
	if n, known := c.Failures().Known(); known {
		streak = "streak " + strconv.Itoa(n)
	}
	if a.Availability.Returns() {
		until = "until " + text.Until(a.Deadline.At, now)
	}
	return joined(", ", a.Availability.String(), streak, until)
}

// IsMove reports whether an action or its undo moves a credential in the rotation order. That
// credential is the first; the others make room for it.
func IsMove(out *poolstate.Outcome) bool {
	return len(out.Changed) > 0 && out.Changed[0].Before.Index != out.Changed[0].After.Index
}

// EffectWords describes an effect: "spare: due, streak 1 → ready, streak 0".
func EffectWords(e *poolstate.Effect, p poolstate.Policy, now time.Time) string {
	words := text.QualifiedName(&e.Before) + ": " + TransitionWords(e, p, now)
	if len(e.Lost) > 0 {
		words += "; fields not restored because they contained a secret: " + clean(strings.Join(e.Lost, ", "))
	}
	return words
}

// ResultWords describes the result of an effect: "→ held, streak 2, until 18:00".
func ResultWords(e *poolstate.Effect, p poolstate.Policy, now time.Time) string {
	switch words := onlyModels(e, p, now); {
	case words != "":
		return words
	case e.Before.Index != e.After.Index:
		return "→ #" + strconv.Itoa(e.After.Index)
	}
	return "→ " + stateWords(&e.After, p, now)
}

// TransitionWords describes an effect without the name of the credential.
func TransitionWords(e *poolstate.Effect, p poolstate.Policy, now time.Time) string {
	switch words := onlyModels(e, p, now); {
	case words != "":
		return words
	case e.Before.Index != e.After.Index:
		return "#" + strconv.Itoa(e.Before.Index) + " " + ResultWords(e, p, now)
	}
	return stateWords(&e.Before, p, now) + " " + ResultWords(e, p, now)
}

// onlyModels describes an effect that changes nothing but model cooldowns: "1 model cooldown
// cleared". It returns "" for any other effect.
func onlyModels(e *poolstate.Effect, p poolstate.Policy, now time.Time) string {
	if stateWords(&e.Before, p, now) != stateWords(&e.After, p, now) {
		return ""
	}
	return modelWords(len(e.Before.ModelCooldowns), len(e.After.ModelCooldowns))
}

// modelWords describes a change to the number of model cooldowns, or returns "" for none.
func modelWords(before, after int) string {
	if before == after {
		return ""
	}
	words := text.Plural(max(before, after)-min(before, after), "model cooldown", "model cooldowns")
	if after > before {
		return words + " restored"
	}
	return words + " cleared"
}

// ReloadNote describes when running agents notice an action. For a reset, this depends on
// the build of the agents, which is known only if the policy was measured or forced. The
// backoff policy does not identify a build, because any build can be patched to use it.
func ReloadNote(verb poolstate.Verb, p poolstate.Policy) string {
	if verb == poolstate.VerbOrder {
		return "restart running agents; their next write restores the old order"
	}
	known := p.Source() == poolstate.PolicyMeasured || p.Source() == poolstate.PolicyForced
	switch {
	case !known || p.Climbs() || verb != poolstate.VerbReset:
		return "running agents notice at their next reload"
	case p.CapsReset(): // since October 2026
		return "running agents pick this up at their next selection"
	}
	return "running agents pick this up at their next reload, if at all"
}

// DeadReset is appended to the answer to a reset of a dead credential.
const DeadReset = "; it was dead and needs re-authentication"

// DoneWords describes the outcome of an action: the changes, the targets that did
// not change, and when running agents notice.
func DoneWords(verb poolstate.Verb, out *poolstate.Outcome, p poolstate.Policy, now time.Time) string {
	if len(out.Changed) == 0 {
		return ChangeWords(verb, out, p, now)
	}
	return ChangeWords(verb, out, p, now) + "; " + ReloadNote(verb, p.Of(&out.Changed[0].Before))
}

// ChangeWords describes the changes that an action made and the targets that did not change.
func ChangeWords(verb poolstate.Verb, out *poolstate.Outcome, p poolstate.Policy, now time.Time) string {
	words, unchanged := VerbWord(verb), ""
	if len(out.Unchanged) > 0 {
		unchanged = "; " + strings.Join(UnaffectedWords(out), ", ")
	}
	switch n := len(out.Changed); {
	case n == 0 && len(out.Unchanged) == 1:
		e := &out.Unchanged[0]
		return words + ": nothing changed: " + text.QualifiedName(&e.Before) + ", " + e.Reason
	case n == 0:
		return words + ": nothing changed" + unchanged
	case n == 1, IsMove(out):
		words += " " + EffectWords(&out.Changed[0], p, now)
	default:
		words += fmt.Sprintf(" %d credentials: %s", n, manyFromTo(out, p, now))
	}
	return words + deadReset(verb, out.Changed) + unchanged
}

// deadReset describes how many of the credentials that were reset had been dead. It returns
// "" for none.
func deadReset(verb poolstate.Verb, changed []poolstate.Effect) string {
	dead := 0
	for i := range changed {
		if changed[i].Before.Status == poolstate.StatusDead {
			dead++
		}
	}
	switch {
	case verb != poolstate.VerbReset || dead == 0:
		return ""
	case len(changed) == 1:
		return DeadReset
	}
	return "; " + text.Plural(dead, "was dead and needs re-authentication", "were dead and need re-authentication")
}

// BriefChange describes only the result of a change to one credential: "hold spare: held,
// streak 2, until 18:00". It returns "" if several credentials changed.
func BriefChange(verb poolstate.Verb, out *poolstate.Outcome, p poolstate.Policy, now time.Time) string {
	if len(out.Changed) != 1 && !IsMove(out) {
		return ""
	}
	e := &out.Changed[0]
	return VerbWord(verb) + " " + text.QualifiedName(&e.After) + ": " + strings.TrimPrefix(ResultWords(e, p, now), "→ ")
}

// manyFromTo summarizes several changes: "2 cooling, 1 due → 3 ready", followed by
// the range of the new deadlines, if any. If only cooldowns of models changed, it describes
// those instead.
func manyFromTo(out *poolstate.Outcome, p poolstate.Policy, now time.Time) string {
	var before, after tally
	var deadlines []time.Time
	modelsBefore, modelsAfter := 0, 0
	for i := range out.Changed {
		e := &out.Changed[i]
		before[p.Availability(&e.Before, now)]++
		modelsBefore, modelsAfter = modelsBefore+len(e.Before.ModelCooldowns), modelsAfter+len(e.After.ModelCooldowns)
		then := p.Assess(&e.After, now)
		after[then.Availability]++
		if then.Availability.Returns() {
			deadlines = append(deadlines, then.Deadline.At)
		}
	}
	if words := modelWords(modelsBefore, modelsAfter); words != "" && before == after {
		return words
	}
	words := before.String() + " → " + after.String()
	if len(deadlines) == 0 {
		return words
	}
	from := text.Until(slices.MinFunc(deadlines, time.Time.Compare), now)
	to := text.Until(slices.MaxFunc(deadlines, time.Time.Compare), now)
	if from == to {
		return words + ", until " + to
	}
	return words + ", until " + from + " to " + to
}

// tally counts credentials by availability.
type tally [poolstate.Unusable + 1]int

// String lists the counts that are not zero.
func (t tally) String() string {
	var parts []string
	for a, n := range t {
		if n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+poolstate.Availability(a).String())
		}
	}
	return strings.Join(parts, ", ")
}

// UnaffectedWords counts the targets that did not change, by reason: "2 skipped:
// dead, needs re-authentication", "5 unchanged".
func UnaffectedWords(out *poolstate.Outcome) []string {
	count := map[string]int{}
	var reasons []string
	for i := range out.Unchanged {
		reason := out.Unchanged[i].Reason
		if count[reason]++; count[reason] == 1 {
			reasons = append(reasons, reason)
		}
	}
	for i, reason := range reasons {
		if reasons[i] = fmt.Sprintf("%d skipped: %s", count[reason], reason); reason == poolstate.AlreadyClear {
			reasons[i] = fmt.Sprintf("%d unchanged", count[reason])
		}
	}
	return reasons
}

// LastReadyWords warns that an action leaves a provider without a ready credential.
func LastReadyWords(p *poolstate.LastReady, now time.Time) string {
	provider := clean(p.Provider)
	words := "this is the only ready credential of " + provider
	if n := len(p.Credentials); n > 1 {
		words = fmt.Sprintf("these are the only %d ready credentials of %s", n, provider)
	}
	switch {
	case p.Others.Total == 0:
		return words + ", which has no other usable credential"
	case p.Others.Next == nil:
		return words + "; no other recovers on its own"
	}
	return fmt.Sprintf("%s; the next to recover is %s, in %s", words, text.QualifiedName(p.Others.Next), text.Countdown(p.Others.NextAt.Sub(now)))
}

// ShortHoldWords warns about holds that would end before the current cooldown: "the hold ends
// before the current deadline: cooling until 2 Dec (6d04h)". It describes the first
// hold and counts the others.
func ShortHoldWords(changed []poolstate.Effect, p poolstate.Policy, now time.Time) string {
	words, n := "", 0
	for i := range changed {
		e := &changed[i]
		a := p.Assess(&e.Before, now)
		if !e.After.Held() || !a.Availability.Returns() || !e.After.ResetAt.Before(a.Deadline.At) {
			continue
		}
		if n++; n == 1 {
			words = fmt.Sprintf("the hold ends before the current deadline: %s until %s (%s)", a.Availability, text.Until(a.Deadline.At, now), text.Countdown(a.Remaining))
			if len(changed) > 1 {
				words = text.QualifiedName(&e.Before) + ": " + words
			}
		}
	}
	if n > 1 {
		words += fmt.Sprintf(", and %d more", n-1)
	}
	return words
}

// longHold is the duration above which a hold may be a typo. Deadlines that providers set are
// considered implausible above the same limit.
const longHold = 31 * text.Day

// LongHoldWords warns about holds of more than 31 days: "the hold is longer than 31 days:
// until 2 Jan 2027 (40d)". It describes the hold that ends last.
func LongHoldWords(changed []poolstate.Effect, now time.Time) string {
	var longest *poolstate.Credential
	for i := range changed {
		c := &changed[i].After
		if c.Held() && c.ResetAt.Sub(c.StatusAt) > longHold && (longest == nil || c.ResetAt.After(longest.ResetAt)) {
			longest = c
		}
	}
	if longest == nil {
		return ""
	}
	return fmt.Sprintf("the hold is longer than 31 days: until %s (%s)", text.Until(longest.ResetAt, now), text.Span(longest.ResetAt.Sub(longest.StatusAt)))
}

// HoldWords previews a hold: "streak 2 → 3, 4h (×4), until 18:02". It includes the
// streak if the file records it, and the multiplier if the streak determines the deadline.
func HoldWords(e *poolstate.Effect, h poolstate.Hold, now time.Time) string {
	words, length := "", text.Span(e.After.ResetAt.Sub(e.After.StatusAt))
	if after, known := e.After.Streak.Known(); known {
		words = fmt.Sprintf("streak – → %d", after)
		if before, known := e.Before.Streak.Known(); known {
			words = fmt.Sprintf("streak %d → %d", before, after)
		}
	}
	_, counted := e.Before.Failures().Known()
	if n := h.Multiplier(&e.Before, e.After.StatusAt); n > 0 && (counted || words != "") {
		length += " (×" + text.Factor(n) + ")"
	}
	return joined(", ", words, length, "until "+text.Until(e.After.ResetAt, now))
}
