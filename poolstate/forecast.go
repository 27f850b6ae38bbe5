package poolstate

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// ForecastStep is a step of the forecast, an instant at which capacity changes: who is
// back, and how many are ready from then on.
type ForecastStep struct {
	At time.Time
	// Ready is how many are ready from At on, those of earlier steps included.
	Ready int
	// Back are those that come back at At, in the pool's own order.
	Back []*Credential
	// ByProvider, Held and Suspect are how many of Back have a deadline that
	// the provider named, that an operator set, and that cannot be right.
	ByProvider, Held, Suspect int
}

// Forecast is how many credentials will be ready at each moment, if nothing
// fails and nobody acts. It takes each at its deadline for ready: whether it
// works again shows only when the agent retries it.
type Forecast struct {
	// Now is the instant from which the forecast looks ahead.
	Now time.Time
	// Ready is how many are ready now.
	Ready int
	// Due is how many the agent retries at its next turn, whenever that is.
	// They are not ready and no step: no instant can be given for them.
	Due int
	// Excluded is how many never come back by themselves: dead and disabled.
	Excluded int
	// Total is the most that can be ready again: all but those that are gone.
	Total int
	// Steps are in order of time, all of them after Now, no two at one instant.
	Steps []ForecastStep
}

// returning is a credential with the deadline at which it comes back.
type returning struct {
	who      *Credential
	deadline Deadline
}

// turn is the instant at which one of those that return does: small, so that
// many are quickly put in order.
type turn struct {
	seconds     int64
	nanoseconds int32
	of          int32 // its place among them, in the pool's own order
}

// turnsOf returns the order in which they return.
func turnsOf(back []returning) []turn {
	turns := make([]turn, len(back))
	for i := range back {
		at := back[i].deadline.At
		turns[i] = turn{at.Unix(), int32(at.Nanosecond()), int32(i)}
	}
	slices.SortFunc(turns, func(a, b turn) int {
		switch {
		case a.seconds != b.seconds:
			return cmp.Compare(a.seconds, b.seconds)
		case a.nanoseconds != b.nanoseconds:
			return cmp.Compare(a.nanoseconds, b.nanoseconds)
		}
		return cmp.Compare(a.of, b.of)
	})
	return turns
}

func (t turn) sameInstant(o turn) bool {
	return t.seconds == o.seconds && t.nanoseconds == o.nanoseconds
}

// Forecast looks ahead for the whole pool.
func (p *Pool) Forecast(policy Policy, now time.Time) Forecast {
	f := Forecast{Now: now}
	back := make([]returning, 0, p.Len())
	for i := range p.Providers {
		back = f.count(back, &p.Providers[i], policy)
	}
	f.climb(back)
	return f
}

// Forecast looks ahead for one provider.
func (p *Provider) Forecast(policy Policy, now time.Time) Forecast {
	f := Forecast{Now: now}
	f.climb(f.count(make([]returning, 0, len(p.Credentials)), p, policy))
	return f
}

// count adds a provider's credentials, and to back those that come back.
func (f *Forecast) count(back []returning, p *Provider, policy Policy) []returning {
	for i := range p.Credentials {
		c := &p.Credentials[i]
		d := policy.Deadline(c, f.Now)
		a := availability(c, d, f.Now)
		switch {
		case a == Ready:
			f.Ready++
		case a == Due:
			f.Due++
		case a.Returns():
			back = append(back, returning{c, d})
		default:
			f.Excluded++
		}
	}
	return back
}

// climb makes steps of those that come back, and sums up.
func (f *Forecast) climb(back []returning) {
	f.Total = f.Ready + f.Due + len(back)
	turns := turnsOf(back)
	who := make([]*Credential, len(turns)) // one array, of which each step has a part
	steps := 0
	for i := range turns {
		who[i] = back[turns[i].of].who
		if i == 0 || !turns[i].sameInstant(turns[i-1]) {
			steps++
		}
	}
	f.Steps = make([]ForecastStep, 0, steps)
	for first := 0; first < len(turns); {
		s := ForecastStep{At: back[turns[first].of].deadline.At}
		end := first
		for ; end < len(turns) && turns[end].sameInstant(turns[first]); end++ {
			s.add(&back[turns[end].of].deadline)
		}
		s.Ready, s.Back = f.Ready+end, who[first:end:end]
		f.Steps = append(f.Steps, s)
		first = end
	}
}

func (s *ForecastStep) add(d *Deadline) {
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

// At is how many are ready at an instant; at the very instant of a step, those
// of the step are. Before Now it is what is ready now.
func (f *Forecast) At(t time.Time) int {
	passed := sort.Search(len(f.Steps), func(i int) bool { return f.Steps[i].At.After(t) })
	if passed == 0 {
		return f.Ready
	}
	return f.Steps[passed-1].Ready
}

// Last is the instant of the last step, zero without one.
func (f *Forecast) Last() time.Time {
	if len(f.Steps) == 0 {
		return time.Time{}
	}
	return f.Steps[len(f.Steps)-1].At
}

// Half is the first step after which no more are missing than have come back,
// of those that come back at all; nil when none does.
func (f *Forecast) Half() *ForecastStep {
	if len(f.Steps) == 0 {
		return nil
	}
	most := f.Steps[len(f.Steps)-1].Ready
	for i := range f.Steps {
		if s := &f.Steps[i]; s.Ready-f.Ready >= most-s.Ready {
			return s
		}
	}
	return nil
}
