package guard

import (
	"fmt"
	"time"

	"pooltop/poolstate"
)

// Decide returns decisions about the credentials in a snapshot that the state has
// observed. The caller writes their changes to the file; see [Decision.Change]. A
// decision that writes nothing is not repeated for the same failure.
func (s *State) Decide(pool *poolstate.Pool, rules Rules, at time.Time) []Decision {
	var out []Decision
	if s.outdated(pool) {
		return nil
	}
	for i := range pool.Providers {
		p := &pool.Providers[i]
		if !rules.Curve.Includes(p.Name) || s.Providers[p.Name] == nil {
			continue
		}
		d := decider{state: s, provider: p, rules: rules, at: at}
		for _, cr := range countable(p) {
			if c := s.find(cr); c != nil {
				if decision, ok := d.decide(c, cr); ok {
					out = append(out, decision)
				}
			}
		}
	}
	return out
}

// Written records that a decision was written to the file.
func (s *State) Written(d *Decision, at time.Time) {
	c := s.find(&d.Credential)
	if c != nil && c.Pin != nil && sameTime(c.Pin.Until, d.until) {
		c.Pin.Writes++
		if !c.Pin.Removed {
			s.Providers[d.Credential.Provider].Pins++
		}
		c.Pin.Wrote = at
	}
}

type decider struct {
	state    *State
	provider *poolstate.Provider
	rules    Rules
	at       time.Time
}

// decide returns the decision about one credential, if there is one.
func (d decider) decide(c *count, cr *poolstate.Credential) (Decision, bool) {
	if c.Pin != nil && c.Pin.Removed {
		return d.remove(c, cr)
	}
	if c.Streak < 2 || !d.shows(c, cr) || c.hasPin(cr) {
		return Decision{}, false
	}
	out := d.about(c, cr)
	if d.rules.StandsDown() {
		out.Streak = cr.Streak.Count()
		return out.once(c, StandingDown, "the agent counts failures itself")
	}
	if reason := d.forbids(cr, out.Own); reason != "" {
		return out.once(c, Skipped, reason)
	}
	if c.Pin == nil {
		until := d.deadline(c, cr, out.Own)
		switch {
		case cr.ResetAt.After(cr.StatusAt):
			return out.once(c, Kept, "the provider set a reset time")
		case !out.Own.Before(until):
			return out.once(c, Kept, "the agent's own cooldown is not shorter")
		case !until.After(d.at):
			return Decision{}, false // the pin would have ended by now
		}
		c.Pin = &pin{Until: until}
		if until.After(c.Last) {
			c.Last = until
		}
	}
	return d.pin(c, cr, out)
}

// about returns a decision about a credential, without a kind or a reason.
func (d decider) about(c *count, cr *poolstate.Credential) Decision {
	n := Note{Credential: *cr, Streak: c.Streak, Before: c.Streak, Own: ownDeadline(c, cr, d.rules.Policy, d.at)}
	return Decision{Note: n, at: d.at}
}

// pin returns the decision about a pin that is missing from the file.
func (d decider) pin(c *count, cr *poolstate.Credential, out Decision) (Decision, bool) {
	out.until, out.Deadline = c.Pin.Until, c.Pin.Until
	again, more := c.Pin.next()
	switch {
	case !c.Pin.Until.After(d.at):
		return Decision{}, false
	case cr.ResetAt.After(cr.StatusAt):
		return out.once(c, Kept, "the provider set a reset time")
	case !out.Own.Before(c.Pin.Until):
		return out.once(c, Kept, "the agent's own cooldown is not shorter")
	case !more:
		return out.once(c, Skipped, "an agent keeps removing the pin")
	case d.at.Before(again):
		return Decision{}, false
	}
	out.Kind = Pinned
	out.Reason = fmt.Sprintf("failure %d: %s instead of %s", c.Streak, span(c.Pin.Until.Sub(c.At)), span(out.Own.Sub(cr.StatusAt)))
	out.Before = c.Streak - 1 // the note about the first write also reports that the streak grew
	if c.Pin.Writes > 0 {
		out.Kind, out.Reason, out.Before = Repinned, "an agent removed the pin", c.Streak
	}
	return out, true
}

// remove returns the decision about a pin that must be removed from the file.
func (d decider) remove(c *count, cr *poolstate.Credential) (Decision, bool) {
	if !c.hasPin(cr) || !sameFailure(cr.StatusAt, c.At) && !sameFailure(cr.StatusAt, c.Seen) {
		return Decision{}, false
	}
	out := d.about(c, cr)
	out.until = c.Pin.Until
	switch again, more := c.Pin.next(); {
	case !more:
		return out.once(c, Skipped, "an agent keeps restoring the pin")
	case d.at.Before(again):
		return Decision{}, false
	}
	out.Kind, out.Reason = Released, "another credential works again"
	switch {
	case c.Pin.Writes > 0:
		out.Reason = "an agent restored the pin"
	case c.Streak == 0:
		out.Reason = "an agent restored the pin after a reset"
	}
	if out.ready = !out.Own.After(d.at); out.ready {
		c.ReleasedAt = d.at
	} else {
		out.Deadline = out.Own
	}
	return out, true
}

// once completes a decision that writes nothing. It returns false if the previous such decision
// about the failure had the same kind.
func (d Decision) once(c *count, kind Kind, reason string) (Decision, bool) {
	d.Kind, d.Reason, d.until, d.Deadline = kind, reason, time.Time{}, time.Time{}
	if c.Noted == kind {
		return Decision{}, false
	}
	c.Noted = kind
	return d, true
}

// shows reports whether the file shows the failure that was counted last.
func (d decider) shows(c *count, cr *poolstate.Credential) bool {
	return cr.Status == poolstate.StatusExhausted && !cr.Held() && !cr.StatusAt.After(d.at.Add(suspectAfter)) &&
		(sameFailure(cr.StatusAt, c.At) || sameFailure(cr.StatusAt, c.Seen))
}

// forbids returns why a credential must not be pinned, or "" if it may be pinned. own is
// the agent's own deadline.
func (d decider) forbids(cr *poolstate.Credential, own time.Time) string {
	switch {
	case d.rules.Curve.For(cr.Provider).Cap <= 1:
		return "the cap for this provider is 1"
	case cr.Unusable:
		return "it has no token"
	case !cr.NumericStatusAt():
		return "last_status_at is not a number"
	}
	return cr.WhyNotPinned(d.rules.Policy, own.Sub(cr.StatusAt), d.rules.Curve.Sole)
}

// deadline returns the deadline of a new pin.
func (d decider) deadline(c *count, cr *poolstate.Credential, own time.Time) time.Time {
	length := d.rules.Curve.Cooldown(cr, d.rules.Policy, c.Streak)
	end := c.At.Add(length)
	if !d.rules.Curve.Stagger || !own.Before(end) {
		return end
	}
	return stagger(c.At, length, own, d.secrets(), d.siblings(cr), d.at)
}

// secrets returns the number of distinct secrets among the provider's credentials that
// agents can use. It is at least 1.
func (d decider) secrets() int {
	seen := map[poolstate.Digest]bool{}
	n := 0
	for i := range d.provider.Credentials {
		switch cr := &d.provider.Credentials[i]; {
		case cr.Unusable, cr.Status == poolstate.StatusDead, seen[cr.Secret]:
		default:
			seen[cr.Secret] = !cr.Secret.IsZero()
			n++
		}
	}
	return max(n, 1)
}

// siblings returns the future deadlines of the provider's other credentials, including
// pins that are not in the file yet.
func (d decider) siblings(of *poolstate.Credential) []time.Time {
	var out []time.Time
	for i := range d.provider.Credentials {
		cr := &d.provider.Credentials[i]
		if cr.Ref == of.Ref {
			continue
		}
		t := d.rules.Policy.Deadline(cr, d.at).At
		if c := d.state.find(cr); c != nil && d.shows(c, cr) && c.pinnedUntil().After(t) {
			t = c.pinnedUntil()
		}
		if t.After(d.at) {
			out = append(out, t)
		}
	}
	return out
}

// staggerSteps is the number of deadlines that stagger chooses from.
const staggerSteps = 25

// stagger returns a deadline for a failure at the given time, at most length later and as
// far as possible from the deadlines of the siblings. Distances above length/n are equally
// good, where n is the number of distinct secrets. Of equally good deadlines, stagger
// returns the latest. The result is never before own, the agent's own deadline.
func stagger(at time.Time, length time.Duration, own time.Time, n int, siblings []time.Time, now time.Time) time.Time {
	share := length / time.Duration(n)
	from, to := at.Add(share), at.Add(length)
	if own.After(from) {
		from = own
	}
	best, gap := to, time.Duration(-1)
	for i := range staggerSteps {
		t := from.Add(to.Sub(from) / (staggerSteps - 1) * time.Duration(i))
		if i == staggerSteps-1 {
			t = to
		}
		if !t.After(now) {
			continue
		}
		nearest := share
		for _, s := range siblings {
			nearest = min(nearest, t.Sub(s).Abs())
		}
		if nearest >= gap {
			best, gap = t, nearest
		}
	}
	return best
}

// span formats a duration in hours and minutes, such as 8h or 1h30m.
func span(d time.Duration) string { return poolstate.FormatDuration(d.Round(time.Minute)) }
