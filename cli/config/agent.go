package config

import (
	"fmt"
	"slices"
	"time"

	"pooltop/poolstate"
)

// Agent is the [agent] table of the file. It describes how the agent on this machine
// computes deadlines. It overrides a policy that was measured, observed or inferred from the
// store.
type Agent struct {
	Policy string
	// TTL maps error codes to base cooldowns, which are whole seconds. Code 0 is for all
	// codes that are not listed.
	TTL map[int]time.Duration
}

// PolicyChoice returns the configured policy. The --policy flag, even if it is auto, takes
// precedence over the policy in the [agent] table. So does the file's top-level policy, unless
// it is auto.
func (c *Config) PolicyChoice() poolstate.PolicyChoice {
	name := c.Policy
	if c.policyKey() != "policy" {
		name = c.Agent.Policy
	}
	choice, _ := poolstate.ParsePolicyChoice(name) // already checked
	if len(c.Agent.TTL) == 0 {
		return choice
	}
	rules := &poolstate.Rules{Cooldowns: map[int][]time.Duration{}}
	for code, ttl := range c.Agent.TTL {
		rules.Cooldowns[code] = []time.Duration{ttl}
	}
	return choice.WithRules(rules)
}

// PolicySource returns the source of the policy that [Config.PolicyChoice] returns.
func (c *Config) PolicySource() Source { return c.sources[c.policyKey()] }

func (c *Config) policyKey() string {
	if c.Policy == policies[0] && c.sources["policy"].Kind != fromFlag {
		return "agent.policy"
	}
	return "policy"
}

// decodeAgent decodes the [agent] table.
func (c *Config) decodeAgent(value any) error {
	return c.decodeTable("agent", value, `a table, such as { policy = "flat" }`, []string{"policy", "ttl"}, func(key, name string, value any) (err error) {
		if name == "ttl" {
			c.Agent.TTL, err = c.decodeCodes(key, value, otherCodes)
			return err
		}
		c.Agent.Policy = fmt.Sprint(value)
		if !slices.Contains(policies, c.Agent.Policy) {
			return c.sources[key].Errorf("%s %w", key, Find("policy").invalid(c.Agent.Policy))
		}
		return nil
	})
}
