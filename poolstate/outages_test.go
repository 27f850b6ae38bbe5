package poolstate

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// outagePool returns a pool with the given statuses: a credential of p for each letter of the
// first word, and of q for the second. r is ready, x exhausted for an hour, d dead.
func outagePool(t *testing.T, states string, at time.Time) *Pool {
	t.Helper()
	var providers []string
	for i, word := range strings.Fields(states) {
		var entries []string
		for j, state := range word {
			fields := map[rune]string{
				'r': ``, 'd': `, "last_status": "dead"`,
				'x': fmt.Sprintf(`, "last_status": "exhausted", "last_error_code": 429, "last_status_at": %d`, at.Unix()),
			}[state]
			entries = append(entries, fmt.Sprintf(`{"access_token": "t%d%d", "id": "%d"%s}`, i, j, j, fields))
		}
		providers = append(providers, fmt.Sprintf(`"%c": [%s]`, 'p'+i, strings.Join(entries, ",")))
	}
	return decoded(t, `{"credential_pool": {`+strings.Join(providers, ",")+`}}`)
}

func TestOutages(t *testing.T) {
	for _, tt := range []struct{ name, steps, want string }{
		{"out from the start", "0 xx", ""},
		{"no failure", "0 r, 1 r", ""},
		{"one of two fails", "0 rr, 1 rx", ""},
		{"all fail", "0 rr, 1 xx", "1 provider_out p"},
		{"out, then back in part", "0 rr, 1 xx, 100 rx", "1 provider_out p, 100 provider_back p"},
		{"all back", "0 rr, 1 xx, 100 rx, 200 rr", "1 provider_out p, 100 provider_back p, 200 all_back "},
		{"all back except the dead", "0 rd, 1 xd, 100 rd", "1 provider_out p, 100 provider_back p, 100 all_back "},
		{"the last ready one dies", "0 xr, 1 xd", "1 provider_out p"},
		{"out at the start, then back", "0 x, 1 r", "1 provider_back p, 1 all_back "},
		{"another provider is added", "0 r, 1 r x", ""},
		{"each provider on its own", "0 r r, 1 x r, 2 x x, 100 r x", "1 provider_out p, 2 provider_out q, 100 provider_back p"},
		{"provider removed and added again", "0 r r, 1 x r, 100 , 200 r r", "1 provider_out p, 200 all_back "},
		{"short recovery", "0 r, 1 x, 2 r, 3 x, 4 r", "1 provider_out p, 2 provider_back p, 2 all_back "},
		{"out again, reported when the quiet period ends", "0 r, 1 x, 2 r, 3 x, 60 x, 61 x, 62 x", "1 provider_out p, 2 provider_back p, 2 all_back , 61 provider_out p"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var o Outages
			var got []string
			for step := range strings.SplitSeq(tt.steps, ", ") {
				second, states, _ := strings.Cut(step, " ")
				var n int
				_, err := fmt.Sscan(second, &n)
				equal(t, "error", err, nil)
				at := noon.Add(time.Duration(n) * time.Second)
				for _, e := range o.Observe(outagePool(t, states, noon), Flat(), nil, at) {
					got = append(got, fmt.Sprintf("%.0f %s %s", e.At.Sub(noon).Seconds(), e.Kind, e.Provider))
				}
			}
			equal(t, "events", strings.Join(got, ", "), tt.want)
		})
	}
}

// TestOutages_Flapping checks that a provider that goes out and comes back on alternate seconds
// causes at most one event of each kind per minute.
func TestOutages_Flapping(t *testing.T) {
	var o Outages
	counts := map[EventKind]int{}
	for i := range 600 {
		for _, e := range o.Observe(outagePool(t, []string{"r", "x"}[i%2], noon), Flat(), nil, noon.Add(time.Duration(i)*time.Second)) {
			counts[e.Kind]++
		}
	}
	for _, kind := range []EventKind{EventProviderOut, EventProviderBack, EventAllBack} {
		if n := counts[kind]; n < 9 || n > 10 {
			t.Errorf("%d events of kind %s in ten minutes, want 9 or 10", n, kind)
		}
	}
}

func TestOutages_Cause(t *testing.T) {
	var o Outages
	ready, out := outagePool(t, "r r", noon), outagePool(t, "x r", noon)
	o.Observe(ready, Flat(), nil, noon)
	equal(t, "next", o.Next(), time.Time{})
	credential := func(p int) *Credential { return &out.Providers[p].Credentials[0] }
	held := []Event{
		{At: noon.Add(-time.Second), Kind: EventHeld, By: ByOperator, After: credential(0)},
		{At: noon, Kind: EventExhausted, After: credential(1)},
	}
	events := o.Observe(out, Flat(), held, noon.Add(time.Second))
	equal(t, "events", len(events), 1)
	r := RecordOf(&events[0], Flat())
	equal(t, "actor", r.By, ByOperator)
	equal(t, "time", r.At, noon.Add(-time.Second))
	equal(t, "provider", r.Provider, "p")
	equal(t, "deadline", *r.After.Deadline, noon.Add(time.Hour))
	o.Observe(ready, Flat(), nil, noon.Add(2*time.Second))
	o.Observe(out, Flat(), nil, noon.Add(3*time.Second))
	equal(t, "next", o.Next(), noon.Add(time.Second+QuietPeriod))
	for after, due := range map[time.Duration]bool{
		3 * time.Second: false, QuietPeriod: false, QuietPeriod + time.Second: true, time.Hour: true,
		-time.Hour: true, // the clock has been set back
	} {
		equal(t, fmt.Sprint("due after ", after), o.Due(noon.Add(after)), due)
	}
}
