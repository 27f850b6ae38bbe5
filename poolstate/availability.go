package poolstate

import "time"

// Availability is what a credential's status means at an instant.
type Availability uint8

// The availabilities. Due is exhausted with its deadline passed: the agent
// retries it at its next turn. Held is cooling by an operator's hand.
const (
	Ready Availability = iota
	Cooling
	Held
	Due
	Dead
	Disabled
)

// Availabilities lists them all, in the order in which summaries count them.
var Availabilities = [...]Availability{Ready, Cooling, Held, Due, Dead, Disabled}

// String returns the word used on screen and in JSON.
func (a Availability) String() string {
	return wordOf(a, []string{"ready", "cooling", "held", "due", "dead", "disabled"})
}

// Returns reports whether the credential comes back by itself at a deadline.
func (a Availability) Returns() bool { return a == Cooling || a == Held }

// Origin is where a deadline comes from.
type Origin uint8

// The origins: the provider named the instant, the policy computed it, or an
// operator pinned it.
const (
	OriginNone Origin = iota
	OriginProvider
	OriginComputed
	OriginOperator
)

// String returns the word used in JSON; that of [OriginNone] is empty.
func (o Origin) String() string {
	return wordOf(o, []string{"", "provider", "computed", "operator"})
}

// suspectAfter is how far ahead a deadline may lie before it cannot be right:
// no provider's window is longer than a month.
const suspectAfter = 31 * 24 * time.Hour

// Deadline is when a cooldown ends, and why we think so. The zero value is no
// deadline.
type Deadline struct {
	At     time.Time
	Origin Origin
	// Suspect is true for a deadline that cannot be right: more than 31 days
	// ahead, or before its own exhaustion. It is obeyed all the same, since the
	// agent does.
	Suspect bool
}

// IsZero reports whether there is no deadline.
func (d Deadline) IsZero() bool { return d.Origin == OriginNone }

// Deadline returns when the credential's cooldown ends under the policy. Only
// exhausted credentials have one, and an exhausted one without an instant to
// count from has none: the agent retries it at once.
func (p Policy) Deadline(c *Credential, now time.Time) Deadline {
	if c.Status != StatusExhausted {
		return Deadline{}
	}
	var d Deadline
	switch {
	case !c.ResetAt.IsZero():
		d = Deadline{At: c.ResetAt, Origin: OriginProvider}
	case !c.StatusAt.IsZero():
		d = Deadline{At: c.StatusAt.Add(p.Cooldown(c, c.Streak.Count())), Origin: OriginComputed}
	default:
		return Deadline{}
	}
	if c.Held() {
		d.Origin = OriginOperator
	}
	d.Suspect = d.At.After(now.Add(suspectAfter)) || d.At.Before(c.StatusAt)
	return d
}

// Availability returns what the credential's status means at the instant. A
// deadline that is reached has passed.
func (p Policy) Availability(c *Credential, now time.Time) Availability {
	return availability(c, p.Deadline(c, now), now)
}

func availability(c *Credential, d Deadline, now time.Time) Availability {
	switch {
	case c.Disabled:
		return Disabled
	case c.Status == StatusDead:
		return Dead
	case c.Status != StatusExhausted:
		return Ready
	case d.IsZero() || !now.Before(d.At):
		return Due
	case c.Held():
		return Held
	default:
		return Cooling
	}
}

// Assessment is everything that a credential's state means at an instant.
type Assessment struct {
	Availability Availability
	Deadline     Deadline
	// Remaining is the time to the deadline, never negative.
	Remaining time.Duration
	// Base is the cooldown of a first failure with the present code.
	Base time.Duration
	// Multiplier is what the present streak makes of it.
	Multiplier int
	// Cooldown is the length of the present cooldown, from its exhaustion to
	// its deadline; zero without both.
	Cooldown time.Duration
	// Next is what one more failure with the same code would cost.
	Next time.Duration
}

// Assess puts credential, policy and instant together.
func (p Policy) Assess(c *Credential, now time.Time) Assessment {
	d := p.Deadline(c, now)
	a := Assessment{
		Availability: availability(c, d, now),
		Deadline:     d,
		Base:         p.base(c),
		Multiplier:   p.Multiplier(c.Streak.Count()),
		Next:         p.Cooldown(c, c.Streak.Next().Count()),
	}
	if !d.IsZero() {
		a.Remaining = max(d.At.Sub(now), 0)
		if !c.StatusAt.IsZero() {
			a.Cooldown = max(d.At.Sub(c.StatusAt), 0)
		}
	}
	return a
}
