package config

import (
	"fmt"
	"testing"
	"time"

	"pooltop/poolstate"
)

// TestPolicyChoice checks the precedence of the sources: the flag, the policy in the file,
// the [agent] table, the measured policy, and the evidence in the store.
func TestPolicyChoice(t *testing.T) {
	setHome(t, t.TempDir())
	measured := poolstate.Flat202610().WithRules(&poolstate.Rules{Cooldowns: map[int][]time.Duration{402: {time.Second}, 500: {2 * time.Second}}})
	for _, c := range []struct {
		text, args string
		measured   bool
		want       string
	}{
		{"", "", false, "flat (file) 402 1h0m0s, 500 1h0m0s"},
		{"", "", true, "flat-2026-10 (measured) 402 1s, 500 2s"},
		{"agent.policy = 'backoff'", "", true, "backoff (forced) 402 1h0m0s, 500 1h0m0s"},
		{"agent.policy = 'backoff'\nagent.ttl.402 = '2m'", "", true, "backoff (forced) 402 2m0s, 500 1h0m0s"},
		{"agent.ttl.402 = '2m'", "", true, "flat-2026-10 (measured) 402 2m0s, 500 2s"},
		{"agent.ttl.other = '3m'", "", true, "flat-2026-10 (measured) 402 3m0s, 500 3m0s"},
		{"agent.ttl = {402 = '2m', other = '3m'}", "", false, "flat (file) 402 2m0s, 500 3m0s"},
		{"policy = 'flat-2026-08'\nagent.policy = 'backoff'", "", true, "flat-2026-08 (forced) 402 1h0m0s, 500 1h0m0s"},
		{"policy = 'auto'\nagent.policy = 'backoff'", "", true, "backoff (forced) 402 1h0m0s, 500 1h0m0s"},
		{"policy = 'backoff'\nagent.ttl.402 = '2m'", "--policy=flat", true, "flat (forced) 402 2m0s, 500 1h0m0s"},
		{"agent.policy = 'backoff'", "--policy=auto", false, "flat (file) 402 1h0m0s, 500 1h0m0s"},
		{"policy = 'backoff'\nagent.policy = 'flat'", "--policy=auto", true, "flat-2026-10 (measured) 402 1s, 500 2s"},
	} {
		args := []string{"--config", writeConfig(t, c.text)}
		if c.args != "" {
			args = append(args, c.args)
		}
		cfg, err := load(t, args...)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		choice := cfg.PolicyChoice()
		if c.measured {
			choice = choice.WithMeasured(measured)
		}
		policy := choice.Resolve(nil, poolstate.NoEvidence)
		got := fmt.Sprintf("%s (%s)", policy, policy.Source())
		for _, code := range []int{402, 500} {
			cooldown := policy.Cooldown(&poolstate.Credential{ErrorCode: poolstate.Some(code)}, 1)
			got += fmt.Sprintf(" %d %s,", code, cooldown)
		}
		equal(t, fmt.Sprintf("policy of %q %s", c.text, c.args), got, c.want+",")
	}
}
