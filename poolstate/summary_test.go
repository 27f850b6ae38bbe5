package poolstate

import (
	"fmt"
	"testing"
	"time"
)

func TestSummarize_Sample(t *testing.T) {
	p := decoded(t, string(sample(t, "backoff.json")))
	s := p.Summarize(Backoff, sampledAt)
	equal(t, "total", s.Total, 10)
	equal(t, "counts", s.Count, [...]int{Ready: 4, Cooling: 4, Held: 0, Due: 1, Dead: 1, Disabled: 0})
	equal(t, "ready", s.Ready(), 4)
	equal(t, "out", s.Out(), false)
	equal(t, "next", s.Next.String(), "openrouter/e5b7f2")
	equal(t, "next at", s.NextAt, time.Unix(1795426323, 0).UTC())
	equal(t, "all back at", s.AllAt, time.Unix(1795962000, 0).UTC())

	codex := p.Provider("openai-codex")
	one := codex.Summarize(Backoff, sampledAt)
	equal(t, "codex: total", one.Total, 2)
	equal(t, "codex: next", one.Next.ID, "18bb6e")
	equal(t, "codex: next and all", one.NextAt, one.AllAt)
	equal(t, "codex: none is ready", one.Out(), true)
	if one.Next != &codex.Credentials[0] {
		t.Error("next is a copy and not the pool's own credential")
	}
}

// Only deadlines ahead count, not those of due, dead and disabled credentials.
func TestSummarize_Next(t *testing.T) {
	exhausted := func(id string, at int64, more string) string {
		return fmt.Sprintf(`{"id": %q, "last_status": "exhausted", "last_error_reset_at": %d%s}`, id, at, more)
	}
	const ready = `{"id": "r"}`
	tests := []struct {
		name      string
		entries   []string
		next      string
		at, allAt int64
		out       bool
	}{
		{name: "no credential"},
		{name: "all ready", entries: []string{ready}},
		{name: "one due", entries: []string{exhausted("a", 1795425600, "")}, out: true},
		{name: "one dead", entries: []string{`{"id": "a", "last_status": "dead"}`}, out: true},
		{name: "one disabled", entries: []string{exhausted("a", 1795429200, `, "enabled": false`)}, out: true},
		{name: "one cooling", entries: []string{exhausted("a", 1795429200, "")}, next: "a", at: 1795429200, allAt: 1795429200, out: true},
		{name: "a hold counts", entries: []string{ready, exhausted("a", 1795429200, `, "last_error_reason": "operator_hold"`)}, next: "a", at: 1795429200, allAt: 1795429200},
		{
			name:    "first and last of three",
			entries: []string{exhausted("a", 1795429202, ""), exhausted("b", 1795429201, ""), ready, exhausted("c", 1795429203, "")},
			next:    "b", at: 1795429201, allAt: 1795429203,
		},
		{
			name:    "at the same instant the first in order",
			entries: []string{exhausted("a", 1795429200, ""), exhausted("b", 1795429200, "")},
			next:    "a", at: 1795429200, allAt: 1795429200, out: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := poolOf(t, tt.entries...)
			for what, s := range map[string]Summary{
				"pool":     p.Summarize(Backoff, sampledAt),
				"provider": p.Providers[0].Summarize(Backoff, sampledAt),
			} {
				next := ""
				if s.Next != nil {
					next = s.Next.ID
				}
				equal(t, what+": total", s.Total, len(tt.entries))
				equal(t, what+": next", next, tt.next)
				equal(t, what+": next at", s.NextAt, instant(tt.at))
				equal(t, what+": all at", s.AllAt, instant(tt.allAt))
				equal(t, what+": out", s.Out(), tt.out)
			}
		})
	}
}

func instant(epoch int64) time.Time {
	if epoch == 0 {
		return time.Time{}
	}
	return time.Unix(epoch, 0).UTC()
}

func TestOutage(t *testing.T) {
	fell := func(at float64, code int) string {
		return fmt.Sprintf(`{"last_status": "exhausted", "last_status_at": %f, "last_error_code": %d}`, at, code)
	}
	const t0 = 1795425000
	tests := []struct {
		name    string
		entries []string
		want    int
	}{
		{"none", nil, 0},
		{"one alone", []string{fell(t0, 429)}, 0},
		{"two at once", []string{fell(t0, 429), fell(t0, 429)}, 2},
		{"exactly five minutes apart", []string{fell(t0, 429), fell(t0+300, 429)}, 2},
		{"a moment more", []string{fell(t0, 429), fell(t0+300.001, 429)}, 0},
		{"out of order", []string{fell(t0+299, 429), fell(t0, 429)}, 2},
		{"different codes", []string{fell(t0, 429), fell(t0, 402)}, 0},
		{"a chain", []string{fell(t0, 429), fell(t0+200, 429), fell(t0+400, 429)}, 2},
		{"the largest cluster counts", []string{fell(t0, 429), fell(t0, 429), fell(t0+9000, 402), fell(t0+9001, 402), fell(t0+9300, 402)}, 3},
		{"without codes", []string{
			`{"last_status": "exhausted", "last_status_at": 1795425000}`,
			`{"last_status": "exhausted", "last_status_at": 1795425000}`,
		}, 0},
		{"no instant", []string{
			`{"last_status": "exhausted", "last_error_code": 429}`,
			`{"last_status": "exhausted", "last_error_code": 429}`,
		}, 0},
		{"holds do not count", []string{
			fell(t0, 429),
			`{"last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429, "last_error_reason": "operator_hold"}`,
		}, 0},
		{"dead and ready ones do not count", []string{
			fell(t0, 401),
			`{"last_status": "dead", "last_status_at": 1795425000, "last_error_code": 401}`,
			`{"last_status": "ok", "last_status_at": 1795425000, "last_error_code": 401}`,
		}, 0},
		{"disabled ones do not count", []string{
			fell(t0, 429),
			`{"last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429, "enabled": false}`,
		}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "credentials of the outage", poolOf(t, tt.entries...).Providers[0].Outage(Flat, time.Unix(t0+60, 0)), tt.want)
		})
	}
}

// Credentials that are not retried long after their deadline do not count.
func TestOutage_Grace(t *testing.T) {
	const t0 = 1795425000
	fell := fmt.Sprintf(`{"last_status": "exhausted", "last_status_at": %d, "last_error_code": 429}`, t0)
	prov := poolOf(t, fell, fell).Providers[0]
	deadline := time.Unix(t0, 0).Add(time.Hour)
	equal(t, "at the deadline", prov.Outage(Flat, deadline), 2)
	equal(t, "just before it is forgotten", prov.Outage(Flat, deadline.Add(15*time.Minute-time.Second)), 2)
	equal(t, "a quarter of an hour later", prov.Outage(Flat, deadline.Add(15*time.Minute)), 0)
}
