package simulate

import (
	"encoding/json"
	"time"

	"pooltop/poolstate"
)

// File returns the content of auth.json at the start of the scenario. Its tokens are
// fictitious.
func (s Simulation) File() ([]byte, error) {
	pool := map[string][]any{}
	for _, c := range s.scenario.Pool {
		list := pool[c.Provider]
		e := c.entry(len(list), s.start)
		if !s.scenario.policy().Climbs() {
			delete(e, "consecutive_failures") // a stock agent does not record streaks
		}
		pool[c.Provider] = append(list, e)
	}
	data, err := json.MarshalIndent(map[string]any{
		"version": 1, "providers": map[string]any{}, "credential_pool": pool,
		"updated_at": s.start.UTC().Format("2006-01-02T15:04:05.000000-07:00"),
	}, "", "  ")
	return append(data, '\n'), err // without a final newline, the file would look as if a newer build had written it
}

// entry returns the credential in the format of an agent with backoff.
func (c Credential) entry(priority int, start time.Time) map[string]any {
	seconds := func(from time.Duration) float64 { return float64(start.Add(from).UnixMicro()) / 1e6 }
	e := map[string]any{
		"id": c.ID, "label": c.Label, "auth_type": c.AuthType, "priority": priority, "source": c.Source,
		"access_token": "simulated-access-" + c.ID, "request_count": c.Requests, "consecutive_failures": 0,
		"last_status": nil, "last_status_at": nil, "last_error_code": nil, "last_error_reason": nil,
		"last_error_message": nil, "last_error_reset_at": nil,
	}
	if c.TokenLasts > 0 {
		e["refresh_token"] = "simulated-refresh-" + c.ID
		e["expires_at_ms"] = start.Add(c.TokenLasts).UnixMilli()
	}
	failed := func(status string, since time.Duration, code int, reason, message string) {
		e["last_status"], e["last_status_at"], e["consecutive_failures"] = status, seconds(since), 1
		e["last_error_code"], e["last_error_reason"], e["last_error_message"] = code, reason, message
	}
	switch {
	case c.Dead:
		failed("dead", -26*time.Hour, 401, "token_revoked", "The key has been revoked")
	case c.HeldFor > 0:
		failed("exhausted", -10*time.Minute, 429, poolstate.HoldReason, "kept for the nightly batch")
		e["last_error_reset_at"] = seconds(c.HeldFor)
	}
	return e
}
