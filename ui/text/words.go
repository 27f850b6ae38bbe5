package text

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
)

// Day is 24 hours.
const Day = 24 * time.Hour

// Durations of tooLong or more are shown as tooLongText. No real deadline is that far away.
const tooLong, tooLongText = 1000 * Day, ">999d"

// clamp limits d to the range from 0 to tooLong, so that rounding up cannot overflow.
func clamp(d time.Duration) time.Duration { return min(max(d, 0), tooLong) }

// ceilSeconds rounds up, so that a countdown shows 1s until it ends.
func ceilSeconds(d time.Duration) time.Duration { return (d + time.Second - 1).Truncate(time.Second) }

// Countdown formats the time left: 42s, 12m03s, 3h12m05s, or 6d05h for a day or more.
func Countdown(d time.Duration) string {
	d = ceilSeconds(clamp(d))
	h, m, s := int(d/time.Hour), int(d/time.Minute)%60, int(d/time.Second)%60
	switch {
	case d >= tooLong:
		return tooLongText
	case d >= Day:
		return fmt.Sprintf("%dd%02dh", h/24, h%24)
	case h > 0:
		return fmt.Sprintf("%dh%02dm%02ds", h, m, s)
	case m > 0:
		return fmt.Sprintf("%dm%02ds", m, s)
	}
	return fmt.Sprintf("%ds", s)
}

// Span formats a duration in at most two units: 45s, 20m, 4h, 2h30m, 6d6h.
func Span(d time.Duration) string {
	d = clamp(d)
	if s := ceilSeconds(d); s < time.Minute {
		return fmt.Sprintf("%ds", s/time.Second)
	}
	d = d.Round(time.Minute)
	if d >= Day {
		d = d.Round(time.Hour)
	}
	if d >= tooLong {
		return tooLongText
	}
	out := ""
	for i, unit := range [...]time.Duration{Day, time.Hour, time.Minute} {
		if n := d / unit; n > 0 {
			out += strconv.Itoa(int(n)) + "dhm"[i:i+1]
		}
		d %= unit
	}
	return out
}

// Moment formats a time in now's location: 17:14 if it is today, Sun 14:20 if it is less than
// a week away, 29 Nov if it is in the same year, and Nov 2031 otherwise.
func Moment(t, now time.Time) string {
	t = t.In(now.Location())
	if t.Year() > 9999 {
		return "never"
	}
	switch days := CivilDays(t) - CivilDays(now); {
	case days == 0:
		return t.Format("15:04")
	case days > -7 && days < 7:
		return t.Format("Mon 15:04")
	case t.Year() == now.Year():
		return t.Format("2 Jan")
	}
	return t.Format("Jan 2006")
}

// Until formats a time as [Moment] does, but adds the day or the time of day that Moment
// omits from a distant date.
func Until(t, now time.Time) string {
	t = t.In(now.Location())
	switch days := CivilDays(t) - CivilDays(now); {
	case t.Year() > 9999, days > -7 && days < 7:
		return Moment(t, now)
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2 Jan 2006")
}

// CivilDays returns a number for the calendar day of t. The difference between two such numbers
// is correct even across a daylight saving change.
func CivilDays(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / int64(Day/time.Second))
}

// Stamp formats a time to the second in now's location. It omits the date if t is today,
// and the year if t is in the same year as now.
func Stamp(t, now time.Time) string {
	t = t.In(now.Location())
	if t.Year() > 9999 {
		return "after the year 9999"
	}
	if CivilDays(t) == CivilDays(now) {
		return t.Format("15:04:05")
	}
	if t.Year() == now.Year() {
		return t.Format("Mon 2 Jan 15:04:05")
	}
	return t.Format("2 Jan 2006 15:04:05")
}

// Factor formats a multiplier from 1 to 100 with at most three digits: 8, 3.38.
func Factor(f float64) string { return strconv.FormatFloat(f, 'g', 3, 64) }

// Ordinal formats a positive number as an ordinal: "1st", "2nd", "4th".
func Ordinal(n int) string {
	suffix := "th"
	if last := n % 10; last >= 1 && last <= 3 && n%100-last != 10 {
		suffix = [...]string{"st", "nd", "rd"}[last-1]
	}
	return strconv.Itoa(n) + suffix
}

// Plural returns a number and the singular or plural of a noun: "1 event", "2 events".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// visible returns cleaned text, or "" if it has no visible character.
func visible(s string) string { return strings.TrimSpace(Clean(s, RowLimit)) }

// CredentialName returns the cleaned name of a credential: the first of label, source
// and id with a visible character, or otherwise its position.
func CredentialName(c *poolstate.Credential) string {
	return cmp.Or(visible(c.Label), visible(c.Source), visible(c.ID), "#"+strconv.Itoa(c.Index))
}

// QualifiedName returns the name of a credential or, if its pool is merged from several
// profiles, profile/provider/name.
func QualifiedName(c *poolstate.Credential) string {
	if c.Profile == "" {
		return CredentialName(c)
	}
	return ProviderOf(c) + "/" + CredentialName(c)
}

// ProviderOf returns the cleaned name of a credential's provider or, if its pool is merged
// from several profiles, profile/provider.
func ProviderOf(c *poolstate.Credential) string {
	if c.Profile == "" {
		return visible(c.Provider)
	}
	return visible(c.Profile) + "/" + ProviderName(c.Provider)
}

// ProviderName returns the cleaned name of a provider, or "(no name)".
func ProviderName(name string) string { return cmp.Or(visible(name), "(no name)") }

// Reasons abbreviates common failure reasons. Other reasons are shown with spaces
// instead of underscores.
var Reasons = map[string]string{
	"insufficient_credits": "no credits",
	"insufficient_quota":   "no quota",
	"usage_limit_reached":  "usage limit",
	"rate_limit_error":     "rate limit",
	"rate_limit_exceeded":  "rate limit",
	"authentication_error": "auth failed",
}

// CodeWords describes common error codes, for failures without a reason.
var CodeWords = map[int]string{
	400: "bad request", 401: "auth failed", 402: "no credits", 403: "forbidden", 404: "not found", 408: "timed out", 429: "rate limit",
	500: "server error", 502: "bad gateway", 503: "unavailable", 504: "timed out", 529: "overloaded",
}

// Failure returns the code and reason of the last failure: "429 usage limit".
func Failure(c *poolstate.Credential) string {
	code, ok := c.ErrorCode.Get()
	word := c.ErrorReason
	if cause := c.FailureReason; c.Status == poolstate.StatusExhausted && strings.HasPrefix(cause, "billing") && code != 402 {
		word = cause // the cause determines the cooldown; the provider's reason does not
	}
	reason, known := Reasons[word]
	if !known {
		reason = Clean(strings.ReplaceAll(word, "_", " "), RowLimit)
	}
	if !ok {
		return reason
	}
	if reason == "" {
		reason = CodeWords[code]
	}
	return strings.TrimSpace(strconv.Itoa(code) + " " + reason)
}
