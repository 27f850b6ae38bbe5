package poolstate

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate/internal/jsonedit"
)

// Hold takes a credential out of rotation until a deadline. If neither For nor Until is
// set, the hold lasts as long as the cooldown after another failure under Curve, or until
// the end of the current cooldown if that is later.
type Hold struct {
	// Code is the error code to record, from 100 to 599; see [HoldCode].
	Code int
	// For is how long the hold lasts from the time it is written.
	For time.Duration
	// Until is the end of the hold. It is ignored if For is set.
	Until time.Time
	// Reason is free text, stored in last_error_message.
	Reason string
	// Policy computes the current cooldown and the bases of Curve. The hold may end before
	// the current cooldown only if Shorten is true.
	Policy  Policy
	Shorten bool
	Curve   Curve
}

const (
	// defaultHoldReason is stored if the operator gives no reason.
	defaultHoldReason = "held by operator"
	// codex is the provider that agents query for its current limits.
	codex = "openai-codex"
)

// HoldCode returns an error code for holds that agents do not end early: 402 if they would
// retry any of the credentials early after a 429, otherwise 429. Agents retry openai-codex
// early because they query its limits, and newer agents retry a provider's last live credential
// early.
func HoldCode(credentials []Credential) int {
	if slices.ContainsFunc(credentials, func(c Credential) bool { return c.Provider == codex || c.Sole }) {
		return codePaymentRequired
	}
	return codeTooManyRequests
}

// rateLimitWords are words in the error message of an openai-codex credential that make
// agents retry it early.
var rateLimitWords = []string{"rate limit", "usage limit", "quota"}

// refusal returns why the hold must not be written to c, or an empty string if it is
// allowed.
func (h Hold) refusal(c *Credential, at time.Time) string {
	switch {
	case c.Status == StatusDead:
		return "dead, needs re-authentication"
	case h.For < 0, !h.deadline(c, at).After(at):
		return "the deadline is not in the future"
	case h.explicit() && h.deadline(c, at).Sub(at) > maxHold:
		return "the deadline is more than a year ahead"
	case h.Code < 100 || h.Code > 599:
		return fmt.Sprintf("error code %d is not between 100 and 599", h.Code)
	case c.Provider == codex:
		for _, w := range rateLimitWords {
			if strings.Contains(strings.ToLower(h.Reason), w) {
				return fmt.Sprintf("on %s, agents end a hold early if its reason contains %q", codex, w)
			}
		}
	}
	return ""
}

// Warning returns why agents may end the hold of c early, or an empty string if they
// will not.
func (h Hold) Warning(c *Credential) string {
	switch {
	case c.Provider == codex && h.Code == codeTooManyRequests:
		return "agents end a hold with code 429 on openai-codex as soon as the provider reports free capacity; use code 402 to prevent this"
	case c.Sole && h.Code != codePaymentRequired:
		return "newer agents retry a sole credential after 60s; use code 402 to prevent this"
	}
	return ""
}

func (h Hold) explicit() bool { return h.For > 0 || !h.Until.IsZero() }

// coolsUntil returns the deadline of the current cooldown of c, which may have passed.
func (h Hold) coolsUntil(c *Credential, at time.Time) time.Time { return h.Policy.Deadline(c, at).At }

// tooShort returns why a hold that ends before the current cooldown is refused. Times
// are in the location of at.
func (h Hold) tooShort(c *Credential, at, until time.Time) string {
	cooldown := "never ends"
	if !neverComes(until) {
		cooldown = "ends at " + until.In(at.Location()).Format(time.DateTime)
	}
	return fmt.Sprintf("the hold would end at %s, but the cooldown %s",
		h.deadline(c, at).In(at.Location()).Format(time.DateTime), cooldown)
}

// deadline returns the end of a hold of c that is written at the given time.
func (h Hold) deadline(c *Credential, at time.Time) time.Time {
	switch {
	case h.For > 0:
		return at.Add(h.For)
	case !h.Until.IsZero():
		return h.Until
	}
	end := h.curveEnd(c, at)
	if until := h.coolsUntil(c, at); until.After(end) {
		return until
	}
	return end
}

// curveEnd returns the end of the cooldown that c would have under Curve after another failure
// with the code of the hold. It ignores the fields that make agents retry a credential after a
// minute, because they must not shorten a hold.
func (h Hold) curveEnd(c *Credential, at time.Time) time.Time {
	failed := *c
	failed.ErrorCode, failed.FailureReason, failed.Sole = Some(h.Code), "", false
	return at.Add(h.Curve.Cooldown(&failed, h.Policy, c.Failures().Next().Count()))
}

// Multiplier returns the factor that the streak of c contributes to the length of a hold
// that begins at the given time, or 0 if Curve does not determine the length.
func (h Hold) Multiplier(c *Credential, at time.Time) float64 {
	if h.explicit() || h.coolsUntil(c, at).After(h.curveEnd(c, at)) {
		return 0
	}
	return h.Curve.For(c.Provider).Multiplier(c.Failures().Next().Count())
}

// held returns the change that holds c. It stores the deadline as the provider's reset time,
// which every build of the agent honors. It removes failure_reason, because for the provider
// nous, agents end a cooldown early if that field is billing.
func held(c Credential, h Hold, at time.Time) Change {
	ch := Exhausted(c, Failure{
		Code: h.Code, Reason: HoldReason, Message: cmp.Or(h.Reason, defaultHoldReason), ResetAt: h.deadline(&c, at),
	}, at)
	if !c.countsStreaks {
		ch.edits = slices.DeleteFunc(ch.edits, func(e jsonedit.Edit) bool { return e.Key == keyStreak })
	}
	ch.remove(keyFailureReason)
	return ch
}

// Errors from parsing a duration or the end of a hold.
var (
	// ErrDuration is returned when the text cannot be parsed, the duration is not
	// positive or the time is not in the future.
	ErrDuration = errors.New("not a duration; try 45m, 2h30m, 1d, until 18:00 or until tomorrow 9:00")
	// ErrTooLong is returned when the hold would be longer than 366 days.
	ErrTooLong = errors.New("over the limit of one year")
)

// maxHold is the longest hold. A longer one is probably a typo.
const maxHold = 366 * 24 * time.Hour

// ParseHold parses a duration as [ParseDuration] does, or a time as [ParseUntil] does.
// Either may follow the word "until". It sets For or Until of the result.
func ParseHold(s string, now time.Time) (h Hold, err error) {
	s = strings.TrimPrefix(normalized(s), "until ")
	if h.For, err = ParseDuration(s); errors.Is(err, ErrDuration) {
		h.Until, err = ParseUntil(s, now)
	}
	return h, err
}

// normalized returns s in lower case with single spaces.
func normalized(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// durationForm matches unsigned durations with each unit at most once and longer units
// first.
var durationForm = regexp.MustCompile(`^(?:(\d+) ?d(?:ays?)? ?)?(?:(\d+(?:\.\d+)?) ?h(?:rs?|ours?)? ?)?` +
	`(?:(\d+(?:\.\d+)?) ?m(?:ins?|inutes?)? ?)?(?:(\d+(?:\.\d+)?) ?s(?:ecs?|econds?)?)?$`)

// ParseDuration parses a duration such as 45m, 2h30m, 1d 12h or 3 hours, with
// days, hours, minutes and seconds. It returns [ErrDuration] unless the duration
// is positive, and [ErrTooLong] if it is longer than 366 days.
func ParseDuration(s string) (time.Duration, error) {
	form := durationForm.FindStringSubmatch(normalized(s))
	if form == nil {
		return 0, ErrDuration
	}
	days, errDays := strconv.Atoi("0" + form[1])
	rest, errRest := time.ParseDuration("0" + form[2] + "h0" + form[3] + "m0" + form[4] + "s")
	if errDays != nil || errRest != nil || days > 366 || rest > maxHold {
		return 0, ErrTooLong
	}
	switch total := time.Duration(days)*24*time.Hour + rest; {
	case total <= 0:
		return 0, ErrDuration
	case total > maxHold:
		return 0, ErrTooLong
	default:
		return total, nil
	}
}

// FormatDuration formats a duration of whole seconds in the form that [ParseDuration] accepts:
// 45m, 2h30m.
func FormatDuration(d time.Duration) string {
	return strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(d.String())
}

// ParseUntil parses a time such as 18:00, tomorrow 9:00, mon 9:00, 2026-12-24,
// 2026-12-24 18:00 or an RFC 3339 time. A time of day means its next occurrence after
// now, in the location of now. It returns [ErrDuration] unless the time is after now, and
// [ErrTooLong] if it is more than 366 days ahead.
func ParseUntil(s string, now time.Time) (time.Time, error) {
	s = normalized(s)
	t, ok := parseDate(s, now.Location())
	if !ok {
		t, ok = nextTimeOfDay(s, now)
	}
	switch {
	case !ok || !t.After(now):
		return time.Time{}, ErrDuration
	case t.Sub(now) > maxHold:
		return time.Time{}, ErrTooLong
	}
	return t, nil
}

func parseDate(s string, loc *time.Location) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04", time.DateTime} {
		if t, err := time.ParseInLocation(layout, strings.ToUpper(s), loc); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func nextTimeOfDay(s string, now time.Time) (time.Time, bool) {
	day, clock, found := strings.Cut(s, " ")
	if !found {
		day, clock = "", s
	}
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, false
	}
	for ahead := 0; ahead <= 8; ahead++ {
		y, m, d := now.Date()
		t := time.Date(y, m, d+ahead, at.Hour(), at.Minute(), 0, 0, now.Location())
		if isDay(day, t, ahead) && t.After(now) {
			return t, true
		}
	}
	return time.Time{}, false
}

// isDay reports whether word names the day of t, which is the given number of days
// ahead. An empty word means any day.
func isDay(word string, t time.Time, ahead int) bool {
	switch word {
	case "":
		return true
	case "today":
		return ahead == 0
	case "tomorrow":
		return ahead == 1
	}
	return len(word) >= 3 && strings.HasPrefix(strings.ToLower(t.Weekday().String()), word)
}
