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
	// ByProvider, Held and Suspect count the credentials of Back whose deadline was
	// named by the provider, was set by an operator, or is implausible.
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
	// Excluded is the number of dead and unusable credentials, and Total the number
	// of all others.
	Excluded, Total int
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
		d := policy.Deadline(c, now)
		switch a := policy.availability(c, d, now); {
		case a == Ready:
			f.Ready++
		case a == Due:
			f.Due++
		case a.Returns():
			back = append(back, returning{c, d, len(back)})
		default:
			f.Excluded++
		}
	}
	f.Total = f.Ready + f.Due + len(back)
	f.addSteps(back)
	return f
}

// Forecast predicts the readiness of one provider.
func (p *Provider) Forecast(policy Policy, now time.Time) Forecast {
	return p.alone().Forecast(policy, now)
}

func (f *Forecast) addSteps(back []returning) {
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

// At returns the number of credentials that are ready at t. A step takes effect at
// its own instant.
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

// Half returns the step by which at least half of the credentials with a deadline
// ahead are back, nil if there are none.
func (f *Forecast) Half() *ForecastStep {
	for i := range f.Steps {
		if s := &f.Steps[i]; 2*(s.Ready-f.Ready) >= f.Total-f.Due-f.Ready {
			return s
		}
	}
	return nil
}

// Summary counts the credentials of a pool or of one provider at an instant.
type Summary struct {
	// Total is the number of credentials, and Count the number by [Availability].
	Total int
	Count [Unusable + 1]int
	// Never is the number of those that never return by themselves.
	Never int
	// Next is the credential with the earliest deadline ahead, NextAt that deadline
	// and AllAt the latest one. They are nil and zero if no deadline is ahead.
	Next          *Credential
	NextAt, AllAt time.Time
}

// Ready returns the number of credentials that an agent can use now.
func (s *Summary) Ready() int { return s.Count[Ready] }

// Out reports whether there are credentials and none is ready.
func (s *Summary) Out() bool { return s.Total > 0 && s.Count[Ready] == 0 }

func (s *Summary) add(c *Credential, p Policy, now time.Time) {
	d := p.Deadline(c, now)
	a := p.availability(c, d, now)
	s.Total++
	s.Count[a]++
	if a == Dead || a == Unusable || d.Never() {
		s.Never++
		return
	}
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
	return p.alone().Summarize(policy, now)
}

// alone returns a pool that shares the credentials of one provider.
func (p *Provider) alone() *Pool { return &Pool{Providers: []Provider{*p}} }

const (
	// outageWindow is the maximum time between failures with a common cause.
	outageWindow = 5 * time.Minute
	// outageGrace is how long after its deadline a credential still counts
	// towards an outage. A busy agent has retried it by then.
	outageGrace = 15 * time.Minute
)

// failedAccount is an account at the time of a failure. Credentials of the same
// account share one.
type failedAccount struct {
	at      time.Time
	account Ref
}

// Outage returns how many accounts appear to be exhausted for one common cause:
// within five minutes of each other, with the same error code, not held, and not
// past their deadline by more than 15 minutes. It returns 0 if there are fewer
// than two.
func (p *Provider) Outage(policy Policy, now time.Time) int {
	failures := map[int][]failedAccount{} // by error code
	for c := range p.alone().All() {
		code, ok := c.ErrorCode.Get()
		deadline := policy.Deadline(c, now)
		if !ok || deadline.IsZero() || !deadline.At.Add(outageGrace).After(now) || c.Held() || c.Unusable || c.StatusAt.IsZero() {
			continue
		}
		f := failedAccount{c.StatusAt, c.Ref}
		if c.Shares != nil {
			f.account = c.Shares[0]
		}
		failures[code] = append(failures[code], f)
	}
	most := 0
	for _, f := range failures {
		most = max(most, mostWithin(f, outageWindow))
	}
	if most < 2 {
		return 0
	}
	return most
}

// mostWithin returns the largest number of accounts that failed within a window.
func mostWithin(failures []failedAccount, window time.Duration) (most int) {
	slices.SortFunc(failures, func(a, b failedAccount) int { return a.at.Compare(b.at) })
	count, first := map[Ref]int{}, 0
	for _, f := range failures {
		count[f.account]++
		for ; f.at.Sub(failures[first].at) > window; first++ {
			if early := failures[first].account; count[early] == 1 {
				delete(count, early)
			} else {
				count[early]--
			}
		}
		most = max(most, len(count))
	}
	return most
}

// LastReady is a provider whose last ready credentials an action would take.
type LastReady struct {
	Provider string
	// Credentials are ready now and would not be afterwards.
	Credentials []Credential
	// Others counts the provider's credentials that the action leaves alone.
	Others Summary
}

// LastReady returns the providers that have a ready credential now and would
// have none after the outcome.
func (p *Pool) LastReady(out Outcome, policy Policy) []LastReady {
	after := map[Ref]*Credential{}
	for i := range out.Changed {
		after[out.Changed[i].Before.Ref] = &out.Changed[i].After
	}
	var list []LastReady
	for i := range p.Providers {
		last, stillReady := LastReady{Provider: p.Providers[i].Name}, 0
		for c := range p.Providers[i].alone().All() {
			switch changed := after[c.Ref]; {
			case changed == nil:
				last.Others.add(c, policy, out.At)
			case policy.Availability(changed, out.At) == Ready:
				stillReady++
			case policy.Availability(c, out.At) == Ready:
				last.Credentials = append(last.Credentials, *c)
			}
		}
		if len(last.Credentials) > 0 && stillReady+last.Others.Ready() == 0 {
			list = append(list, last)
		}
	}
	return list
}
