package guard

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pooltop/poolstate"
)

// Plan describes what guard will and will not do for a provider, and why.
func (r Rules) Plan(p *poolstate.Provider) string {
	s := r.Curve.For(p.Name)
	sole := slices.IndexFunc(p.Credentials, func(c poolstate.Credential) bool { return c.Sole })
	switch {
	case s.Cap <= 1:
		return "no pins, because the cap for this provider is 1"
	case r.StandsDown():
		return "no pins, because the agent counts failures itself"
	case sole >= 0:
		return r.planSole(&p.Credentials[sole])
	case p.Name == "openai-codex":
		return "pins only failures other than rate limits: after a 429, the agent queries the provider's limits"
	}
	failed := poolstate.Credential{Ref: poolstate.Ref{Provider: p.Name}, ErrorCode: poolstate.Some(429)}
	text := "pins from the second failure on: " + r.schedule(&failed)
	if r.Curve.Stagger && len(p.Credentials) > 1 {
		text += ", staggered"
	}
	return text
}

// planSole describes what guard does with a provider's last live credential.
func (r Rules) planSole(c *poolstate.Credential) string {
	failed := *c
	failed.Status, failed.ErrorCode = poolstate.StatusExhausted, poolstate.Some(429)
	failed.StatusAt = time.Unix(1, 0) // any time except zero
	switch {
	case r.Policy.CapsCooldown(&failed):
		return "no pins, because the agent limits the cooldown of a provider's only credential"
	case r.Policy.Cooldown(&failed, 1) > poolstate.SolePinLimit && !r.Curve.Sole:
		return "no pins, because they would block the only credential (--sole allows them)"
	}
	return "pins the only credential from the second failure on: " + r.schedule(&failed)
}

// schedule lists the cooldowns of a credential after one, two and more consecutive
// failures, up to the longest. It abbreviates a long list.
func (r Rules) schedule(c *poolstate.Credential) string {
	var steps []string
	last := time.Duration(0)
	for n := 1; n <= 100; n++ {
		d := max(r.Curve.Cooldown(c, r.Policy, n), r.Policy.Cooldown(c, n))
		if d == last {
			break
		}
		if n == 6 {
			steps = append(steps, "…")
		}
		if n < 6 {
			steps = append(steps, span(d))
		}
		last = d
	}
	if len(steps) > 5 {
		steps = append(steps, span(last))
	}
	return fmt.Sprintf("%s (after a 429)", strings.Join(steps, ", "))
}
