package poolstate

import "time"

// The cooldowns of the stock agent. The cooldown after a 401 is short because a token refresh
// usually helps. Builds since August 2026 apply soleTTL to a provider's last live credential.
const (
	baseTTL             = time.Hour
	baseTTLUnauthorized = 5 * time.Minute
	soleTTL             = time.Minute
)

// Steps is the number of steps in the backoff schedule: 1×, 2×, 4× and 8×.
const Steps = 4

// BaseTTL returns the cooldown after a first failure: five minutes for a 401, and one
// hour otherwise.
func BaseTTL(code Optional[int]) time.Duration {
	if code.Or(0) == codeUnauthorized {
		return baseTTLUnauthorized
	}
	return baseTTL
}

// Step returns the step in the backoff schedule for a streak: 0 without a failure,
// 1 for 1×, up to 4 for 8×. A negative streak is treated as a first failure.
func Step(streak int) int {
	if streak < 0 {
		return 1
	}
	return min(streak, Steps)
}

// Availability describes whether the agent can use a credential at a given time.
type Availability uint8

const (
	// Ready means that the agent can select the credential now.
	Ready Availability = iota
	// Cooling means exhausted, with a deadline in the future.
	Cooling
	// Held is like Cooling, but set by an operator.
	Held
	// Due means exhausted without a future deadline: the agent tries the credential at
	// its next selection.
	Due
	// Dead means that the credential needs a new login.
	Dead
	// Unusable means that the credential has no token, so agents never select it.
	Unusable
)

// Availabilities returns all availabilities in display order.
func Availabilities() []Availability {
	return []Availability{Ready, Cooling, Held, Due, Dead, Unusable}
}

// String returns the word used on screen and in JSON.
func (a Availability) String() string {
	return wordOf(a, []string{"ready", "cooling", "held", "due", "dead", "unusable"})
}

// Returns reports whether the state ends at a future deadline.
func (a Availability) Returns() bool { return a == Cooling || a == Held }

// Origin is where a deadline comes from.
type Origin uint8

// The origins: no deadline, a reset time from the provider, a deadline computed by the policy,
// a deadline set by an operator, a deadline pinned by guard, and the end of a model's cooldown.
const (
	OriginNone Origin = iota
	OriginProvider
	OriginComputed
	OriginOperator
	OriginGuard
	OriginModel
)

// String returns the word used in JSON, which is empty for [OriginNone].
func (o Origin) String() string {
	return wordOf(o, []string{"", "provider", "computed", "operator", "guard", "model"})
}

// suspectAfter is how far ahead a plausible deadline may be. No provider's limit spans
// more than a month.
const suspectAfter = 31 * 24 * time.Hour

// Deadline is the end of a cooldown. The zero value means that there is none.
type Deadline struct {
	At     time.Time
	Origin Origin
	// Suspect marks an implausible deadline: it is more than 31 days ahead (366 if an operator
	// set it), it is before the failure, or the failure is in the future. The agent honors it
	// anyway.
	Suspect bool
}

// IsZero reports whether there is no deadline.
func (d Deadline) IsZero() bool { return d.Origin == OriginNone }

// Never reports whether the deadline is after the year 9999, which means that the
// credential never becomes ready on its own.
func (d Deadline) Never() bool { return !d.IsZero() && neverComes(d.At) }

func neverComes(t time.Time) bool { return t.Year() > 9999 }

// Deadline returns the end of the cooldown of c. A credential has a deadline only if it is
// exhausted and the file contains a reset time or the time of the failure, or if the policy's
// model is cooling down.
func (p Policy) Deadline(c *Credential, now time.Time) Deadline {
	d := p.ownDeadline(c, now)
	if p.model == "" {
		return d
	}
	if m := p.modelCooldown(c, now); m.Model != "" && m.End(now).After(d.At) {
		return Deadline{At: m.End(now), Origin: OriginModel}
	}
	return d
}

// ownDeadline is like Deadline, but ignores the cooldowns of models.
func (p Policy) ownDeadline(c *Credential, now time.Time) Deadline {
	if c.Status != StatusExhausted || p.cleared(c) {
		return Deadline{}
	}
	var d Deadline
	switch {
	case !c.ResetAt.IsZero():
		d = Deadline{At: c.ResetAt, Origin: OriginProvider}
		if c.Pinned {
			d.Origin = OriginGuard
		}
		if from := p.capFrom(c, now); !from.IsZero() && from.Add(p.base(c)).Before(d.At) {
			d = Deadline{At: from.Add(p.base(c)), Origin: OriginComputed}
		}
	case !c.StatusAt.IsZero():
		d = Deadline{At: c.StatusAt.Add(p.Cooldown(c, c.Streak.Count())), Origin: OriginComputed}
	default:
		return Deadline{}
	}
	longest := suspectAfter
	if c.Held() && (c.ResetAt.IsZero() || d.Origin == OriginProvider) {
		d.Origin, longest = OriginOperator, maxHold
	}
	d.Suspect = d.At.After(now.Add(longest)) || d.At.Before(c.StatusAt) || c.FromFuture(now)
	return d
}

// Availability returns the availability of c at a given time. A cooling or held credential
// becomes due at its deadline.
func (p Policy) Availability(c *Credential, now time.Time) Availability {
	return p.availability(c, p.Deadline(c, now), now)
}

func (p Policy) availability(c *Credential, d Deadline, now time.Time) Availability {
	switch cleared := p.cleared(c); {
	case c.Status == StatusDead && !cleared:
		return Dead
	case c.Unusable:
		return Unusable
	case d.Origin == OriginModel:
		return Cooling
	case c.Status != StatusExhausted, cleared:
		return Ready
	case d.IsZero() || !now.Before(d.At):
		return Due
	case c.Held():
		return Held
	default:
		return Cooling
	}
}

// removalDelay is how long agents keep a dead entry that an operator added.
const removalDelay = 24 * time.Hour

// RemovedAt returns the time when the agent will delete c's entry, or the zero time if it
// will not.
func (p Policy) RemovedAt(c *Credential) time.Time {
	if c.Status != StatusDead || !isManual(c.Source) || c.Unusable || c.StatusAt.IsZero() || p.cleared(c) {
		return time.Time{}
	}
	return c.StatusAt.Add(removalDelay)
}

// Assessment holds the availability, deadline and cooldowns of a credential at a
// given time.
type Assessment struct {
	Availability Availability
	Deadline     Deadline
	// Remaining is the time left until the deadline, never negative.
	Remaining time.Duration
	// Base is the cooldown after a first failure with the current error code.
	Base time.Duration
	// Multiplier is the factor for the current streak, 1 to 8.
	Multiplier int
	// Cooldown is the time from the failure to the deadline, or zero if either is unknown.
	// If the deadline belongs to a model, the time is measured from that model's failure.
	Cooldown time.Duration
	// Next is the cooldown after one more failure with the same code.
	Next time.Duration
}

// Assess returns the assessment of c at a given time.
func (p Policy) Assess(c *Credential, now time.Time) Assessment {
	d := p.Deadline(c, now)
	a := Assessment{
		Availability: p.availability(c, d, now),
		Deadline:     d,
		Base:         p.base(c),
		Multiplier:   p.Of(c).Multiplier(c.Streak.Count()),
		Next:         p.Cooldown(c, c.Streak.Next().Count()),
	}
	if !d.IsZero() {
		a.Remaining = max(d.At.Sub(now), 0)
		began := c.StatusAt
		if d.Origin == OriginModel {
			began = p.modelCooldown(c, now).SeenAt
		}
		if !began.IsZero() {
			a.Cooldown = max(d.At.Sub(began), 0)
		}
	}
	return a
}
