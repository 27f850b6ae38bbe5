package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"pooltop/cli/internal/suggest"
	"pooltop/poolstate"
)

// Agent is the [agent] table of the file. It describes how the agent on this
// machine computes deadlines, and overrides a policy that was measured, observed or
// inferred from the store.
type Agent struct {
	Policy string
	// TTL maps error codes to base cooldowns in whole seconds. Code 0 applies to all
	// codes without an entry.
	TTL map[int]time.Duration
}

// otherCodes is the key of code 0 in the file.
const otherCodes = "other"

// Codes returns TTL in the form used in the file.
func (a Agent) Codes() map[string]string {
	out := map[string]string{}
	for code, ttl := range a.TTL {
		name := otherCodes
		if code != 0 {
			name = strconv.Itoa(code)
		}
		out[name] = strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(ttl.String())
	}
	return out
}

// PolicyChoice returns the policy for computing deadlines. The --policy flag, even
// if it is auto, overrides the [agent] table. So does the policy key of the file,
// unless it is auto.
func (c *Config) PolicyChoice() poolstate.PolicyChoice {
	name := c.Policy
	if name == policies[0] && c.sources["policy"].Kind != fromFlag {
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

// decodeAgent decodes the [agent] table, after locate has found its keys.
func (c *Config) decodeAgent(data []byte) error {
	var doc struct {
		Agent any `toml:"agent"`
	}
	if err := toml.Unmarshal(data, &doc); err != nil {
		return c.explainTOML(err)
	}
	if doc.Agent == nil {
		return nil
	}
	table, ok := doc.Agent.(map[string]any)
	if !ok {
		return c.sources["agent"].Errorf(`agent must be a table, such as { policy = "flat" }`)
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		key := "agent." + name
		c.sources[key] = c.nearest(key)
		switch value := table[name]; name {
		case "policy":
			c.Agent.Policy = fmt.Sprint(value)
			if !slices.Contains(policies, c.Agent.Policy) {
				return c.sources[key].Errorf("%s %w", key, Find("policy").invalid(c.Agent.Policy))
			}
		case "ttl":
			if err := c.decodeTTL(value); err != nil {
				return err
			}
		default:
			return c.sources[key].Errorf("unknown key %.60q in agent%s", name, suggest.DidYouMean(name, []string{"policy", "ttl"}))
		}
	}
	return nil
}

func (c *Config) decodeTTL(value any) error {
	table, ok := value.(map[string]any)
	if !ok {
		return c.nearest("agent.ttl").Errorf(`agent.ttl must be a table of error codes and durations, such as { 402 = "2m" }`)
	}
	c.Agent.TTL = map[int]time.Duration{}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		// In an inline table, the decoder omits ttl from the key.
		at := cmp.Or(c.sources["agent.ttl."+name], c.sources["agent."+name], c.nearest("agent.ttl"))
		code, err := strconv.Atoi(name)
		if name != otherCodes && (err != nil || strconv.Itoa(code) != name || code < 100 || code > 599) {
			return at.Errorf("agent.ttl: %.60q must be an error code from 100 to 599, or %s", name, otherCodes)
		}
		ttl, err := poolstate.ParseDuration(fmt.Sprint(table[name]))
		if err != nil {
			return at.Errorf(`agent.ttl: %s must be a duration up to a year, such as "2m" or "1h30m", not %.60q`, name, fmt.Sprint(table[name]))
		}
		c.Agent.TTL[code] = (ttl + time.Second - 1).Truncate(time.Second)
	}
	return nil
}
