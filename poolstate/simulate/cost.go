package simulate

import (
	"encoding/json"
	"fmt"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/guard"
)

// Variant is the policy of an agent, with or without guard.
type Variant struct {
	name            string
	policy          poolstate.Policy
	guards, stagger bool
}

// Variants returns all variants in display order.
func Variants() []Variant {
	return []Variant{
		{name: "flat", policy: poolstate.Flat()},
		{name: "flat-2026-08", policy: poolstate.Flat202608()},
		{name: "backoff", policy: poolstate.Backoff()},
		{name: "guard", policy: poolstate.Flat(), guards: true, stagger: true},
		{name: "guard-unstaggered", policy: poolstate.Flat(), guards: true},
	}
}

// String returns the name used on the command line and in JSON.
func (v Variant) String() string { return v.name }

// Capped reports whether the cap affects the cooldowns.
func (v Variant) Capped() bool { return v.guards || v.policy.Climbs() }

// Situation describes how a provider fails.
type Situation struct {
	// Name is a single word. About is a one-clause description.
	Name, About string
	failure     poolstate.Failure
	// refused is the number of credentials that fail, starting with the first in rotation
	// order. Zero means all.
	refused int
	// down and up alternate during the outage. If up is zero, the outage is not interrupted.
	down, up time.Duration
}

// Situations returns all situations, the default one first.
func Situations() []Situation {
	return []Situation{
		{Name: "outage", About: "the provider refuses every credential", failure: rateLimited},
		{
			Name: "flapping", About: "the provider refuses every credential for 30 of every 45 minutes",
			failure: rateLimited, down: 30 * time.Minute, up: 15 * time.Minute,
		},
		{Name: "quota", About: "the first credential has exhausted its quota; the others work", failure: usageLimit, refused: 1},
	}
}

// fails reports whether the provider refuses the ith credential at the given time in an
// outage of the given length.
func (s Situation) fails(i int, at, length time.Duration) bool {
	return at < length && s.affects(i) && (s.up == 0 || at%(s.down+s.up) < s.down)
}

func (s Situation) affects(i int) bool { return s.refused == 0 || i < s.refused }

// recovery returns the time from the beginning of an outage of the given length to the
// provider's final recovery.
func (s Situation) recovery(length time.Duration) time.Duration {
	if s.up == 0 {
		return length
	}
	cycle := s.down + s.up
	begun := length / cycle * cycle // start of the last cycle
	if begun == length {
		return max(length-s.up, 0)
	}
	return min(length, begun+s.down)
}

// Trial is an outage and the jobs of an agent during it. Length, Offset and Curve may be
// zero.
//
// The first job starts at Offset after the beginning of the outage, and the others at
// intervals of Every. A job loads the pool, clears expired cooldowns, and tries the
// available credentials in rotation order until a request is served. A request takes two
// seconds.
type Trial struct {
	Situation     Situation
	Length        time.Duration // of the outage
	Credentials   int
	Every, Offset time.Duration
	// Tries is the maximum number of requests per job.
	Tries int
	// Base is the agent's cooldown after a first failure. Curve determines how it grows
	// under backoff and guard. The variant overrides Curve.Stagger.
	Base  time.Duration
	Curve poolstate.Curve
}

// Cost holds the failures and the delay that an outage causes.
type Cost struct {
	// Failed is the number of failed requests of each credential, in rotation order.
	Failed []float64
	// Wait is the time from the provider's recovery to the first success with a
	// credential that the outage affected.
	Wait time.Duration
}

// Total returns the number of failed requests.
func (c Cost) Total() (sum float64) {
	for _, n := range c.Failed {
		sum += n
	}
	return sum
}

const (
	requestTakes = 2 * time.Second
	// MeanOf is the number of outages that MeanCost averages.
	MeanOf = 60
	// MeanSpread is the maximum difference between the length of these outages and
	// Trial.Length.
	MeanSpread = time.Hour
)

// MeanCost returns the mean cost of [MeanOf] outages. Their lengths are evenly spaced, from
// Length minus [MeanSpread] to Length plus [MeanSpread], and so are their offsets, from
// zero to Every. The cost of a single outage depends on when it happens to end relative to
// the cooldowns.
func (t Trial) MeanCost(v Variant) Cost {
	mean := Cost{Failed: make([]float64, t.Credentials)}
	length := t.Length
	for i := range MeanOf {
		t.Length = max(length-MeanSpread+2*MeanSpread*time.Duration(i)/(MeanOf-1), 0)
		t.Offset = t.Every * time.Duration(i*37%MeanOf) / MeanOf // 37 shares no factor with 60
		cost := t.Cost(v)
		for j, n := range cost.Failed {
			mean.Failed[j] += n
		}
		mean.Wait += cost.Wait
	}
	for i := range mean.Failed {
		mean.Failed[i] /= MeanOf
	}
	mean.Wait /= MeanOf
	return mean
}

// Effort estimates the run time of MeanCost, so that callers can reject a trial that would
// take too long.
func (t Trial) Effort(v Variant) time.Duration {
	shortest, longest, n := t.Base, t.Base, time.Duration(t.Credentials)
	switch {
	case v.Capped():
		longest = time.Duration(float64(t.Base) * t.Curve.For(simulated).Cap)
	case v.policy.RetriesSole() && n == 1:
		shortest, longest = min(t.Base, time.Minute), min(t.Base, time.Minute)
	}
	lasts, rounds := t.Length+MeanSpread, time.Duration(0)
	for cooldown, at := shortest, time.Duration(0); at < lasts; rounds++ {
		at += max(cooldown, t.Every)
		cooldown = min(2*cooldown, longest)
	}
	jobs := (lasts+longest)/t.Every + 1
	request := 5 * time.Microsecond
	if v.guards {
		request += n * 2500 * time.Nanosecond // guard examines all credentials after each request
	}
	return MeanOf * (jobs*n*80*time.Nanosecond + min(n*rounds, jobs*time.Duration(t.Tries))*request)
}

// Cost simulates one outage and returns its cost.
func (t Trial) Cost(v Variant) Cost {
	r := t.start(v)
	for at := t.Offset; ; at += t.Every {
		end, recovered := r.job(at)
		if recovered {
			r.cost.Wait = end - t.Situation.recovery(t.Length)
			return r.cost
		}
		for at+t.Every < end { // the next job does not start before this one has ended
			at += t.Every
		}
	}
}

// costRun is the state of a trial.
type costRun struct {
	Trial
	policy poolstate.Policy // the agent's
	pool   *poolstate.Pool
	cost   Cost

	guard *guard.State // nil without guard
	rules guard.Rules
	wake  time.Time // when guard acts next, or zero for never
}

// epoch is the beginning of every outage.
var epoch = time.Unix(1_800_000_000, 0).UTC()

func (t Trial) start(v Variant) *costRun {
	r := &costRun{Trial: t, pool: poolOf(t.Credentials), cost: Cost{Failed: make([]float64, t.Credentials)}}
	r.policy = v.policy.WithRules(&poolstate.Rules{Cooldowns: map[int][]time.Duration{0: t.steps(v.policy)}})
	if v.guards {
		r.guard, r.rules = &guard.State{}, guard.Rules{Policy: r.policy, Curve: t.Curve}
		r.rules.Curve.Stagger = v.stagger
	}
	return r
}

// steps returns the agent's cooldowns for streaks of 1, 2 and so on, up to the longest.
func (t Trial) steps(p poolstate.Policy) []time.Duration {
	steps := []time.Duration{t.Base}
	if !p.Climbs() {
		return steps
	}
	curve := t.Curve.For(simulated)
	// At least two steps are needed, because the policy would multiply a single step.
	for n := 2; n == 2 || steps[n-2] > steps[n-3]; n++ {
		steps = append(steps, time.Duration(float64(t.Base)*curve.Multiplier(n)))
	}
	return steps
}

// simulated is the name of the provider.
const simulated = "simulated"

// poolOf returns a pool of n ready credentials without streaks.
func poolOf(n int) *poolstate.Pool {
	list := make([]map[string]any, n)
	for i := range list {
		id := fmt.Sprint("key-", i+1)
		list[i] = map[string]any{"id": id, "priority": i, "auth_type": "api_key", "source": "manual", "access_token": "simulated-access-" + id}
	}
	file, err := json.Marshal(map[string]any{"credential_pool": map[string]any{simulated: list}})
	if err != nil {
		panic(err)
	}
	pool, err := poolstate.Decode(file, time.UTC)
	if err != nil {
		panic(err)
	}
	return pool
}

// job runs a job that starts at the given time after the beginning of the outage. It returns
// the end of the job, and whether the job shows that the provider has recovered.
func (r *costRun) job(start time.Duration) (end time.Duration, recovered bool) {
	now := epoch.Add(start)
	r.wakeGuard(now)
	list := r.pool.Providers[0].Credentials
	loaded := false
	for i := range list {
		if c := &list[i]; r.policy.Availability(c, now) == poolstate.Due {
			*c = poolstate.CooledDown(*c, r.policy, now).After(*c)
			loaded = true
		}
	}
	if loaded {
		r.act(now)
	}
	end = start
	tries := 0
	for i := range list {
		c := &list[i]
		if tries == r.Tries || r.policy.Availability(c, now) != poolstate.Ready {
			continue
		}
		fails := r.Situation.fails(i, end, r.Length)
		recovered = !fails && r.Situation.affects(i) && end >= r.Situation.recovery(r.Length)
		tries++
		end += requestTakes
		if !fails {
			break
		}
		r.cost.Failed[i]++
		*c = refused(r.policy, *c, r.Situation.failure, epoch.Add(end)).After(*c)
		r.act(epoch.Add(end))
	}
	return end, recovered
}

// wakeGuard lets guard act at each of its wake-up times up to the given time.
func (r *costRun) wakeGuard(now time.Time) {
	for !r.wake.IsZero() && !r.wake.After(now) {
		r.act(r.wake)
	}
}

// act lets guard observe the pool and write, as it does after each change to the file,
// including its own.
func (r *costRun) act(at time.Time) {
	if r.guard == nil {
		return
	}
	for written := true; written; {
		written = false
		r.guard.Observe(r.pool, r.rules, at)
		for _, d := range r.guard.Decide(r.pool, r.rules, at) {
			c := r.pool.Find(d.Credential.Ref)
			if change := d.Change(c); !change.IsEmpty() {
				*c = change.After(*c)
				r.guard.Written(&d, at)
				written = true
			}
		}
	}
	r.wake = r.guard.Next(r.pool, r.rules, at)
}
