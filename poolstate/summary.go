package poolstate

import (
	"slices"
	"time"
)

// Summary is a pool, or one provider, at one glance.
type Summary struct {
	// Total is the number of credentials.
	Total int
	// Count is how many of them are in each [Availability].
	Count [len(Availabilities)]int
	// Next is the first credential to come back among those that wait, nil when
	// none does, and NextAt is when.
	Next   *Credential
	NextAt time.Time
	// AllAt is when the last one that waits comes back; zero when none does.
	// Dead and disabled credentials never count.
	AllAt time.Time
}

// Ready is how many credentials an agent can use now.
func (s *Summary) Ready() int { return s.Count[Ready] }

// Out reports whether there are credentials, and none is ready.
func (s *Summary) Out() bool { return s.Total > 0 && s.Count[Ready] == 0 }

func (s *Summary) add(c *Credential, p Policy, now time.Time) {
	d := p.Deadline(c, now)
	a := availability(c, d, now)
	s.Total++
	s.Count[a]++
	if !a.Returns() {
		return
	}
	if s.Next == nil || d.At.Before(s.NextAt) {
		s.Next, s.NextAt = c, d.At
	}
	if d.At.After(s.AllAt) {
		s.AllAt = d.At
	}
}

// Summarize counts the whole pool.
func (p *Pool) Summarize(policy Policy, now time.Time) Summary {
	var s Summary
	for c := range p.All() {
		s.add(c, policy, now)
	}
	return s
}

// Summarize counts one provider.
func (p *Provider) Summarize(policy Policy, now time.Time) Summary {
	var s Summary
	for i := range p.Credentials {
		s.add(&p.Credentials[i], policy, now)
	}
	return s
}

// outageWindow is how close together failures with one code must lie to look
// like the provider's fault.
const outageWindow = 5 * time.Minute

// outageLingers is how long past its deadline a credential still speaks for an
// outage; an agent that works the pool has retried it by then.
const outageLingers = 15 * time.Minute

// Outage returns how many credentials of the provider are out for what looks
// like one common cause: exhausted within five minutes of each other with the
// same code, not by an operator, and not due for long. It is 0 when there are
// fewer than two.
func (p *Provider) Outage(policy Policy, now time.Time) int {
	fell := map[int][]time.Time{}
	for i := range p.Credentials {
		c := &p.Credentials[i]
		code, ok := c.ErrorCode.Get()
		deadline := policy.Deadline(c, now)
		if ok && !deadline.IsZero() && deadline.At.Add(outageLingers).After(now) &&
			!c.Held() && !c.Disabled && !c.StatusAt.IsZero() {
			fell[code] = append(fell[code], c.StatusAt)
		}
	}
	most := 0
	for _, at := range fell {
		slices.SortFunc(at, time.Time.Compare)
		for first, i := 0, 0; i < len(at); i++ {
			for at[i].Sub(at[first]) > outageWindow {
				first++
			}
			most = max(most, i-first+1)
		}
	}
	if most < 2 {
		return 0
	}
	return most
}
