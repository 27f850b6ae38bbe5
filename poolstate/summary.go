package poolstate

import (
	"slices"
	"time"
)

// Summary counts the credentials of a pool or of one provider at an instant.
type Summary struct {
	// Total is the number of credentials.
	Total int
	// Count is the number of credentials by [Availability].
	Count [Disabled + 1]int
	// Next is the credential with the earliest deadline ahead, and NextAt that
	// deadline. They are nil and zero if no deadline is ahead.
	Next   *Credential
	NextAt time.Time
	// AllAt is the latest deadline ahead, zero if there is none.
	AllAt time.Time
}

// Ready returns the number of credentials that an agent can use now.
func (s *Summary) Ready() int { return s.Count[Ready] }

// Out reports whether there are credentials and none is ready.
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

// Summarize counts the credentials of the whole pool.
func (p *Pool) Summarize(policy Policy, now time.Time) Summary {
	var s Summary
	for c := range p.All() {
		s.add(c, policy, now)
	}
	return s
}

// Summarize counts the credentials of one provider.
func (p *Provider) Summarize(policy Policy, now time.Time) Summary {
	var s Summary
	for i := range p.Credentials {
		s.add(&p.Credentials[i], policy, now)
	}
	return s
}

const (
	// outageWindow is the maximum time between failures with a common cause.
	outageWindow = 5 * time.Minute
	// outageGrace is how long after its deadline a credential still counts
	// towards an outage. A busy agent has retried it by then.
	outageGrace = 15 * time.Minute
)

// Outage returns how many credentials appear to be exhausted for one common
// cause: within five minutes of each other, with the same error code, not held,
// and not past their deadline by more than 15 minutes. It returns 0 if there are
// fewer than two.
func (p *Provider) Outage(policy Policy, now time.Time) int {
	failures := map[int][]time.Time{} // by error code
	for i := range p.Credentials {
		c := &p.Credentials[i]
		code, ok := c.ErrorCode.Get()
		deadline := policy.Deadline(c, now)
		if ok && !deadline.IsZero() && deadline.At.Add(outageGrace).After(now) &&
			!c.Held() && !c.Disabled && !c.StatusAt.IsZero() {
			failures[code] = append(failures[code], c.StatusAt)
		}
	}
	most := 0
	for _, at := range failures {
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
