package poolstate

import (
	"cmp"
	"slices"
	"time"
)

// ForecastStep is a time when credentials become ready.
type ForecastStep struct {
	At time.Time
	// Ready is the total number of accounts with a ready credential from At on.
	Ready int
	// Back lists the credentials that become ready at At, in pool order.
	Back []*Credential
	// ByProvider, Held and Suspect are the numbers of credentials in Back whose
	// deadline came from the provider, was set by an operator, or is implausible.
	ByProvider, Held, Suspect int
}

// Forecast is the number of accounts that will be ready over time if nothing fails and no
// one intervenes. Credentials of one account share its quota and count once; most accounts
// have one credential. An account is ready as soon as one of its credentials is. The forecast
// assumes that a credential is ready at its deadline, although only the agent's next request
// shows whether it works.
type Forecast struct {
	// Now is the start of the forecast.
	Now time.Time
	// Ready is the number of accounts that are ready now.
	Ready int
	// Due is the number of other accounts that the agent tries at its next selection.
	// They are not counted in the Steps, because the time of that selection is unknown.
	Due int
	// Excluded is the number of dead and unusable credentials. Credentials is the number
	// of all others, and Total the number of their accounts.
	Excluded, Credentials, Total int
	// LastFailure is when the latest cooldown or hold of a cooling, held or due credential
	// began. It is zero if that is unknown.
	LastFailure time.Time
	// Steps are in chronological order. Their times are distinct and after Now.
	Steps []ForecastStep
}

// returning is a credential with a deadline in the future.
type returning struct {
	credential *Credential
	deadline   Deadline
	order      int // in pool order
}

// Forecast predicts the readiness of the whole pool.
func (p *Pool) Forecast(policy Policy, now time.Time) Forecast {
	f := Forecast{Now: now}
	var ready, due []*Credential
	back := make([]returning, 0, p.Len())
	for c := range p.counted() {
		d := policy.Deadline(c, now)
		switch a := policy.availability(c, d, now); {
		case a == Ready:
			ready = append(ready, c)
			continue
		case a == Due:
			due = append(due, c)
		case a.Returns():
			back = append(back, returning{c, d, len(back)})
		default:
			f.Excluded++
			continue
		}
		if c.StatusAt.After(f.LastFailure) {
			f.LastFailure = c.StatusAt
		}
	}
	accounts := newAccountSet()
	for _, c := range ready {
		f.Ready = accounts.add(c)
	}
	for _, c := range due {
		f.Due = accounts.add(c) - f.Ready
	}
	f.addSteps(back, &accounts)
	f.Credentials, f.Total = len(ready)+len(due)+len(back), accounts.n
	return f
}

// Forecast predicts the readiness of one provider.
func (p *Provider) Forecast(policy Policy, now time.Time) Forecast {
	return p.alone().Forecast(policy, now)
}

// addSteps adds the steps at which credentials return. accounts contains the accounts that
// are ready or due.
func (f *Forecast) addSteps(back []returning, accounts *accountSet) {
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
		s.Ready, s.Back = accounts.add(back[i].credential)-f.Due, credentials[first:i+1:i+1]
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

// Half returns the first step by which at least half of the credentials with a future
// deadline are ready, or nil if there are none.
func (f *Forecast) Half() *ForecastStep {
	for i := range f.Steps {
		if s := &f.Steps[i]; 2*(s.Ready-f.Ready) >= f.Total-f.Due-f.Ready {
			return s
		}
	}
	return nil
}

// Summary counts the credentials of a pool or provider at a given time.
type Summary struct {
	// Total is the number of credentials, and Count the number per [Availability].
	Total int
	Count [Unusable + 1]int
	// Never is the number of credentials that never become ready on their own.
	Never int
	// Next is the credential with the earliest future deadline. NextAt is that deadline, and
	// AllAt the latest one. If no deadline is in the future, Next is nil and the times are
	// zero.
	Next          *Credential
	NextAt, AllAt time.Time
}

// Ready returns the number of credentials that an agent can use now.
func (s *Summary) Ready() int { return s.Count[Ready] }

// Out reports whether there are credentials but none is ready.
func (s *Summary) Out() bool { return s.Total > 0 && s.Count[Ready] == 0 }

// Add counts a credential.
func (s *Summary) Add(c *Credential, p Policy, now time.Time) {
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
	for c := range p.counted() {
		s.Add(c, policy, now)
	}
	return s
}

// Summarize counts the credentials of one provider.
func (p *Provider) Summarize(policy Policy, now time.Time) Summary {
	return p.alone().Summarize(policy, now)
}

// alone returns a pool that contains only this provider and shares its credentials.
func (p *Provider) alone() *Pool { return &Pool{Providers: []Provider{*p}} }

// outageWindow is the maximum time between failures with a common cause.
const outageWindow = 5 * time.Minute

// Outage returns the number of accounts that seem to have failed for a common reason, or
// 0 if the failures seem unrelated. It assumes a common reason if the provider has no
// ready credential, at least two accounts have failed, all with the same error code, and
// either their last failures or the beginnings of their streaks are within five minutes of
// each other. It ignores dead, held and unusable credentials. It also ignores deadlines,
// because guard and providers spread them.
func (p *Provider) Outage(policy Policy, now time.Time) int {
	accounts, code := newAccountSet(), 0
	var failures, streaks []time.Time
	for c := range p.alone().counted() {
		switch policy.Availability(c, now) {
		case Ready:
			return 0
		case Cooling, Due:
			failed, known := c.ErrorCode.Get()
			if !known || accounts.n > 0 && failed != code || c.StatusAt.IsZero() {
				return 0
			}
			code, failures = failed, append(failures, c.StatusAt)
			began := c.StatusAt
			if !c.ObservedSince.IsZero() {
				began = c.ObservedSince
			}
			streaks = append(streaks, began)
			accounts.add(c)
		}
	}
	if accounts.n < 2 || min(spread(failures), spread(streaks)) > outageWindow {
		return 0
	}
	return accounts.n
}

// spread returns the time from the earliest to the latest of several times.
func spread(times []time.Time) time.Duration {
	return slices.MaxFunc(times, time.Time.Compare).Sub(slices.MinFunc(times, time.Time.Compare))
}

// LastReady is a provider that an action would leave without a ready credential.
type LastReady struct {
	Provider string
	// Profiles are the affected profiles. It is nil unless the pool is merged.
	Profiles []string
	// Credentials lists the credentials that are ready now but not after the action.
	Credentials []Credential
	// Others summarizes the provider's credentials that the action does not change.
	Others Summary
}

// LastReady returns the providers that have a ready credential now but would have none after
// the action. In a merged pool, it checks each profile.
func (p *Pool) LastReady(out Outcome, policy Policy) []LastReady {
	after := map[Ref]*Credential{}
	for i := range out.Changed {
		after[out.Changed[i].Before.Original()] = &out.Changed[i].After
	}
	var list []LastReady
	for i := range p.Providers {
		if len(p.Profiles) == 0 {
			if last, ok := p.Providers[i].lastReady(after, policy, out.At); ok {
				list = append(list, last)
			}
		}
		first := len(list)
		for _, profile := range p.Profiles {
			part := p.Providers[i].Of(profile)
			last, ok := part.lastReady(after, policy, out.At)
			if !ok {
				continue
			}
			// Profiles that borrow the same credentials share an element.
			same := slices.IndexFunc(list[first:], func(l LastReady) bool {
				return l.Credentials[0].Original() == last.Credentials[0].Original()
			})
			if same < 0 {
				same, list = len(list)-first, append(list, last)
			}
			list[first+same].Profiles = append(list[first+same].Profiles, profile)
		}
	}
	return list
}

// lastReady reports whether an action leaves the provider without a ready credential. after
// maps the refs of the changed credentials to their new states.
func (p *Provider) lastReady(after map[Ref]*Credential, policy Policy, now time.Time) (last LastReady, ok bool) {
	last.Provider = p.Name
	for c := range p.alone().All() {
		switch changed := after[c.Original()]; {
		case changed == nil:
			last.Others.Add(c, policy, now)
		case policy.Availability(changed, now) == Ready:
			return last, false
		case policy.Availability(c, now) == Ready:
			last.Credentials = append(last.Credentials, *c)
		}
	}
	return last, len(last.Credentials) > 0 && last.Others.Ready() == 0
}
