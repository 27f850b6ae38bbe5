package poolstate

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// ForecastStep is an instant at which credentials become ready.
type ForecastStep struct {
	At time.Time
	// Ready is the total number of ready credentials from At on.
	Ready int
	// Back are the credentials that become ready at At, in the pool's order.
	Back []*Credential
	// ByProvider, Held and Suspect count those of Back whose deadline was named
	// by the provider, set by an operator, or is implausible.
	ByProvider, Held, Suspect int
}

// Forecast is the number of credentials that will be ready at each moment if
// nothing fails and no one intervenes. It assumes that a credential is ready at
// its deadline; only the agent's next request shows whether it works.
type Forecast struct {
	// Now is the start of the forecast.
	Now time.Time
	// Ready is the number of credentials that are ready now.
	Ready int
	// Due is the number that the agent tries at its next selection. They are
	// neither ready nor in a step, because that instant is unknown.
	Due int
	// Excluded is the number of dead and disabled credentials, which no deadline
	// brings back.
	Excluded int
	// Total is the number of credentials that can be ready: all but Excluded.
	Total int
	// Steps are in order of time, after Now, with distinct instants.
	Steps []ForecastStep
}

// returning is a credential with a deadline ahead.
type returning struct {
	credential *Credential
	deadline   Deadline
	order      int // in the pool
}

// Forecast predicts the readiness of the whole pool.
func (p *Pool) Forecast(policy Policy, now time.Time) Forecast {
	f := Forecast{Now: now}
	back := make([]returning, 0, p.Len())
	for c := range p.All() {
		back = f.count(back, c, policy)
	}
	f.addSteps(back)
	return f
}

// Forecast predicts the readiness of one provider.
func (p *Provider) Forecast(policy Policy, now time.Time) Forecast {
	return (&Pool{Providers: []Provider{*p}}).Forecast(policy, now)
}

// count counts c, or appends it to back if a deadline is ahead.
func (f *Forecast) count(back []returning, c *Credential, policy Policy) []returning {
	d := policy.Deadline(c, f.Now)
	switch a := availability(c, d, f.Now); {
	case a == Ready:
		f.Ready++
	case a == Due:
		f.Due++
	case a.Returns():
		return append(back, returning{c, d, len(back)})
	default:
		f.Excluded++
	}
	return back
}

func (f *Forecast) addSteps(back []returning) {
	f.Total = f.Ready + f.Due + len(back)
	slices.SortFunc(back, func(a, b returning) int { // SortStableFunc is slower
		return cmp.Or(a.deadline.At.Compare(b.deadline.At), cmp.Compare(a.order, b.order))
	})
	credentials := make([]*Credential, len(back)) // shared by the steps
	for i, first := 0, 0; i < len(back); i++ {
		d := back[i].deadline
		if i == 0 || !d.At.Equal(back[first].deadline.At) {
			first = i
			f.Steps = append(f.Steps, ForecastStep{At: d.At})
		}
		credentials[i] = back[i].credential
		s := &f.Steps[len(f.Steps)-1]
		s.Ready, s.Back = f.Ready+i+1, credentials[first:i+1:i+1]
		switch d.Origin {
		case OriginProvider:
			s.ByProvider++
		case OriginOperator:
			s.Held++
		}
		if d.Suspect {
			s.Suspect++
		}
	}
}

// At returns the number of credentials that are ready at t. A step counts from
// its own instant on.
func (f *Forecast) At(t time.Time) int {
	passed := sort.Search(len(f.Steps), func(i int) bool { return f.Steps[i].At.After(t) })
	if passed == 0 {
		return f.Ready
	}
	return f.Steps[passed-1].Ready
}

// Last returns the instant of the last step, zero if there is none.
func (f *Forecast) Last() time.Time {
	if len(f.Steps) == 0 {
		return time.Time{}
	}
	return f.Steps[len(f.Steps)-1].At
}

// Half returns the step by which at least half of the credentials with a
// deadline ahead are back, nil if there are none.
func (f *Forecast) Half() *ForecastStep {
	for i := range f.Steps {
		if s := &f.Steps[i]; 2*(s.Ready-f.Ready) >= f.Total-f.Due-f.Ready {
			return s
		}
	}
	return nil
}
