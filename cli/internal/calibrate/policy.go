package calibrate

import (
	"encoding/json"
	"math"
	"slices"
	"time"

	"pooltop/poolstate"
)

// Probe describes an exhausted credential for which the agent computes a deadline.
type Probe struct {
	Code   int    `json:"code"` // 0 for none
	Cause  string `json:"failure_reason"`
	Sole   bool   `json:"sole"`
	Streak int    `json:"streak"`
	Reset  int64  `json:"reset_seconds"` // the provider's reset time after the failure; 0 for none
	NoTime bool   `json:"no_time"`       // the time of the failure is missing
}

// probeTime is the current time during a measurement; failedAt is the time of each
// failure.
var (
	probeTime = time.Unix(1795425600, 0).UTC()
	failedAt  = probeTime.Add(-time.Minute)
)

const (
	maxStreak  = 6
	laterReset = 7200
)

// codes are the error codes to measure; 0 means no code.
var codes = []int{0, 401, 402, 403, 429, 500}

// probes returns all probes: every combination of a code and a streak, and of a code and a
// cause, and some codes with a reset time. The probes with a cause or a reset time are
// repeated with Sole set.
func probes() []Probe {
	var all []Probe
	for _, code := range codes {
		for streak := 1; streak <= maxStreak; streak++ {
			all = append(all, Probe{Code: code, Streak: streak})
		}
		for _, cause := range []string{"", "billing", "billing_unverified"} {
			all = append(all, Probe{Code: code, Cause: cause, Sole: true, Streak: 1})
			if cause != "" {
				all = append(all, Probe{Code: code, Cause: cause, Streak: 1})
			}
		}
	}
	for _, code := range []int{401, 402, 429} {
		for _, sole := range []bool{false, true} {
			all = append(all, Probe{Code: code, Sole: sole, Streak: 1, Reset: laterReset}, Probe{Code: code, Sole: sole, Streak: 1, Reset: 30})
		}
	}
	return append(all, Probe{Code: 429, Sole: true, Streak: 1, Reset: laterReset, NoTime: true})
}

// entry returns the probe as an entry in the store's format.
func (p Probe) entry() map[string]any {
	e := map[string]any{"id": "c0", "auth_type": "api_key", "access_token": "none", "last_status": "exhausted", "consecutive_failures": p.Streak}
	if !p.NoTime {
		e["last_status_at"] = float64(failedAt.Unix())
	}
	if p.Code != 0 {
		e["last_error_code"] = p.Code
	}
	if p.Cause != "" {
		e["failure_reason"] = p.Cause
	}
	if p.Reset != 0 {
		e["last_error_reset_at"] = float64(failedAt.Unix() + p.Reset)
	}
	return e
}

// MarshalJSON encodes the probe as input for the script.
func (p Probe) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"entry": p.entry(), "sole": p.Sole})
}

// credential returns the credential that pooltop decodes from the probe's entry.
func (p Probe) credential() *poolstate.Credential {
	list := []any{p.entry()}
	if !p.Sole {
		list = append(list, map[string]any{"id": "c1", "auth_type": "api_key", "access_token": "other"})
	}
	data, _ := json.Marshal(map[string]any{"credential_pool": map[string]any{"openrouter": list}})
	pool, _ := poolstate.Decode(data, time.UTC) // every probe can be decoded
	return pool.Find(poolstate.Ref{Provider: "openrouter", ID: "c0"})
}

// seconds returns the cooldown of a credential in seconds, or nil if it has no deadline.
func seconds(p poolstate.Policy, c *poolstate.Credential) *int64 {
	d := p.Deadline(c, probeTime)
	if d.IsZero() {
		return nil
	}
	return new(int64(d.At.Sub(failedAt) / time.Second))
}

// answers maps each probe to the agent's cooldown in seconds, or to nil if there is none.
type answers map[Probe]*int64

func newAnswers(asked []Probe, deadlines []*float64) answers {
	a := answers{}
	for i, p := range asked {
		a[p] = nil
		if at := deadlines[i]; at != nil {
			a[p] = new(int64(math.Round(*at)) - failedAt.Unix())
		}
	}
	return a
}

func (a answers) duration(p Probe) time.Duration {
	if s := a[p]; s != nil {
		return time.Duration(*s) * time.Second
	}
	return 0
}

// derive returns the policy closest to the agent's answers. It may not reproduce all of
// them; see [Measurement.Unexplained].
func derive(a answers) poolstate.Policy {
	cooldowns := map[int][]time.Duration{}
	climbs := false
	for _, code := range codes {
		var steps []time.Duration
		for streak := 1; streak <= maxStreak; streak++ {
			steps = append(steps, a.duration(Probe{Code: code, Streak: streak}))
		}
		climbs = climbs || steps[0] != slices.Max(steps)
		for len(steps) > 1 && steps[len(steps)-1] == steps[len(steps)-2] {
			steps = steps[:len(steps)-1] // the last step also applies to longer streaks
		}
		cooldowns[code] = steps
	}
	sole := a.duration(Probe{Code: 429, Sole: true, Streak: 1})
	policy := poolstate.Flat()
	switch {
	case climbs:
		policy = poolstate.Backoff()
		for code, steps := range cooldowns {
			// Repeat the last step, because the policy would multiply a single step.
			cooldowns[code] = append(steps, steps[len(steps)-1])
		}
	case a.duration(Probe{Code: 429, Sole: true, Streak: 1, Reset: laterReset}) < laterReset*time.Second:
		policy = poolstate.Flat202610()
	case sole < cooldowns[429][0]:
		policy = poolstate.Flat202608()
	}
	if len(differences(policy, a)) == 0 {
		return policy
	}
	return policy.WithRules(&poolstate.Rules{Cooldowns: cooldowns, Sole: sole})
}

// Difference is a probe for which the agent and a policy compute different cooldowns. A
// nil cooldown means none.
type Difference struct {
	Code     *int   `json:"code"`
	Cause    string `json:"failure_reason"`
	Sole     bool   `json:"sole"`
	Streak   int    `json:"streak"`
	Reset    *int64 `json:"reset_seconds"`
	Agent    *int64 `json:"agent_seconds"`
	Expected *int64 `json:"policy_seconds"`
}

// differences returns the probes for which the policy and the agent differ, in order.
func differences(policy poolstate.Policy, a answers) []Difference {
	all := []Difference{}
	for _, p := range probes() {
		own := seconds(policy, p.credential())
		if answer := a[p]; (own == nil) != (answer == nil) || own != nil && *own != *answer {
			d := Difference{Cause: p.Cause, Sole: p.Sole, Streak: p.Streak, Agent: answer, Expected: own}
			if p.Code != 0 {
				d.Code = &p.Code
			}
			if p.Reset != 0 {
				d.Reset = &p.Reset
			}
			all = append(all, d)
		}
	}
	return all
}
