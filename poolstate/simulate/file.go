package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"pooltop/poolstate"
)

// entry is a credential in the format of an agent with backoff. Fields of type any may
// be null.
type entry struct {
	ID           string `json:"id"`
	Label        string `json:"label"`
	AuthType     string `json:"auth_type"`
	Priority     int    `json:"priority"`
	Source       string `json:"source"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	Status       any    `json:"last_status"`
	StatusAt     any    `json:"last_status_at"`
	ErrorCode    any    `json:"last_error_code"`
	ErrorReason  any    `json:"last_error_reason"`
	ErrorMessage any    `json:"last_error_message"`
	ResetAt      any    `json:"last_error_reset_at"`
	ExpiresAtMS  int64  `json:"expires_at_ms,omitempty"`
	Requests     int    `json:"request_count"`
	Streak       *int   `json:"consecutive_failures,omitempty"`
}

// File returns the content of auth.json at the start of the scenario. Its tokens are
// fictitious.
func (s Simulation) File() ([]byte, error) {
	pool := map[string][]entry{}
	for _, c := range s.scenario.Pool {
		list := pool[c.Provider]
		e := c.entry(len(list), s.start)
		if !s.scenario.policy().Climbs() {
			e.Streak = nil // a stock agent does not record it
		}
		pool[c.Provider] = append(list, e)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	err := enc.Encode(struct {
		Version   int                `json:"version"`
		Providers struct{}           `json:"providers"`
		Pool      map[string][]entry `json:"credential_pool"`
		UpdatedAt string             `json:"updated_at"`
	}{1, struct{}{}, pool, s.start.UTC().Format("2006-01-02T15:04:05.000000-07:00")})
	return b.Bytes(), err
}

func (c Credential) entry(priority int, start time.Time) entry {
	seconds := func(from time.Duration) float64 { return float64(start.Add(from).UnixMicro()) / 1e6 }
	e := entry{
		ID: c.ID, Label: c.Label, AuthType: c.AuthType, Priority: priority, Source: c.Source,
		AccessToken: fmt.Sprintf("simulated-access-%s", c.ID), Requests: c.Requests, Streak: new(int),
	}
	if c.TokenLasts > 0 {
		e.RefreshToken = fmt.Sprintf("simulated-refresh-%s", c.ID)
		e.ExpiresAtMS = start.Add(c.TokenLasts).UnixMilli()
	}
	switch {
	case c.Dead:
		e.Status, e.StatusAt, *e.Streak = "dead", seconds(-26*time.Hour), 1
		e.ErrorCode, e.ErrorReason, e.ErrorMessage = 401, "token_revoked", "The key has been revoked"
	case c.HeldFor > 0:
		e.Status, e.StatusAt, *e.Streak = "exhausted", seconds(-10*time.Minute), 1
		e.ErrorCode, e.ErrorReason, e.ErrorMessage = 429, poolstate.HoldReason, "kept for the nightly batch"
		e.ResetAt = seconds(c.HeldFor)
	}
	return e
}
