package simulate

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

func variant(t *testing.T, name string) Variant {
	t.Helper()
	for _, v := range Variants() {
		if v.String() == name {
			return v
		}
	}
	t.Fatalf("no variant %q", name)
	return Variant{}
}

// nightly returns a trial with n credentials and a job every 30 minutes. Each job tries all
// credentials.
func nightly(n int) Trial {
	return Trial{Situation: Situations()[0], Credentials: n, Every: 30 * time.Minute, Tries: n, Base: time.Hour}
}

// The expected figures are means of 2,000 outages of random length with jobs at random
// offsets: failed requests, and minutes from the recovery to the first success. Fewer
// outages are enough if their lengths and offsets are evenly spaced.
func TestCost_Mean(t *testing.T) {
	const outages, tolerance = 199, 0.05
	type figures struct{ failed, minutes float64 }
	for _, c := range []struct {
		credentials int
		from, to    int // limits of the outage's length in hours
		want        map[string]figures
	}{
		{3, 4, 10, map[string]figures{"flat": {14.9, 45}, "backoff": {9.4, 196}, "guard": {10.1, 65}}},
		{3, 12, 30, map[string]figures{"flat": {42.9, 45}, "backoff": {14.8, 256}, "guard": {15.8, 89}}},
		{5, 12, 30, map[string]figures{"flat": {72.0, 46}, "backoff": {24.7, 253}, "guard": {28.0, 47}}},
	} {
		for name, want := range c.want {
			t.Run(fmt.Sprintf("%d credentials, %d-%d hours, %s", c.credentials, c.from, c.to, name), func(t *testing.T) {
				t.Parallel()
				trial, sum, wait := nightly(c.credentials), 0.0, time.Duration(0)
				for i := range time.Duration(outages) {
					trial.Length = time.Duration(c.from)*time.Hour + time.Duration(c.to-c.from)*time.Hour*i/outages
					trial.Offset = trial.Every * (i * 61 % outages) / outages // 199 is prime
					cost := trial.Cost(variant(t, name))
					sum += cost.Total()
					wait += cost.Wait
				}
				got := figures{sum / outages, wait.Minutes() / outages}
				t.Logf("%.1f failed requests, %.0f minutes", got.failed, got.minutes)
				if math.Abs(got.failed/want.failed-1) > tolerance {
					t.Errorf("%.2f failed requests, want %.1f", got.failed, want.failed)
				}
				if math.Abs(got.minutes/want.minutes-1) > tolerance {
					t.Errorf("first success after %.1f minutes, want %.0f", got.minutes, want.minutes)
				}
			})
		}
	}
}

// During a 24-hour outage, 48 requests fail without backoff, and 15 with it.
func TestCost_Day(t *testing.T) {
	for name, want := range map[string]string{
		"flat":              "16 16 16, first success after 2s",
		"flat-2026-08":      "16 16 16, first success after 2s",
		"backoff":           "5 5 5, first success after 1h30m2s",
		"guard-unstaggered": "5 5 5, first success after 1h30m2s",
	} {
		trial := nightly(3)
		trial.Length = 24 * time.Hour
		equal(t, name, costOf(trial, variant(t, name)), want)
	}
}

// Unless a case sets an offset, the first job starts when the outage begins.
func TestCost(t *testing.T) {
	for _, c := range []struct {
		name, variant string
		change        func(*Trial)
		want          string
	}{
		{"no job during the outage", "flat", func(t *Trial) { t.Length, t.Offset = 10*time.Minute, 20*time.Minute }, "0 0 0, first success after 10m2s"},
		{"no outage", "flat", func(t *Trial) { t.Length = 0 }, "0 0 0, first success after 2s"},
		{"one job", "flat", func(t *Trial) { t.Length = time.Hour }, "1 1 1, first success after 30m2s"},
		{"outage ends during a job", "flat", func(t *Trial) { t.Length = 3 * time.Second }, "1 1 0, first success after 3s"},
		// The jobs at 0:00, 0:30 and 1:00 each try a different credential. The job at 1:30
		// tries the first one again.
		{"one request per job", "flat", func(t *Trial) { t.Tries = 1 }, "2 1 1, first success after 2s"},
		{"jobs take longer than their interval", "flat", func(t *Trial) {
			t.Every, t.Tries, t.Length = time.Second, 1, 3*time.Second
		}, "1 1 0, first success after 3s"},

		{"backoff with a cap of 1", "backoff", func(t *Trial) { t.Curve.Cap = 1 }, "2 2 2, first success after 1h0m2s"},
		{"backoff with a cap of 2", "backoff", func(t *Trial) { t.Curve.Cap, t.Length = 2, 7*time.Hour }, "4 4 4, first success after 2h0m2s"},
		{"backoff with a factor of 3", "backoff", func(t *Trial) { t.Curve.Factor, t.Length = 3, 7*time.Hour }, "3 3 3, first success after 6h30m2s"},
		{"guard with a factor of 3", "guard-unstaggered", func(t *Trial) { t.Curve.Factor, t.Length = 3, 7*time.Hour }, "3 3 3, first success after 6h30m2s"},
		{"backoff with a factor of 1", "backoff", func(t *Trial) { t.Curve.Factor = 1 }, "2 2 2, first success after 1h0m2s"},
		{"guard with a cap of 1", "guard", func(t *Trial) { t.Curve.Cap = 1 }, "2 2 2, first success after 1h0m2s"},
		{"guard with a cap of 2", "guard-unstaggered", func(t *Trial) { t.Curve.Cap, t.Length = 2, 7*time.Hour }, "4 4 4, first success after 2h0m2s"},
		{"shorter base", "guard-unstaggered", func(t *Trial) { t.Base = 20 * time.Minute }, "3 3 3, first success after 1h0m2s"},

		{"only credential", "flat", func(t *Trial) { t.Credentials = 1 }, "2, first success after 1h0m2s"},
		{"only credential, retried after a minute", "flat-2026-08", func(t *Trial) { t.Credentials = 1 }, "4, first success after 2s"},
		{"only credential, never pinned", "guard", func(t *Trial) { t.Credentials, t.Length = 1, 24*time.Hour }, "16, first success after 2s"},

		// The provider is down from 0:00 to 0:30, from 0:45 to 1:15 and from 1:30 to 2:00. The
		// second job finds the provider up, but the credentials that failed in the first job
		// are still cooling.
		{"flapping", "flat", func(t *Trial) { t.Situation = Situations()[1] }, "2 2 2, first success after 1h0m2s"},
		{"flapping, one request per job", "flat", func(t *Trial) { t.Situation, t.Tries = Situations()[1], 1 }, "2 1 0, first success after 2s"},
		{"quota", "flat", func(t *Trial) { t.Situation = Situations()[2] }, "2 0 0, first success after 1h0m2s"},
		{"quota with backoff", "backoff", func(t *Trial) { t.Situation, t.Length = Situations()[2], 24*time.Hour }, "5 0 0, first success after 1h30m2s"},
		{"quota with guard", "guard", func(t *Trial) { t.Situation, t.Length = Situations()[2], 24*time.Hour }, "5 0 0, first success after 1h30m2s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			trial := nightly(3)
			trial.Length = 2 * time.Hour
			c.change(&trial)
			equal(t, "cost", costOf(trial, variant(t, c.variant)), c.want)
		})
	}
}

func costOf(trial Trial, v Variant) string {
	cost := trial.Cost(v)
	return fmt.Sprintf("%s, first success after %v", strings.Trim(fmt.Sprint(cost.Failed), "[]"), cost.Wait)
}

// Only agents with backoff record streaks.
func TestCost_NoStreaks(t *testing.T) {
	for _, v := range Variants() {
		r := nightly(3).start(v)
		r.Length = time.Hour
		r.job(0)
		for _, c := range r.pool.Providers[0].Credentials {
			_, known := c.Streak.Known()
			equal(t, fmt.Sprintf("%s: %s is exhausted", v, c.ID), c.Status, poolstate.StatusExhausted)
			equal(t, fmt.Sprintf("%s: streak of %s is known", v, c.ID), known, v.String() == "backoff")
		}
	}
}

func TestSituation(t *testing.T) {
	flapping := Situations()[1]
	for _, c := range []struct {
		length, recovery time.Duration // minutes
	}{{0, 0}, {10, 10}, {30, 30}, {40, 30}, {45, 30}, {46, 46}, {75, 75}, {89, 75}, {90, 75}} {
		equal(t, fmt.Sprint("recovery after ", int(c.length), " minutes"), flapping.recovery(c.length*time.Minute), c.recovery*time.Minute)
	}
	for minute, want := range map[time.Duration]bool{0: true, 29: true, 30: false, 44: false, 45: true, 59: true, 60: false} {
		equal(t, fmt.Sprint("down after ", int(minute), " minutes"), flapping.fails(0, minute*time.Minute, time.Hour), want)
	}
}

// In outages of 7 to 9 hours, a retry every two minutes fails 240 times on average.
func TestMeanCost(t *testing.T) {
	trial := nightly(2)
	trial.Length, trial.Every, trial.Base = 8*time.Hour, time.Minute, time.Minute
	cost := trial.MeanCost(variant(t, "flat"))
	equal(t, "number of credentials", len(cost.Failed), 2)
	equal(t, "total", cost.Total(), cost.Failed[0]+cost.Failed[1])
	for i, mean := range cost.Failed {
		if math.Abs(mean-240.5) > 0.5 {
			t.Errorf("%.2f failures of credential %d, want 240 to 241", mean, i+1)
		}
	}
	if cost.Wait < 45*time.Second || cost.Wait > 75*time.Second {
		t.Errorf("first success after %v, want about a minute", cost.Wait)
	}
}

// If a job runs every six hours, one in six outages of up to two hours overlaps with a job.
func TestMeanCost_Offsets(t *testing.T) {
	trial := nightly(1)
	trial.Length, trial.Every = time.Hour, 6*time.Hour
	if got := trial.MeanCost(variant(t, "flat")).Total(); math.Abs(got-1.0/6) > 0.02 {
		t.Errorf("%.3f failed requests, want 1/6", got)
	}
}

// Effort grows with everything that makes a simulation take longer.
func TestEffort(t *testing.T) {
	base := nightly(10)
	base.Length = 24 * time.Hour
	flat, guarded := variant(t, "flat"), variant(t, "guard")
	effortOf := func(change func(*Trial)) time.Duration {
		trial := base
		change(&trial)
		return trial.Effort(flat)
	}
	for name, more := range map[string]time.Duration{
		"length":      effortOf(func(t *Trial) { t.Length *= 10 }),
		"credentials": effortOf(func(t *Trial) { t.Credentials *= 5 }),
		"jobs":        effortOf(func(t *Trial) { t.Every /= 10 }),
		"base":        effortOf(func(t *Trial) { t.Base /= 10 }),
		"guard":       base.Effort(guarded),
	} {
		if more <= base.Effort(flat) {
			t.Errorf("%s: the effort is %v, want more than %v", name, more, base.Effort(flat))
		}
	}
}
