package poolstate

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Curve is the backoff schedule that guard imposes on agents without one: the cooldown
// after the nth failure is base × min(factor^(n-1), cap). It is also the default length
// of a hold. The zero value is the schedule of [DefaultCurve] without Stagger.
type Curve struct {
	Schedule
	// ForgetAfter is how long after its last deadline a streak ends. Zero means 24 hours.
	ForgetAfter time.Duration
	// Stagger spreads the deadlines of credentials that fail together.
	Stagger bool
	// Only limits guard to these providers. If it is nil, guard handles all providers.
	Only []string
	// Sole allows guard to pin a provider's last live credential. The agent then has no
	// credential until the cooldown ends.
	Sole bool
	// Providers overrides Schedule for individual providers. Schedule applies to fields that
	// are zero and to codes without a base.
	Providers map[string]Schedule
}

// Schedule is the part of a curve that can differ between providers.
type Schedule struct {
	// Factor multiplies the cooldown after each further failure. Zero means 2.
	Factor float64
	// Cap is the maximum multiple of the base. Zero means 8; 1 means that the cooldown
	// does not grow.
	Cap float64
	// Base maps error codes to the cooldown after a first failure. For other codes, the
	// agent's own cooldown is used.
	Base map[int]time.Duration
}

const (
	defaultFactor      = 2
	defaultCap         = 8
	defaultForgetAfter = 24 * time.Hour
)

// DefaultCurve returns the curve that doubles the agent's own cooldown with each further
// failure, to at most eight times its length, and staggers deadlines.
func DefaultCurve() Curve {
	return Curve{Schedule: Schedule{Factor: defaultFactor, Cap: defaultCap}, ForgetAfter: defaultForgetAfter, Stagger: true}
}

// For returns the schedule for a provider, with defaults for fields that are zero.
func (c Curve) For(provider string) Schedule {
	own := c.Providers[provider]
	s := Schedule{
		Factor: cmp.Or(own.Factor, c.Factor, defaultFactor),
		Cap:    cmp.Or(own.Cap, c.Cap, defaultCap),
		Base:   map[int]time.Duration{},
	}
	for _, base := range []map[int]time.Duration{c.Base, own.Base} {
		for code, d := range base {
			s.Base[code] = d
		}
	}
	return s
}

// Forget returns how long after its last deadline a streak ends.
func (c Curve) Forget() time.Duration { return cmp.Or(c.ForgetAfter, defaultForgetAfter) }

// Multiplier returns min(factor^(streak-1), cap), or 1 if the streak is not positive.
func (s Schedule) Multiplier(streak int) float64 {
	return max(min(math.Pow(s.Factor, float64(max(streak, 1)-1)), s.Cap), 1)
}

// BaseOf returns the cooldown after a first failure of c: the duration in Base for its
// error code or, if there is none, the agent's own cooldown.
func (s Schedule) BaseOf(c *Credential, policy Policy) time.Duration {
	if code, known := c.ErrorCode.Get(); known && s.Base[code] > 0 {
		return s.Base[code]
	}
	return policy.base(c)
}

// Cooldown returns the cooldown of a credential after a failure that raises its streak to
// the given number. It is at most a year.
func (c Curve) Cooldown(cred *Credential, policy Policy, streak int) time.Duration {
	s := c.For(cred.Provider)
	d := float64(s.BaseOf(cred, policy)) * s.Multiplier(streak)
	return time.Duration(min(d, float64(maxHold)))
}

// Includes reports whether guard handles a provider, according to Only.
func (c Curve) Includes(provider string) bool {
	return c.Only == nil || slices.Contains(c.Only, provider)
}

// NextCooldown returns the cooldown of cred after one more failure with the same code while
// guard is running. It is never shorter than the agent's own cooldown. The two are equal after a
// first failure or if guard does not pin the failure.
func (c Curve) NextCooldown(cred *Credential, policy Policy) time.Duration {
	own := policy.Cooldown(cred, cred.Streak.Next().Count())
	streak := cred.Failures().Next().Count()
	if streak < 2 || !c.Includes(cred.Provider) || c.For(cred.Provider).Cap <= 1 || cred.WhyNotPinned(policy, own, c.Sole) != "" {
		return own
	}
	return max(own, c.Cooldown(cred, policy, streak))
}

// NextCooldown returns the cooldown of cred after one more failure with the same code. guard is
// the curve of the guard running on the store, or nil if there is none. NextCooldown ignores
// guard if the agent counts failures itself.
func NextCooldown(cred *Credential, policy Policy, guard *Curve) time.Duration {
	if guard == nil || policy.Counts() {
		return policy.Cooldown(cred, cred.Streak.Next().Count())
	}
	return guard.NextCooldown(cred, policy)
}
