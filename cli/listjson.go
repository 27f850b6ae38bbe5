package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode"
	"unicode/utf8"

	"pooltop/poolstate"
)

// The JSON of list. Its fields are stable: times are RFC 3339 in UTC with
// milliseconds, durations whole seconds, rounded up; what is absent is null.
type (
	poolJSON struct {
		Path      string         `json:"path"`
		ReadAt    timeJSON       `json:"read_at"`
		Policy    string         `json:"policy"`
		Summary   summaryJSON    `json:"summary"`
		Providers []providerJSON `json:"providers"`
	}
	summaryJSON struct {
		Credentials int      `json:"credentials"`
		Ready       int      `json:"ready"`
		Cooling     int      `json:"cooling"`
		Held        int      `json:"held"`
		Due         int      `json:"due"`
		Dead        int      `json:"dead"`
		Disabled    int      `json:"disabled"`
		NextReadyAt timeJSON `json:"next_ready_at"`
		NextReady   *string  `json:"next_ready"`
		AllReadyAt  timeJSON `json:"all_ready_at"`
	}
	providerJSON struct {
		Name        string           `json:"name"`
		Ready       int              `json:"ready"`
		Credentials []credentialJSON `json:"credentials"`
	}
	credentialJSON struct {
		ID       *string `json:"id"`
		Label    *string `json:"label"`
		Index    int     `json:"index"`
		Priority *int    `json:"priority"`
		AuthType *string `json:"auth_type"`
		Source   *string `json:"source"`

		Status       *string `json:"status"`
		Availability string  `json:"availability"`

		Streak     *int   `json:"streak"`
		Multiplier int    `json:"multiplier"`
		Base       int64  `json:"base_seconds"`
		Cooldown   *int64 `json:"cooldown_seconds"`
		Next       int64  `json:"next_cooldown_seconds"`

		ExhaustedAt timeJSON `json:"exhausted_at"`
		Deadline    timeJSON `json:"deadline"`
		Origin      *string  `json:"deadline_origin"`
		Remaining   *int64   `json:"remaining_seconds"`

		ErrorCode    *int    `json:"error_code"`
		ErrorReason  *string `json:"error_reason"`
		ErrorMessage *string `json:"error_message"`

		ModelCooldowns map[string]timeJSON `json:"model_cooldowns"`
		ClearedAt      timeJSON            `json:"status_cleared_at"`
		Requests       *int                `json:"request_count"`
	}
)

// timeJSON is an instant; the zero one is null.
type timeJSON time.Time

// lastInstant stands for everything after the year 9999, which RFC 3339 cannot
// write.
var lastInstant = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC)

// MarshalJSON writes UTC with milliseconds.
//
//nolint:unparam // the interface of encoding/json has the error
func (t timeJSON) MarshalJSON() ([]byte, error) {
	at := time.Time(t).UTC()
	if at.IsZero() {
		return []byte("null"), nil
	}
	if at.After(lastInstant) {
		at = lastInstant
	}
	return []byte(at.Format(`"2006-01-02T15:04:05.000Z"`)), nil
}

func secondsUp(d time.Duration) int64 {
	d = max(d, 0)
	n := int64(d / time.Second)
	if d%time.Second > 0 {
		n++
	}
	return n
}

func nullable[T any](o poolstate.Optional[T]) *T {
	if v, ok := o.Get(); ok {
		return &v
	}
	return nil
}

func nullableText(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// json describes the picture.
func (pic *picture) json() poolJSON {
	sum := pic.pool.Summarize(pic.policy, pic.now)
	out := poolJSON{
		Path: pic.path, ReadAt: timeJSON(pic.now), Policy: pic.policy.String(),
		Summary: summaryJSON{
			Credentials: sum.Total,
			Ready:       sum.Count[poolstate.Ready],
			Cooling:     sum.Count[poolstate.Cooling],
			Held:        sum.Count[poolstate.Held],
			Due:         sum.Count[poolstate.Due],
			Dead:        sum.Count[poolstate.Dead],
			Disabled:    sum.Count[poolstate.Disabled],
			NextReadyAt: timeJSON(sum.NextAt),
			AllReadyAt:  timeJSON(sum.AllAt),
		},
		Providers: []providerJSON{},
	}
	if sum.Next != nil {
		out.Summary.NextReady = new(sum.Next.Provider + "/" + handle(sum.Next))
	}
	for i := range pic.pool.Providers {
		p := &pic.pool.Providers[i]
		s := p.Summarize(pic.policy, pic.now)
		pj := providerJSON{Name: p.Name, Ready: s.Ready(), Credentials: []credentialJSON{}}
		for j := range p.Credentials {
			pj.Credentials = append(pj.Credentials, pic.credential(&p.Credentials[j]))
		}
		out.Providers = append(out.Providers, pj)
	}
	return out
}

func (pic *picture) credential(c *poolstate.Credential) credentialJSON {
	a := pic.policy.Assess(c, pic.now)
	out := credentialJSON{
		ID: nullableText(c.ID), Label: nullableText(c.Label), Index: c.Index,
		Priority: nullable(c.Priority), AuthType: nullableText(c.AuthType), Source: nullableText(c.Source),
		Status: nullableText(c.StatusText), Availability: a.Availability.String(),
		Multiplier: a.Multiplier, Base: secondsUp(a.Base), Next: secondsUp(a.Next),
		Deadline: timeJSON(a.Deadline.At), Origin: nullableText(a.Deadline.Origin.String()),
		ErrorCode: nullable(c.ErrorCode), ErrorReason: nullableText(c.ErrorReason), ErrorMessage: nullableText(c.ErrorMessage),
		ClearedAt: timeJSON(c.ClearedAt), Requests: nullable(c.RequestCount),
	}
	if n, known := c.Streak.Known(); known {
		out.Streak = &n
	}
	if c.Status == poolstate.StatusExhausted {
		out.ExhaustedAt = timeJSON(c.StatusAt)
	}
	if !a.Deadline.IsZero() {
		out.Remaining = new(secondsUp(a.Remaining))
		if !c.StatusAt.IsZero() {
			out.Cooldown = new(secondsUp(a.Cooldown))
		}
	}
	if c.ModelCooldowns != nil {
		out.ModelCooldowns = map[string]timeJSON{}
		for _, m := range c.ModelCooldowns {
			out.ModelCooldowns[m.Model] = timeJSON(m.Until)
		}
	}
	return out
}

// writeJSON prints v with an indent. Whatever could act on a terminal is
// escaped; a JSON reader gets it back as it was.
func writeJSON(w io.Writer, v any) error { return encodeJSON(w, v, "  ") }

// writeLineJSON is writeJSON on one line.
func writeLineJSON(w io.Writer, v any) error { return encodeJSON(w, v, "") }

func encodeJSON(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escapeInvisible(b.Bytes()))
	return err
}

// escapeInvisible writes every character that is not visible as an escape. The
// encoder has done so for those below the blank already.
func escapeInvisible(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == '\n' || unicode.IsGraphic(r):
			out = append(out, text[:n]...)
		case r > 0xffff:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		text = text[n:]
	}
	return out
}
