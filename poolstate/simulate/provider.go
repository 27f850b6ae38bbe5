package simulate

import (
	"slices"
	"time"

	"pooltop/poolstate"
)

// Outage is a period in which a provider refuses all of its credentials or some.
type Outage struct {
	Provider string
	// Only lists the ids that are refused; nil means all.
	Only []string
	// From and To count from the start of the scenario. To is exclusive.
	From, To time.Duration
	// Failure is the answer, without a reset time.
	Failure poolstate.Failure
	// Resets is the time from the failure to the reset that the provider names;
	// zero if it names none.
	Resets time.Duration
}

// Providers answers requests according to a script.
type Providers struct {
	Start  time.Time
	Script []Outage
}

// Ask returns the failure of a request with c, or nil if it is served. Of several
// outages at a time, the first one in the script applies.
func (p Providers) Ask(c *poolstate.Credential, at time.Time) *poolstate.Failure {
	for _, s := range p.Script {
		if !s.covers(at.Sub(p.Start)) || s.Provider != c.Provider {
			continue
		}
		if s.Only != nil && !slices.Contains(s.Only, c.ID) {
			continue
		}
		f := s.Failure
		if s.Resets > 0 {
			f.ResetAt = at.Add(s.Resets)
		}
		return &f
	}
	return nil
}

func (s Outage) covers(since time.Duration) bool { return since >= s.From && since < s.To }

// Down returns the outage of a whole provider at an instant, the one that ends
// last if there are several, and false if there is none.
func (p Providers) Down(at time.Time) (Outage, bool) {
	since := at.Sub(p.Start)
	var worst Outage
	for _, s := range p.Script {
		if s.Only == nil && s.covers(since) && s.To > worst.To {
			worst = s
		}
	}
	return worst, worst.To > 0
}
