package poolstate

import "time"

// The values of the stock agent. A token refresh usually resolves a 401. soleTTL
// applies to a provider's only living credential since August 2026.
const (
	baseTTL             = time.Hour
	baseTTLUnauthorized = 5 * time.Minute
	soleTTL             = time.Minute
)

// Steps is the number of steps of the backoff schedule: 1×, 2×, 4× and 8×.
const Steps = 4

// BaseTTL returns the cooldown of a first failure: five minutes for 401, and one
// hour for any other code or none.
func BaseTTL(code Optional[int]) time.Duration {
	if code.Or(0) == codeUnauthorized {
		return baseTTLUnauthorized
	}
	return baseTTL
}

// Step returns the step of the backoff schedule for a streak: 0 without a failure,
// 1 for 1×, up to 4 for 8×. A negative streak counts as a first failure.
func Step(streak int) int {
	if streak < 0 {
		return 1
	}
	return min(streak, Steps)
}

// Availability says whether the agent can use a credential at an instant.
type Availability uint8

const (
	// Ready means that the agent can select the credential now.
	Ready Availability = iota
	// Cooling means exhausted, with the deadline ahead.
	Cooling
	// Held is Cooling by decision of an operator.
	Held
	// Due means exhausted with the deadline passed, or without one: the agent
	// tries the credential at its next selection.
	Due
	// Dead means that the credential needs a new login.
	Dead
	// Unusable means that there is no token, so that agents never select the
	// credential.
	Unusable
)

// Availabilities returns all of them in display order.
func Availabilities() []Availability {
	return []Availability{Ready, Cooling, Held, Due, Dead, Unusable}
}

// String returns the word used on screen and in JSON.
func (a Availability) String() string {
	return wordOf(a, []string{"ready", "cooling", "held", "due", "dead", "unusable"})
}

// Returns reports whether a deadline ahead ends the state.
func (a Availability) Returns() bool { return a == Cooling || a == Held }

// Origin is where a deadline comes from.
type Origin uint8

// The origins: no deadline, an instant that the provider named, one computed by
// the policy, and one set by an operator.
const (
	OriginNone Origin = iota
	OriginProvider
	OriginComputed
	OriginOperator
)

// String returns the word used in JSON, which is empty for [OriginNone].
func (o Origin) String() string {
	return wordOf(o, []string{"", "provider", "computed", "operator"})
}

// suspectAfter is how far ahead a plausible deadline may be: no provider has a
// limit that spans more than a month.
const suspectAfter = 31 * 24 * time.Hour

// Deadline is the end of a cooldown. The zero value is no deadline.
type Deadline struct {
	At     time.Time
	Origin Origin
	// Suspect marks an implausible deadline: more than 31 days ahead (366 if an
	// operator set it), before its own exhaustion, or of an exhaustion in the
	// future. It counts nevertheless, since the agent obeys it.
	Suspect bool
}

// IsZero reports whether there is no deadline.
func (d Deadline) IsZero() bool { return d.Origin == OriginNone }

// Never reports whether the deadline is beyond the calendar, so that the
// credential never returns by itself.
func (d Deadline) Never() bool { return !d.IsZero() && d.At.Year() > 9999 }

// Deadline returns when the cooldown of c ends. Only an exhausted credential has
// a deadline, and only if the file has a reset time or the time of the failure.
func (p Policy) Deadline(c *Credential, now time.Time) Deadline {
	if c.Status != StatusExhausted || p.cleared(c) {
		return Deadline{}
	}
	var d Deadline
	switch {
	case !c.ResetAt.IsZero():
		d = Deadline{At: c.ResetAt, Origin: OriginProvider}
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

// Availability returns what the status of c means at an instant. At its deadline
// a credential is due.
func (p Policy) Availability(c *Credential, now time.Time) Availability {
	return p.availability(c, p.Deadline(c, now), now)
}

func (p Policy) availability(c *Credential, d Deadline, now time.Time) Availability {
	switch cleared := p.cleared(c); {
	case c.Status == StatusDead && !cleared:
		return Dead
	case c.Unusable:
		return Unusable
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

// RemovedAt returns when the agent deletes the entry of c, zero if it does not.
func (p Policy) RemovedAt(c *Credential) time.Time {
	if c.Status != StatusDead || !isManual(c.Source) || c.Unusable || c.StatusAt.IsZero() || p.cleared(c) {
		return time.Time{}
	}
	return c.StatusAt.Add(removalDelay)
}

// Assessment holds the availability, deadline and cooldowns of a credential at an
// instant.
type Assessment struct {
	Availability Availability
	Deadline     Deadline
	// Remaining is the time left until the deadline, never negative.
	Remaining time.Duration
	// Base is the cooldown of a first failure with the present error code.
	Base time.Duration
	// Multiplier is the factor for the present streak, 1 to 8.
	Multiplier int
	// Cooldown is the time from exhaustion to deadline; zero if either is unknown.
	Cooldown time.Duration
	// Next is the cooldown after one more failure with the same code.
	Next time.Duration
}

// Assess returns what the state of c means at an instant.
func (p Policy) Assess(c *Credential, now time.Time) Assessment {
	d := p.Deadline(c, now)
	a := Assessment{
		Availability: p.availability(c, d, now),
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
