package guard

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// start is the initial time of a world.
var start = time.Unix(1795425600, 0).UTC()

// world is a store in memory, its guard and a clock.
type world struct {
	t     *testing.T
	pool  *poolstate.Pool
	state *State
	rules Rules
	now   time.Time
	// log contains a line for each note and decision since the last call to wantLog.
	log []string
}

// newWorld returns a world with one provider, "p", whose credentials have the given ids.
// The agent uses a flat policy and the curve is not staggered.
func newWorld(t *testing.T, ids ...string) *world {
	t.Helper()
	var entries []string
	for i, id := range ids {
		entries = append(entries, fmt.Sprintf(`{"id": %q, "label": %q, "priority": %d, "access_token": "sk-%s"}`, id, id, i, id))
	}
	return worldOf(t, "p", entries...)
}

// worldOf is like newWorld, but takes the provider's name and its entries in JSON.
func worldOf(t *testing.T, provider string, entries ...string) *world {
	t.Helper()
	w := &world{t: t, state: &State{Salt: "salt"}, now: start}
	w.rules = Rules{Policy: poolstate.Flat(), Curve: poolstate.DefaultCurve()}
	w.rules.Curve.Stagger = false
	w.load(fmt.Sprintf(`{"credential_pool": {%q: [%s]}}`, provider, strings.Join(entries, ", ")))
	return w
}

func (w *world) load(file string) {
	w.t.Helper()
	pool, err := poolstate.Decode([]byte(file), time.UTC)
	if err != nil {
		w.t.Fatal(err)
	}
	w.pool = pool
}

// get returns the credential with the given id.
func (w *world) get(id string) *poolstate.Credential {
	w.t.Helper()
	for c := range w.pool.All() {
		if c.ID == id {
			return c
		}
	}
	w.t.Fatalf("no credential %q", id)
	return nil
}

// fail makes an agent mark credentials as exhausted now, with code 429.
func (w *world) fail(ids ...string) *world { return w.failWith(poolstate.Failure{Code: 429}, ids...) }

func (w *world) failWith(f poolstate.Failure, ids ...string) *world {
	w.t.Helper()
	for _, id := range ids {
		c := w.get(id)
		*c = poolstate.Exhausted(*c, f, w.now).After(*c)
		c.Streak = poolstate.Streak{} // a stock agent does not count
	}
	return w
}

// selects makes an agent clear expired cooldowns, as a selection does.
func (w *world) selects() *world {
	for c := range w.pool.All() {
		*c = poolstate.CooledDown(*c, w.rules.Policy, w.now).After(*c)
	}
	w.pool.UpdatedAt = w.now
	return w
}

// after advances the clock.
func (w *world) after(d time.Duration) *world {
	w.now = w.now.Add(d)
	return w
}

// run observes the pool and carries out the decisions.
func (w *world) run() *world {
	for _, d := range w.decide() {
		w.carryOut(d)
	}
	return w
}

// decide observes the pool, makes decisions and logs them.
func (w *world) decide() []Decision {
	for _, n := range w.state.Observe(w.pool, w.rules, w.now) {
		w.log = append(w.log, fmt.Sprintf("%s %s", n.Kind, n.Credential.ID))
	}
	decisions := w.state.Decide(w.pool, w.rules, w.now)
	for _, d := range decisions {
		line := fmt.Sprintf("%s %s", d.Kind, d.Credential.ID)
		if d.Kind == Pinned || d.Kind == Repinned {
			line += " " + span(d.Deadline.Sub(w.now))
		}
		w.log = append(w.log, line)
	}
	return decisions
}

func (w *world) carryOut(d Decision) {
	c := w.pool.Find(d.Credential.Ref)
	if change := d.Change(c); !change.IsEmpty() {
		*c = change.After(*c)
		w.pool.UpdatedAt = w.now
		w.state.Written(&d, w.now)
	}
}

// wantLog checks the log since the last call. Each line has a kind, an id and, for a pin,
// the time left.
func (w *world) wantLog(lines ...string) *world {
	w.t.Helper()
	if !slices.Equal(w.log, lines) {
		w.t.Errorf("at %v: got %q, want %q", w.now.Sub(start), w.log, lines)
	}
	w.log = nil
	return w
}

// wantStreak checks the observed streak of a credential.
func (w *world) wantStreak(id string, want int) *world {
	w.t.Helper()
	if got := w.count(id); got != want {
		w.t.Errorf("at %v: streak of %s is %d, want %d", w.now.Sub(start), id, got, want)
	}
	return w
}

func (w *world) count(id string) int {
	w.state.Annotate(w.pool)
	return w.get(id).Observed.Or(-1)
}

// failures makes a credential fail n times, each time a minute after the deadline of the
// previous failure.
func (w *world) failures(n int, id string) *world {
	w.t.Helper()
	for range n {
		if d := w.rules.Policy.Deadline(w.get(id), w.now); d.At.After(w.now) {
			w.now = d.At.Add(time.Minute)
		}
		w.fail(id).run()
	}
	w.log = nil
	return w
}
