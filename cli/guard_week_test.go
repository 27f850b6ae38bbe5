package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/cli/config"
	"pooltop/poolstate"
	"pooltop/poolstate/guard"
	"pooltop/poolstate/journal"
	"pooltop/poolstate/simulate"
)

const (
	weekHour    = time.Hour
	weekRequest = 2 * time.Second
	// guardedLongest is the longest pin: the agent's cooldown of one hour times the cap.
	guardedLongest = 8 * time.Hour
)

// outage is a time during which the provider refuses every request.
type outage struct{ from, to time.Time }

// week simulates a week during which agents and another program write to a store. A guard acts
// after each change and whenever its timer fires.
type week struct {
	t       *testing.T
	rnd     *rand.Rand
	file    string
	start   time.Time
	end     time.Time // three days after the start, or seven with -long
	now     time.Time
	outages []outage
	guard   *guardian // nil for none
	notes   []guard.Note
	writes  map[string][]time.Time // the times at which each pin was written
	counter int                    // the number of writes by the other program
	failed  map[string]int         // the number of failed requests of each agent
	served  map[string]int
}

// newWeek returns a week with three credentials of one provider.
func newWeek(t *testing.T, seed uint64, guarded bool) *week {
	t.Helper()
	w := &week{
		t: t, rnd: rand.New(rand.NewPCG(seed, 7)), start: time.Unix(1795425600, 0).UTC(),
		writes: map[string][]time.Time{}, failed: map[string]int{}, served: map[string]int{},
	}
	w.now, w.end = w.start, w.start.Add(time.Duration(amount(3, 7))*24*weekHour)
	entries := make([]string, 3)
	for i := range entries {
		entries[i] = fmt.Sprintf(`{"id": "k%d", "priority": %d, "access_token": "sk-%d", "x_unknown": {"deep": [1, 2.50]}}`, i, i, i)
	}
	w.file = storeFile(t, strings.Replace(poolOf(entries...), "{", `{"x_other": {"counter": 0}, `, 1))
	if guarded {
		cfg := config.Default()
		cfg.File = w.file
		g := newGuardian(cfg, cfg.File, noLog)
		g.clock = func() time.Time { return w.now }
		g.Store = poolstate.Open(w.file, poolstate.WithClock(g.clock))
		g.Journal = journal.At(filepath.Join(t.TempDir(), "events.jsonl"))
		g.warn = func(problem string) { t.Errorf("unexpected problem: %s", problem) }
		g.print = func(n *guard.Note) error { w.checkNote(n); return nil }
		must(t, g.acquire())
		t.Cleanup(g.end)
		w.guard = g
		w.runGuard()
	}
	return w
}

// randomOutages adds n outages of 3 to 14 hours. It divides the week into n equal parts. Each
// part has an outage at a random time, followed by at least the given pause.
func (w *week) randomOutages(n int, pause time.Duration) {
	share := w.end.Sub(w.start) / time.Duration(n)
	for i := range n {
		length := 3*weekHour + time.Duration(w.rnd.Int64N(int64(11*weekHour)))
		from := w.start.Add(share*time.Duration(i) + time.Duration(w.rnd.Int64N(int64(share-length-pause))))
		w.outages = append(w.outages, outage{from, from.Add(length)})
	}
}

func (w *week) down(at time.Time) bool {
	return slices.ContainsFunc(w.outages, func(o outage) bool { return !at.Before(o.from) && at.Before(o.to) })
}

// runGuard lets guard act until it no longer changes the file, and checks the file.
func (w *week) runGuard() {
	if w.guard == nil {
		return
	}
	for range 10 {
		before := readFile(w.t, w.file)
		must(w.t, w.guard.load(w.t.Context()))
		after := readFile(w.t, w.file)
		w.checkFile(after)
		if bytes.Equal(before, after) {
			return
		}
	}
	w.t.Fatalf("at %v: guard does not stop writing", w.now.Sub(w.start))
}

// checkFile checks the invariants of the file that must hold after guard has acted.
func (w *week) checkFile(data []byte) {
	w.t.Helper()
	doc := parseStore(w.t, data)
	equal(w.t, "the counter of the other program", number(doc["x_other"].(object)["counter"]), float64(w.counter))
	for _, e := range storeRows(doc) {
		equal(w.t, "an unknown key", asJSON(w.t, e["x_unknown"]), `{"deep":[1,2.50]}`)
		until, failed := number(e["last_error_reset_at"]), number(e["last_status_at"])
		switch {
		case until == 0:
		case e["last_status"] != "exhausted":
			w.t.Errorf("at %v: %s is %v and pinned", w.now.Sub(w.start), e["id"], e["last_status"])
		case until-failed > guardedLongest.Seconds() || until-failed < weekHour.Seconds()-1:
			w.t.Errorf("at %v: %s is pinned for %v after its failure", w.now.Sub(w.start), e["id"], time.Duration((until-failed)*1e9))
		}
	}
}

// checkNote checks a note from guard and stores it.
func (w *week) checkNote(n *guard.Note) {
	w.notes = append(w.notes, *n)
	if n.Kind != guard.Pinned && n.Kind != guard.Repinned {
		return
	}
	key := fmt.Sprint(n.Credential.ID, n.Deadline)
	w.writes[key] = append(w.writes[key], w.now)
	list := w.writes[key]
	waits := []time.Duration{0, 0, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	if len(list) > len(waits) {
		w.t.Errorf("pin %s was written %d times", key, len(list))
	} else if i := len(list) - 1; i > 0 && list[i].Sub(list[i-1]) < waits[i] {
		w.t.Errorf("pin %s was written again after %v", key, list[i].Sub(list[i-1]))
	}
	equal(w.t, "the first write is a pin", n.Kind == guard.Pinned, len(list) == 1)
}

// advanceTo advances the clock to the given time. On the way, guard acts whenever its timer
// fires.
func (w *week) advanceTo(to time.Time) {
	for w.guard != nil && !w.guard.recount.IsZero() && !w.guard.recount.After(to) {
		if w.guard.recount.After(w.now) {
			w.now = w.guard.recount
		}
		w.runGuard()
	}
	if to.After(w.now) {
		w.now = to
	}
}

// edit changes the file as agents do: it re-encodes the whole content and replaces the file.
func (w *week) edit(change func(doc object)) {
	w.t.Helper()
	doc := parseStore(w.t, readFile(w.t, w.file))
	change(doc)
	doc["updated_at"] = w.now.Format("2006-01-02T15:04:05.000000+00:00")
	data, err := json.MarshalIndent(doc, "", "  ")
	must(w.t, err)
	tmp := filepath.Join(filepath.Dir(w.file), ".auth_12345678.tmp")
	must(w.t, os.WriteFile(tmp, data, 0o600))
	must(w.t, os.Rename(tmp, w.file))
	w.runGuard()
}

func parseStore(t *testing.T, data []byte) object {
	t.Helper()
	_, err := poolstate.Decode(data, time.UTC)
	must(t, err)
	return decoded(t, string(data))
}

func storeRows(doc object) (out []object) {
	for _, row := range doc["credential_pool"].(object)["p"].([]any) {
		out = append(out, row.(object))
	}
	return out
}

// number returns a number from the file, or 0 if it is null or missing.
func number(v any) float64 {
	n, _ := v.(json.Number)
	f, _ := n.Float64()
	return f
}

func seconds(at time.Time) json.Number {
	return json.Number(fmt.Sprintf("%.6f", float64(at.UnixMicro())/1e6))
}

// weekAgent simulates a process of a stock agent.
type weekAgent struct {
	name  string
	every func() time.Duration // returns the time until its next turn
	next  time.Time
	// memory contains the rows of the pool in rotation order. A cron job loads them at
	// each turn, a resident process only at the start of a session.
	memory []object
	// seen contains the last_status_at of each row as the agent last read or wrote it.
	seen     []float64
	resident bool
	// overwrites makes the agent overwrite newer rows with older rows from its memory.
	overwrites bool
	ends       time.Time // the end of the session
}

var statusKeys = []string{"last_status", "last_status_at", "last_error_code", "last_error_reset_at", "status_cleared_at"}

// turn sends a request with each available credential until one succeeds.
func (a *weekAgent) turn(w *week) {
	if !a.resident || a.memory == nil || w.now.After(a.ends) {
		a.memory, a.seen = storeRows(parseStore(w.t, readFile(w.t, w.file))), nil
		for _, row := range a.memory {
			a.seen = append(a.seen, number(row["last_status_at"]))
		}
		a.ends = w.now.Add(2*weekHour + time.Duration(w.rnd.Int64N(int64(6*weekHour))))
	}
	begun, cleared := w.now, false
	for _, e := range a.memory {
		if e["last_status"] == "exhausted" && ownEnd(e) <= float64(begun.UnixMicro())/1e6 {
			e["last_status"], e["last_status_at"], e["last_error_code"], e["last_error_reset_at"] = "ok", nil, nil, nil
			cleared = true
		}
	}
	if cleared {
		a.flush(w)
	}
	var available []int
	for i, e := range a.memory {
		if e["last_status"] != "exhausted" {
			available = append(available, i)
		}
	}
	for _, i := range available {
		fails := w.down(w.now)
		w.now = w.now.Add(weekRequest)
		if !fails {
			w.served[a.name]++
			return
		}
		w.failed[a.name]++
		e := a.memory[i]
		e["last_status"], e["last_status_at"], e["last_error_code"], e["last_error_reset_at"] = "exhausted", seconds(w.now), json.Number("429"), nil
		a.flush(w)
	}
}

// ownEnd returns the Unix time in seconds at which a cooldown ends for a stock agent.
func ownEnd(e object) float64 {
	if until := number(e["last_error_reset_at"]); until > 0 {
		return until
	}
	return number(e["last_status_at"]) + weekHour.Seconds()
}

// flush writes the agent's memory to the file. Before that, the agent adopts rows of the file
// that have a newer status, unless overwrites is set, as it is for the oldest builds.
func (a *weekAgent) flush(w *week) {
	w.edit(func(doc object) {
		for i, row := range storeRows(doc) {
			mine := a.memory[i]
			if !a.overwrites && number(row["last_status_at"]) > max(a.seen[i], number(mine["last_status_at"])) {
				mine = row
			}
			for _, key := range statusKeys {
				a.memory[i][key], row[key] = mine[key], mine[key]
			}
			a.seen[i] = number(row["last_status_at"])
		}
	})
}

// run runs the agents and the other program until the given time.
func (w *week) run(until time.Time, agents ...*weekAgent) {
	w.t.Helper()
	other := &weekAgent{next: w.now, every: func() time.Duration { return 43 * time.Minute }}
	all := append(slices.Clone(agents), other)
	for !w.t.Failed() {
		a := slices.MinFunc(all, func(a, b *weekAgent) int { return a.next.Compare(b.next) })
		if a.next.After(until) {
			break
		}
		w.advanceTo(a.next)
		if a == other {
			w.counter++
			w.edit(func(doc object) { doc["x_other"] = object{"counter": json.Number(fmt.Sprint(w.counter))} })
		} else {
			a.turn(w)
		}
		for !a.next.After(w.now) {
			a.next = a.next.Add(a.every())
		}
	}
	w.advanceTo(until)
}

// cronJob returns a job that starts every 30 minutes.
func (w *week) cronJob() *weekAgent {
	offset := time.Duration(w.rnd.Int64N(int64(30 * time.Minute))).Truncate(time.Second)
	return &weekAgent{name: "cron", next: w.start.Add(offset), every: func() time.Duration { return 30 * time.Minute }}
}

// residentAgent returns a resident process that receives prompts at random times.
func (w *week) residentAgent(name string, overwrites bool) *weekAgent {
	a := &weekAgent{name: name, resident: true, overwrites: overwrites, next: w.start}
	a.every = func() time.Duration { return 10*time.Minute + time.Duration(w.rnd.Int64N(int64(50*time.Minute))) }
	return a
}

// TestGuard_WeekOfCron checks that, with and without guard, a cron job's requests fail about
// as often as simulate predicts for the same outages.
func TestGuard_WeekOfCron(t *testing.T) {
	variants := map[string]simulate.Variant{}
	for _, v := range simulate.Variants() {
		variants[v.String()] = v
	}
	for seed := range uint64(amount(1, 40)) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			cost := map[string]float64{}
			for _, guarded := range []bool{false, true} {
				w := newWeek(t, seed, guarded)
				w.randomOutages(amount(1, 2), guardedLongest+24*weekHour) // each streak ends before the next outage
				cron := w.cronJob()
				first := cron.next
				w.run(w.end, cron)
				for _, o := range w.outages {
					trial := simulate.Trial{
						Situation: simulate.Situations()[0], Length: o.to.Sub(o.from), Credentials: 3, Every: 30 * time.Minute,
						Offset: (first.Sub(o.from)%(30*time.Minute) + 30*time.Minute) % (30 * time.Minute),
						Tries:  3, Base: weekHour, Curve: poolstate.DefaultCurve(),
					}
					cost["simulated, guarded "+fmt.Sprint(guarded)] += trial.Cost(variants[map[bool]string{false: "flat", true: "guard"}[guarded]]).Total()
				}
				cost["guarded "+fmt.Sprint(guarded)] = float64(w.failed["cron"])
			}
			t.Log(cost)
			for _, guarded := range []string{"guarded false", "guarded true"} {
				if got, want := cost[guarded], cost["simulated, "+guarded]; got < 0.9*want || got > 1.1*want {
					t.Errorf("%s: %v failed requests, but simulate predicts %v", guarded, got, want)
				}
			}
		})
	}
}

// TestGuard_WeekOfAgents checks that even if agents restore old rows from memory, guard loses
// no data from other programs, reduces the cron job's failures, and leaves no trace after
// a reset.
func TestGuard_WeekOfAgents(t *testing.T) {
	for seed := range uint64(amount(1, 40)) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			failed := map[bool]int{} // the cron job's failed requests, with and without guard
			for _, guarded := range []bool{false, true} {
				w := newWeek(t, seed, guarded)
				w.randomOutages(amount(2, 4), guardedLongest)
				agents := []*weekAgent{w.cronJob(), w.residentAgent("resident", false), w.residentAgent("old resident", true)}
				w.run(w.end, agents...)
				kinds := map[guard.Kind]int{}
				for _, n := range w.notes {
					kinds[n.Kind]++
				}
				t.Logf("guarded %v: failed %v, served %v, %v", guarded, w.failed, w.served, kinds)
				failed[guarded] = w.failed["cron"]
				if guarded {
					w.checkEnd(agents)
				}
			}
			if failed[true] >= failed[false] {
				t.Errorf("%d of the cron job's requests failed with guard, %d without", failed[true], failed[false])
			}
		})
	}
}

// checkEnd resets all credentials and checks that no streak, pin or failure remains after the
// agents have loaded the pool again.
func (w *week) checkEnd(agents []*weekAgent) {
	var all []poolstate.Credential
	for c := range w.guard.snapshot.Pool.All() {
		all = append(all, *c)
	}
	_, err := w.guard.Do(w.t.Context(), journal.Task{Action: poolstate.Action{Verb: poolstate.VerbReset}, Seen: all})
	must(w.t, err)
	w.runGuard()
	w.run(w.now.Add(10*weekHour), agents...)
	for c := range w.guard.snapshot.Pool.All() {
		if n := c.Observed.Or(-1); n != 0 || !c.ResetAt.IsZero() || c.Status == poolstate.StatusExhausted {
			w.t.Errorf("%s at the end: %v, streak %d, reset time %v", c.Ref, c.Status, n, c.ResetAt)
		}
	}
}
