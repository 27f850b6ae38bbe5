// Package jsonout defines JSON output that several commands share. Field names are stable.
// Times are in RFC 3339 format, in UTC and with milliseconds. Durations are whole seconds,
// rounded up. Missing values are null.
package jsonout

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"pooltop/poolstate"
)

type (
	// Pool is the output of list --json.
	Pool struct {
		Path      string     `json:"path"`
		Profile   string     `json:"profile"`
		ReadAt    Time       `json:"read_at"`
		Policy    string     `json:"policy"`
		Source    string     `json:"policy_source"`
		Model     *string    `json:"model"` // the value of --model
		Summary   Summary    `json:"summary"`
		Providers []Provider `json:"providers"`
	}
	// Stores is the output of list --json for several stores. The summary counts a
	// credential only once, even if several profiles use it.
	Stores struct {
		Stores  []any   `json:"stores"` // Pool or Unreadable
		Summary Summary `json:"summary"`
	}
	// Unreadable is a store that cannot be read.
	Unreadable struct {
		Profile   string     `json:"profile"`
		Path      string     `json:"path"`
		Error     string     `json:"error"`
		Providers []Provider `json:"providers"` // always empty
	}
	// Summary counts the credentials of a pool by availability.
	Summary struct {
		Credentials int     `json:"credentials"`
		Ready       int     `json:"ready"`
		Cooling     int     `json:"cooling"`
		Held        int     `json:"held"`
		Due         int     `json:"due"`
		Dead        int     `json:"dead"`
		Disabled    int     `json:"disabled"` // always 0; earlier versions counted credentials with enabled: false
		Unusable    int     `json:"unusable"`
		NextReadyAt Time    `json:"next_ready_at"`
		NextReady   *string `json:"next_ready"` // provider/id, or provider/#index if there is no id; for several stores, prefixed with profile/
		AllReadyAt  Time    `json:"all_ready_at"`
	}
	// Provider is one provider with its credentials in rotation order.
	Provider struct {
		Name        string       `json:"name"`
		Ready       int          `json:"ready"`
		Strategy    string       `json:"strategy"`
		Credentials []Credential `json:"credentials"`
	}
	// Credential is one credential and its availability under the policy.
	Credential struct {
		ID       *string  `json:"id"`
		Label    *string  `json:"label"`
		Index    int      `json:"index"`
		Priority *float64 `json:"priority"`
		IsNext   bool     `json:"next"` // agents select it next
		AuthType *string  `json:"auth_type"`
		Source   *string  `json:"source"`

		Status       *string `json:"status"`
		Availability string  `json:"availability"`

		Streak     *int   `json:"streak"`          // in the file
		Observed   *int   `json:"observed_streak"` // counted by pooltop
		Multiplier int    `json:"multiplier"`
		Base       int64  `json:"base_seconds"`
		Cooldown   *int64 `json:"cooldown_seconds"`
		Next       int64  `json:"next_cooldown_seconds"`

		ExhaustedAt Time    `json:"exhausted_at"`
		Deadline    Time    `json:"deadline"`
		Origin      *string `json:"deadline_origin"`
		Remaining   *int64  `json:"remaining_seconds"`

		ErrorCode    *int    `json:"error_code"`
		ErrorReason  *string `json:"error_reason"`
		ErrorMessage *string `json:"error_message"`

		Suspect        bool            `json:"suspect"`
		FailureReason  *string         `json:"failure_reason"`
		SameAccount    []string        `json:"same_account"`          // the other credentials of the account, in the format of next_ready
		SameProfiles   []string        `json:"same_account_profiles"` // the other listed profiles that use the account
		BorrowedFrom   *string         `json:"borrowed_from"`         // the profile whose store has the credential, if it is not this profile
		CopiedFrom     *string         `json:"copied_from"`           // the profile that has the original of this copy
		Stale          bool            `json:"copy_is_stale"`         // whether the original has newer tokens
		ModelCooldowns map[string]Time `json:"model_cooldowns"`
		TokenExpiresAt Time            `json:"token_expires_at"`
		RemovedAt      Time            `json:"removed_at"`
		ClearedAt      Time            `json:"status_cleared_at"`
		Requests       *int            `json:"request_count"`

		*Details
	}
	// Details holds the fields of a credential that only a report contains.
	Details struct {
		StatusAt    Time `json:"status_at"`
		Suspect     bool `json:"deadline_suspect"`
		ExpiresAt   Time `json:"expires_at"`
		LastRefresh Time `json:"last_refresh"`
	}
	// Event is one line of the output of events --json.
	Event struct {
		At           Time    `json:"at"`
		Profile      *string `json:"profile"`
		Provider     *string `json:"provider"`
		ID           *string `json:"id"`
		Label        *string `json:"label"`
		Event        string  `json:"event"`
		StreakBefore *int    `json:"streak_before"`
		StreakAfter  *int    `json:"streak_after"`
		Deadline     Time    `json:"deadline"`
		ErrorCode    *int    `json:"error_code"`
		By           string  `json:"by"`
	}
	// State is a credential before or after an action.
	State struct {
		Status   *string  `json:"status"`
		Streak   *int     `json:"streak"`
		Deadline Time     `json:"deadline"`
		Index    int      `json:"index"` // position in the rotation order
		Priority *float64 `json:"priority"`
	}
)

// Time is a time in the JSON output. The zero value is encoded as null.
type Time time.Time

// MarshalJSON encodes t in UTC with milliseconds. Times after the year 9999, which a corrupt
// file may contain, are clamped; see [poolstate.ToRFC3339].
func (t Time) MarshalJSON() ([]byte, error) {
	at := poolstate.ToRFC3339(time.Time(t))
	if at.IsZero() {
		return []byte("null"), nil
	}
	return []byte(at.Format(`"2006-01-02T15:04:05.000Z"`)), nil
}

// Seconds returns d in seconds, rounded up, or 0 if d is negative.
func Seconds(d time.Duration) int64 { return int64(math.Ceil(max(d, 0).Seconds())) }

// Text returns a pointer to s, or nil if s is empty.
func Text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// orNil returns a pointer to v, or nil if v is not known.
func orNil[T any](v T, known bool) *T {
	if known {
		return &v
	}
	return nil
}

// Source is the state of a profile at a given time.
type Source struct {
	Profile, Path string
	Pool          *poolstate.Pool
	Policy        poolstate.Policy
	Guard         *poolstate.Curve // the schedule of the guard running on the store, or nil
	Strategies    map[string]poolstate.Strategy
	Now           time.Time
}

// NewPool returns the JSON form of a profile's pool.
func NewPool(src Source) Pool {
	sum := src.Pool.Summarize(src.Policy, src.Now)
	out := Pool{
		Path: src.Path, Profile: src.Profile, ReadAt: Time(src.Now), Policy: src.Policy.String(), Source: src.Policy.Source().String(),
		Model: Text(src.Policy.Model()), Summary: NewSummary(&sum), Providers: []Provider{},
	}
	for i := range src.Pool.Providers {
		p := &src.Pool.Providers[i]
		s, strategy := p.Summarize(src.Policy, src.Now), src.Strategies[p.Name]
		provider := Provider{Name: p.Name, Ready: s.Ready(), Strategy: strategy.String(), Credentials: []Credential{}}
		next := p.Next(strategy, src.Policy, src.Now)
		for j := range p.Credentials {
			c := newCredential(&p.Credentials[j], src.Profile, src.Policy, src.Guard, src.Now)
			c.IsNext = &p.Credentials[j] == next
			provider.Credentials = append(provider.Credentials, c)
		}
		out.Providers = append(out.Providers, provider)
	}
	return out
}

// NewSummary returns the JSON form of a summary.
func NewSummary(sum *poolstate.Summary) Summary {
	out := Summary{
		Credentials: sum.Total,
		Ready:       sum.Count[poolstate.Ready],
		Cooling:     sum.Count[poolstate.Cooling],
		Held:        sum.Count[poolstate.Held],
		Due:         sum.Count[poolstate.Due],
		Dead:        sum.Count[poolstate.Dead],
		Unusable:    sum.Count[poolstate.Unusable],
		NextReadyAt: Time(sum.NextAt),
		AllReadyAt:  Time(sum.AllAt),
	}
	if sum.Next != nil {
		out.NextReady = new(sum.Next.Provider + "/" + sum.Next.Handle())
	}
	return out
}

func newCredential(c *poolstate.Credential, profile string, policy poolstate.Policy, guard *poolstate.Curve, now time.Time) Credential {
	a, state := policy.Assess(c, now), NewState(c, policy, now)
	out := Credential{
		ID: Text(c.ID), Label: Text(c.Label), Index: c.Index,
		Priority: orNil(c.Priority.Get()), AuthType: Text(c.AuthType), Source: Text(c.Source),
		Status: state.Status, Availability: a.Availability.String(),
		Streak: orNil(c.Streak.Known()), Observed: orNil(c.Observed.Get()), Multiplier: a.Multiplier, Base: Seconds(a.Base), Next: Seconds(poolstate.NextCooldown(c, policy, guard)),
		Deadline: state.Deadline, Origin: Text(a.Deadline.Origin.String()),
		ErrorCode: orNil(c.ErrorCode.Get()), ErrorReason: Text(c.ErrorReason), ErrorMessage: Text(c.ErrorMessage),
		Suspect: a.Deadline.Suspect, FailureReason: Text(c.FailureReason), SameAccount: []string{}, SameProfiles: []string{}, BorrowedFrom: Text(c.BorrowedFrom),
		TokenExpiresAt: Time(c.ExpiresAt), RemovedAt: Time(policy.RemovedAt(c)), ClearedAt: Time(c.ClearedAt), Requests: orNil(c.RequestCount.Get()),
	}
	if c.Copy != poolstate.NoCopy {
		out.CopiedFrom, out.Stale = new(poolstate.RootProfile), c.Copy == poolstate.StaleCopy
	}
	for _, name := range c.Profiles {
		if name != profile {
			out.SameProfiles = append(out.SameProfiles, name)
		}
	}
	for _, ref := range c.Shares {
		if ref != c.Ref {
			out.SameAccount = append(out.SameAccount, ref.String())
		}
	}
	if c.Status == poolstate.StatusExhausted {
		out.ExhaustedAt = Time(c.StatusAt)
	}
	if !a.Deadline.IsZero() {
		out.Remaining = span(a.Remaining, a.Deadline)
		if !c.StatusAt.IsZero() {
			out.Cooldown = span(a.Cooldown, a.Deadline)
		}
	}
	if c.ModelCooldowns != nil {
		out.ModelCooldowns = map[string]Time{}
		for _, m := range c.ModelCooldowns {
			out.ModelCooldowns[m.Model] = Time(m.End(now))
		}
	}
	return out
}

// span returns d, the remaining or total cooldown, in seconds. It returns nil if the credential
// never recovers, or if the deadline is too far away for a [time.Duration] (292 years).
func span(d time.Duration, deadline poolstate.Deadline) *int64 {
	if deadline.Never() || d == math.MaxInt64 {
		return nil
	}
	return new(Seconds(d))
}

// NewEvent returns the JSON form of an event of a profile.
func NewEvent(profile string, r *poolstate.Record) Event {
	return Event{
		At: Time(r.At), Profile: Text(profile), Provider: Text(r.Provider), ID: Text(r.ID), Label: Text(r.Label), Event: r.Kind.String(),
		StreakBefore: r.Before.Streak, StreakAfter: r.After.Streak, Deadline: newDeadline(r.After), ErrorCode: r.Code, By: r.By.String(),
	}
}

// NewState returns the JSON form of the state of a credential.
func NewState(c *poolstate.Credential, policy poolstate.Policy, now time.Time) State {
	s := poolstate.StateOf(c, policy, now)
	return State{
		Status: s.Status, Streak: s.Streak, Deadline: newDeadline(s), Index: c.Index, Priority: orNil(c.Priority.Get()),
	}
}

func newDeadline(s poolstate.State) Time {
	if s.Deadline == nil {
		return Time{}
	}
	return Time(*s.Deadline)
}

// Write writes v as indented JSON. It escapes invisible characters so that a terminal
// does not interpret them. Decoders restore them.
func Write(w io.Writer, v any) error { return encode(w, v, "  ") }

// WriteLine is like Write, but writes a single line.
func WriteLine(w io.Writer, v any) error { return encode(w, v, "") }

func encode(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	if s, ok := w.(interface{ Raw() io.Writer }); ok { // JSON is UTF-8, even if text is converted to ASCII
		w = s.Raw()
	}
	_, err := w.Write(escapeInvisible(b.Bytes()))
	return err
}

// escapeInvisible escapes the invisible characters that the encoder leaves alone, such as
// DEL and the characters that change the text direction.
func escapeInvisible(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for _, r := range string(text) {
		if r == '\n' || unicode.IsGraphic(r) {
			out = utf8.AppendRune(out, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out
}
