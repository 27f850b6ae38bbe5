package poolstate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// until returns an exhausted entry whose reset time is the given number of seconds after
// sampledAt.
func until(id string, seconds int64) string {
	return fmt.Sprintf(`{"id": %q, "last_status": "exhausted", "last_error_reset_at": %d}`, id, sampledAt.Unix()+seconds)
}

// failedAgo returns an entry that failed once, the given number of seconds ago. Its cooldown is
// an hour.
func failedAgo(id string, seconds int64) string {
	return fmt.Sprintf(`{"id": %q, "last_status": "exhausted", "last_status_at": %d, "last_error_code": 429, "consecutive_failures": 1}`,
		id, sampledAt.Unix()-seconds)
}

func heldUntil(id string, seconds int64) string {
	return strings.Replace(until(id, seconds), `{`, `{"last_error_reason": "operator_hold", `, 1)
}

// stepText formats a step as "+60s 3 a,b 1 0 0": its time, Ready, Back, ByProvider,
// Held and Suspect.
func stepText(s *ForecastStep) string {
	var ids []string
	for _, c := range s.Back {
		ids = append(ids, c.ID)
	}
	return fmt.Sprintf("+%ds %d %s %d %d %d", s.At.Unix()-sampledAt.Unix(), s.Ready, strings.Join(ids, ","), s.ByProvider, s.Held, s.Suspect)
}

func TestForecast(t *testing.T) {
	const ready, dead, unusable = `{"id": "r"}`, `{"id": "x", "last_status": "dead"}`, `{"id": "d", "access_token": ""}`
	const noInstant = `{"id": "n", "last_status": "exhausted", "last_error_code": 429}`
	const distant = `{"id": "a", "last_status": "exhausted", "last_error_reset_at": 980000000000000000}`
	unusableToo := withoutToken(until("b", 90))
	for _, tt := range []struct {
		name    string
		entries []string
		counts  [4]int // ready, due, excluded, total
		steps   string
	}{
		{"none", nil, [4]int{}, ""},
		{"all ready", []string{ready, ready}, [4]int{2, 0, 0, 2}, ""},
		{"one cooling, one ready", []string{ready, until("a", 60)}, [4]int{1, 0, 0, 2}, "+60s 2 a 1 0 0"},
		{
			"chronological order",
			[]string{until("a", 300), failedAgo("b", 3480), until("c", 200)},
			[4]int{0, 0, 0, 3},
			"+120s 1 b 0 0 0, +200s 2 c 1 0 0, +300s 3 a 1 0 0",
		},
		{
			"same deadline",
			[]string{until("a", 120), until("z", 7), failedAgo("b", 3480), heldUntil("c", 120)},
			[4]int{0, 0, 0, 4},
			"+7s 1 z 1 0 0, +120s 4 a,b,c 1 1 0",
		},
		{"deadline passed", []string{until("a", -1), ready}, [4]int{1, 1, 0, 2}, ""},
		{"deadline now", []string{until("a", 0)}, [4]int{0, 1, 0, 1}, ""},
		{"exhausted without a deadline", []string{noInstant}, [4]int{0, 1, 0, 1}, ""},
		{"dead and unusable", []string{dead, unusable, until("a", 60), ready, unusableToo}, [4]int{1, 0, 3, 2}, "+60s 2 a 1 0 0"},
		{
			"suspect deadline",
			[]string{until("a", 400*24*3600), until("b", 60)},
			[4]int{0, 0, 0, 2},
			"+60s 1 b 1 0 0, +34560000s 2 a 1 0 1",
		},
		{"deadline in the year 31 million", []string{distant, until("b", 60)}, [4]int{0, 0, 0, 2}, "+60s 1 b 1 0 0, +979998204574400s 2 a 1 0 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := poolOf(t, tt.entries...)
			for what, f := range map[string]Forecast{
				"pool":     p.Forecast(Backoff(), sampledAt),
				"provider": p.Providers[0].Forecast(Backoff(), sampledAt),
			} {
				equal(t, what+": now", f.Now, sampledAt)
				equal(t, what+": counts", [4]int{f.Ready, f.Due, f.Excluded, f.Total}, tt.counts)
				var steps []string
				for i := range f.Steps {
					steps = append(steps, stepText(&f.Steps[i]))
				}
				equal(t, what+": steps", strings.Join(steps, ", "), tt.steps)
			}
		})
	}
}

func withoutToken(entry string) string {
	return strings.Replace(entry, "}", `, "access_token": ""}`, 1)
}

// Half ignores credentials that are due or excluded.
func TestForecast_Half(t *testing.T) {
	const others = `{"id": "r"}, {"id": "x", "last_status": "dead"}, {"id": "n", "last_status": "exhausted"}`
	for _, tt := range []struct {
		name    string
		entries []string
		want    int64 // seconds ahead; 0 for none
	}{
		{"none", nil, 0},
		{"one", []string{until("a", 60)}, 60},
		{"the first of two", []string{until("a", 60), until("b", 90)}, 60},
		{"the second of three", []string{until("a", 60), until("b", 90), until("c", 120)}, 90},
		{"the second of four", []string{until("a", 60), until("b", 90), until("c", 120), until("d", 150)}, 90},
		{"two at once", []string{until("a", 60), until("b", 90), until("c", 90), until("d", 150)}, 90},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := poolOf(t, append([]string{others}, tt.entries...)...)
			f := p.Forecast(Backoff(), sampledAt)
			half := f.Half()
			if half == nil {
				equal(t, "half", 0, tt.want)
				return
			}
			equal(t, "half", half.At.Unix()-sampledAt.Unix(), tt.want)
		})
	}
}

func TestForecast_Large(t *testing.T) {
	entries := make([]string, 1000)
	for i := range entries {
		entries[i] = until(fmt.Sprint(i), int64(1+(i*37)%100))
	}
	f := poolOf(t, entries...).Forecast(Backoff(), sampledAt)
	equal(t, "steps", len(f.Steps), 100)
	for i, s := range f.Steps {
		equal(t, "ready", s.Ready, 10*(i+1))
		for j := 1; j < len(s.Back); j++ {
			if s.Back[j-1].Index >= s.Back[j].Index {
				t.Fatalf("step %d is not in pool order", i)
			}
		}
	}
	first := f.Steps[0].Back // appending to it must not change the next step
	equal(t, "spare capacity of a step", cap(first)-len(first), 0)
}

func TestSummarize(t *testing.T) {
	p := decoded(t, string(sample(t, "backoff.json")))
	s := p.Summarize(Backoff(), sampledAt)
	equal(t, "total", s.Total, 10)
	equal(t, "counts", s.Count, [...]int{Ready: 4, Cooling: 4, Held: 0, Due: 1, Dead: 1, Unusable: 0})
	equal(t, "ready", s.Ready(), 4)
	equal(t, "next is in the pool", s.Next, p.Find(Ref{Provider: "openrouter", ID: "e5b7f2"}))
	equal(t, "next at", s.NextAt, time.Unix(1795426323, 0).UTC())
	equal(t, "all back at", s.AllAt, time.Unix(1795962000, 0).UTC())
}

// NextAt and AllAt include only the future deadlines of credentials that will become ready.
func TestSummarize_Next(t *testing.T) {
	const ready = `{"id": "r"}`
	for _, tt := range []struct {
		name      string
		entries   []string
		next      string
		at, allAt int64 // seconds ahead; 0 for none
		out       bool
	}{
		{"no credential", nil, "", 0, 0, false},
		{"all ready", []string{ready}, "", 0, 0, false},
		{"one due", []string{until("a", 0)}, "", 0, 0, true},
		{"one dead", []string{`{"id": "a", "last_status": "dead"}`}, "", 0, 0, true},
		{"one unusable", []string{withoutToken(until("a", 60))}, "", 0, 0, true},
		{"never ready again", []string{strings.Replace(until("a", 60), "1795425660", "1e25", 1)}, "", 0, 0, true},
		{"one cooling", []string{until("a", 60)}, "a", 60, 60, true},
		{"held", []string{ready, heldUntil("a", 60)}, "a", 60, 60, false},
		{"first and last of three", []string{until("a", 62), until("b", 61), ready, until("c", 63)}, "b", 61, 63, false},
		{"same deadline, first in order", []string{until("a", 60), until("b", 60)}, "a", 60, 60, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := poolOf(t, tt.entries...)
			for what, s := range map[string]Summary{
				"pool":     p.Summarize(Backoff(), sampledAt),
				"provider": p.Providers[0].Summarize(Backoff(), sampledAt),
			} {
				next := ""
				if s.Next != nil {
					next = s.Next.ID
				}
				equal(t, what+": total", s.Total, len(tt.entries))
				equal(t, what+": next", next, tt.next)
				equal(t, what+": next at", s.NextAt, instant(tt.at))
				equal(t, what+": all at", s.AllAt, instant(tt.allAt))
				equal(t, what+": out", s.Out(), tt.out)
			}
		})
	}
}

func instant(ahead int64) time.Time {
	if ahead == 0 {
		return time.Time{}
	}
	return sampledAt.Add(time.Duration(ahead) * time.Second)
}

func TestOutage(t *testing.T) {
	fail := func(at float64, code int) string {
		return fmt.Sprintf(`{"last_status": "exhausted", "last_status_at": %f, "last_error_code": %d}`, at, code)
	}
	const t0 = 1795425000
	for _, tt := range []struct {
		name    string
		entries []string
		want    int
	}{
		{"none", nil, 0},
		{"only one", []string{fail(t0, 429)}, 0},
		{"two at once", []string{fail(t0, 429), fail(t0, 429)}, 2},
		{"exactly five minutes apart", []string{fail(t0, 429), fail(t0+300, 429)}, 2},
		{"slightly more than five minutes apart", []string{fail(t0, 429), fail(t0+300.001, 429)}, 0},
		{"out of order", []string{fail(t0+299, 429), fail(t0, 429)}, 2},
		{"different codes", []string{fail(t0, 429), fail(t0, 402)}, 0},
		{"each within five minutes of the last", []string{fail(t0, 429), fail(t0+200, 429), fail(t0+400, 429)}, 0},
		{"two groups of failures", []string{fail(t0, 429), fail(t0, 429), fail(t0+9000, 402), fail(t0+9001, 402), fail(t0+9300, 402)}, 0},
		{"one of three at another time", []string{fail(t0, 429), fail(t0, 429), fail(t0-1000, 429)}, 0},
		{"two and a dead one", []string{fail(t0, 429), fail(t0, 429), strings.Replace(fail(t0-9000, 401), "exhausted", "dead", 1)}, 2},
		{"two and a ready one", []string{fail(t0, 429), fail(t0, 429), "{}"}, 0},
		{"without codes", slices.Repeat([]string{`{"last_status": "exhausted", "last_status_at": 1795425000}`}, 2), 0},
		{"no time", slices.Repeat([]string{`{"last_status": "exhausted", "last_error_code": 429, "last_error_reset_at": 1795429200}`}, 2), 0},
		{"held", []string{fail(t0, 429), strings.Replace(fail(t0, 429), "{", `{"last_error_reason": "operator_hold", `, 1)}, 0},
		{"dead", []string{fail(t0, 429), strings.Replace(fail(t0, 429), "exhausted", "dead", 1)}, 0},
		{"ready", []string{fail(t0, 429), strings.Replace(fail(t0, 429), "exhausted", "ok", 1)}, 0},
		{"unusable", []string{fail(t0, 429), withoutToken(fail(t0, 429))}, 0},
		{"one secret twice", slices.Repeat([]string{strings.Replace(fail(t0, 429), "}", `, "access_token": "SECRET"}`, 1)}, 2), 0},
		{"one secret twice and another secret", append(slices.Repeat([]string{strings.Replace(fail(t0, 429), "}", `, "access_token": "SECRET"}`, 1)}, 2), fail(t0+60, 429)), 2},
		{"a placeholder twice", slices.Repeat([]string{strings.Replace(fail(t0, 429), "}", `, "access_token": "none"}`, 1)}, 2), 2},
		{"an account that fails again within the window", append(slices.Repeat([]string{strings.Replace(fail(t0, 429), "}", `, "access_token": "SECRET"}`, 1)}, 2), fail(t0+300, 429)), 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "credentials of the outage", poolOf(t, tt.entries...).Providers[0].Outage(Flat(), time.Unix(t0+60, 0)), tt.want)
		})
	}
}

// An outage continues after a deadline has passed. If an account failed again much later, the
// outage continues only if the streaks are known to have begun together.
func TestOutage_PassedDeadlines(t *testing.T) {
	const t0 = 1795425000
	at := func(sec, reset int64) string {
		return fmt.Sprintf(`{"last_status": "exhausted", "last_status_at": %d, "last_error_code": 429, "last_error_reset_at": %d}`, sec, reset)
	}
	now := time.Unix(t0+20*3600, 0)
	prov := poolOf(t, at(t0, t0+3600), at(t0+60, t0+30*3600)).Providers[0]
	equal(t, "after a deadline", prov.Outage(Flat(), now), 2)

	prov = poolOf(t, at(t0, t0+30*3600), at(t0+7200, t0+30*3600)).Providers[0]
	equal(t, "one has failed again", prov.Outage(Flat(), now), 0)
	prov.Credentials[0].ObservedSince = time.Unix(t0, 0)
	prov.Credentials[1].ObservedSince = time.Unix(t0+60, 0)
	equal(t, "one has failed again, streaks known", prov.Outage(Flat(), now), 2)
}

// Credentials of one account count once. The account is ready as soon as one of its
// credentials is.
func TestForecast_Accounts(t *testing.T) {
	cooling := func(minutes int) string {
		return fmt.Sprintf(`, "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429, "last_error_reset_at": %d`, 1795425600+60*minutes)
	}
	entry := func(secret, status string) string { return fmt.Sprintf(`{"access_token": %q%s}`, secret, status) }
	for want, entries := range map[string][]string{
		"1 ready, 0 due, then [2], 2 of 2 credentials": {entry("x", ""), entry("y", cooling(5))},
		"1 ready, 0 due, then [1], 1 of 2 credentials": {entry("x", cooling(5)), entry("x", "")},
		"0 ready, 1 due, then [0], 1 of 2 credentials": {entry("x", cooling(5)), entry("x", cooling(-5))},
		"0 ready, 0 due, then [1 1 2], 2 of 3 credentials": {
			entry("y", cooling(7)), entry("x", cooling(6)), entry("x", cooling(5)),
		},
		"1 ready, 0 due, then [], 1 of 1 credentials": {entry("x", ""), entry("x", `, "last_status": "dead"`)},
		"1 ready, 0 due, then [2], 2 of 3 credentials": {
			entry("x", cooling(5)), entry(jwt(`{"account_id": "1"}`), ""), entry(jwt(`{"account_id": "1", "exp": 1}`), ""),
		},
	} {
		f := poolOf(t, entries...).Forecast(Flat(), time.Unix(1795425600, 0))
		var steps []int
		for _, s := range f.Steps {
			steps = append(steps, s.Ready)
		}
		equal(t, "forecast", fmt.Sprintf("%d ready, %d due, then %v, %d of %d credentials", f.Ready, f.Due, steps, f.Total, f.Credentials), want)
	}
}
