package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// coolingUntil is a credential that cools or, if the instant has passed, is due.
func coolingUntil(label string, in time.Duration) entry {
	return exhaustedEntry(label, time.Hour, 1).with(entry{"last_error_reset_at": secondsAt(in)})
}

func heldUntil(label string, in time.Duration) entry {
	return coolingUntil(label, in).with(entry{"last_error_reason": poolstate.HoldReason})
}

func disabledEntry(label string) entry { return readyEntry(label).with(entry{"enabled": false}) }

// undatedEntry is exhausted without an instant to count from.
func undatedEntry(label string) entry {
	return exhaustedEntry(label, 0, 1).with(entry{"last_status_at": nil})
}

// arrangement is what a test asks for; the zero value is the pool as it is.
type arrangement struct {
	filter     string
	order      Order
	descending bool
	changed    map[string]time.Duration // by id, from epoch
	collapsed  []string
	later      time.Duration
}

// arranged says the listing in a line: "anthropic[a b] openrouter[c]".
func arranged(t testing.TB, p *poolstate.Pool, want arrangement) string {
	t.Helper()
	var changed func(poolstate.Ref) time.Time
	if want.changed != nil {
		changed = func(r poolstate.Ref) time.Time {
			if d, ok := want.changed[r.ID]; ok {
				return epoch.Add(d)
			}
			return time.Time{}
		}
	}
	collapsed := map[string]bool{}
	for _, name := range want.collapsed {
		collapsed[name] = true
	}
	var out []string
	groups := Arrange(p, poolstate.Backoff, epoch.Add(want.later), parsed(t, want.filter), want.order, want.descending, changed, collapsed)
	for _, g := range groups {
		var names []string
		for _, c := range g.Credentials {
			if p.Find(c.Ref) != c {
				t.Errorf("%s is not the one of the pool", c.Ref)
			}
			names = append(names, c.Label)
		}
		out = append(out, g.Provider.Name+"["+strings.Join(names, " ")+"]")
	}
	return strings.Join(out, " ")
}

func TestOrders(t *testing.T) {
	streak := func(label string, n any) entry { return readyEntry(label).with(entry{"consecutive_failures": n}) }
	requests := func(label string, n any) entry { return readyEntry(label).with(entry{"request_count": n}) }
	at := func(label string, ago any) entry { return readyEntry(label).with(entry{"last_status_at": ago}) }
	for _, c := range []struct {
		name             string
		order            Order
		pool             providers
		want, descending string
	}{
		{
			"pool order is by name and rotation; turned round, providers stay", OrderPool,
			providers{"b": []entry{readyEntry("1"), readyEntry("2").with(entry{"priority": -1})}, "a": []entry{deadEntry("3"), readyEntry("4")}},
			"a[3 4] b[2 1]", "a[4 3] b[1 2]",
		},
		{
			"worst first is by how much a person is needed", OrderWorst,
			providers{
				"a": []entry{readyEntry("ready"), disabledEntry("off"), coolingUntil("due", -1), coolingUntil("1h", time.Hour), heldUntil("2h", 2*time.Hour), coolingUntil("3h", 3*time.Hour), deadEntry("dead")},
			},
			"a[dead 3h 2h 1h due off ready]", "a[ready off due 1h 2h 3h dead]",
		},
		{
			"worst first places providers by their worst credential", OrderWorst,
			providers{"a": []entry{readyEntry("1"), coolingUntil("2", time.Hour)}, "b": []entry{readyEntry("3"), deadEntry("4")}, "c": []entry{coolingUntil("5", 2*time.Hour)}},
			"b[4 3] c[5] a[2 1]", "a[1 2] b[3 4] c[5]",
		},
		{
			"deadline is soonest first, the past before all, none last", OrderDeadline,
			providers{
				"a": []entry{readyEntry("ready"), deadEntry("dead"), undatedEntry("undated"), coolingUntil("off", 1).with(entry{"enabled": false})},
				"b": []entry{readyEntry("none"), coolingUntil("2h", 2*time.Hour), heldUntil("1h", time.Hour)},
				"c": []entry{coolingUntil("3h", 3*time.Hour), coolingUntil("past", -time.Hour)},
			},
			"c[past 3h] b[1h 2h none] a[ready dead undated off]",
			"c[3h past] b[2h 1h none] a[ready dead undated off]",
		},
		{
			"streak is highest first, unknown last", OrderStreak,
			providers{"a": []entry{streak("unknown", nil), streak("0", 0), streak("3", 3), streak("-2", -2)}, "b": []entry{streak("9", 9), streak("none", nil)}, "c": []entry{streak("nil", nil)}},
			"b[9 none] a[3 0 -2 unknown] c[nil]", "a[-2 0 3 unknown] b[9 none] c[nil]",
		},
		{
			"state is by availability", OrderState,
			providers{"a": []entry{disabledEntry("off"), deadEntry("dead"), coolingUntil("due", -1), heldUntil("held", 1e12), coolingUntil("cooling", 1e12)}, "b": []entry{deadEntry("dead"), readyEntry("ready")}},
			"b[ready dead] a[cooling held due dead off]", "a[off dead due held cooling] b[dead ready]",
		},
		{
			"change is most recent first, by the status where nothing else is known", OrderChange,
			providers{"a": []entry{at("never", nil), at("2h", secondsAt(-2*time.Hour))}, "b": []entry{at("3h", secondsAt(-3*time.Hour)), at("1h", secondsAt(-time.Hour))}},
			"b[1h 3h] a[2h never]", "b[3h 1h] a[2h never]",
		},
		{
			"requests is most first, unknown last", OrderRequests,
			providers{"a": []entry{requests("unknown", nil), requests("5", 5)}, "b": []entry{requests("0", 0), requests("7", 7)}, "c": []entry{requests("nil", nil)}},
			"b[7 0] a[5 unknown] c[nil]", "b[0 7] a[5 unknown] c[nil]",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := poolOf(t, c.pool)
			equal(t, "the order", arranged(t, p, arrangement{order: c.order}), c.want)
			equal(t, "the order turned round", arranged(t, p, arrangement{order: c.order, descending: true}), c.descending)
		})
	}
}

// everyOrder calls f with each order, in both directions.
func everyOrder(f func(o Order, descending bool, what string)) {
	for i := range orderWords {
		for _, descending := range []bool{false, true} {
			f(Order(i), descending, fmt.Sprintf("%s, turned round: %t", Order(i), descending))
		}
	}
}

func TestEqualCredentialsKeepThePoolsOrder(t *testing.T) {
	var list []entry
	var labels []string
	for i := range 40 {
		labels = append(labels, fmt.Sprint(i))
		list = append(list, readyEntry(labels[i]))
	}
	p := poolOf(t, providers{"a": list, "b": list, "c": []entry{}, "d": []entry{}})
	all := strings.Join(labels, " ")
	everyOrder(func(o Order, descending bool, what string) {
		if o == OrderPool {
			return
		}
		got := arranged(t, p, arrangement{order: o, descending: descending})
		equal(t, what, got, fmt.Sprintf("a[%s] b[%s] c[] d[]", all, all))
	})
}

func TestProvidersWithoutCredentials(t *testing.T) {
	p := poolOf(t, providers{"a": "no list", "b": []entry{}, "c": []entry{readyEntry("1")}, "d": []entry{deadEntry("2")}})
	equal(t, "the pool's order", arranged(t, p, arrangement{}), "a[] b[] c[1] d[2]")
	equal(t, "under a filter", arranged(t, p, arrangement{filter: "state:dead"}), "d[2]")
	equal(t, "under a filter that says nothing yet", arranged(t, p, arrangement{filter: "state:"}), "a[] b[] c[1] d[2]")
	everyOrder(func(o Order, descending bool, what string) {
		if got := arranged(t, p, arrangement{order: o, descending: descending}); o != OrderPool && !strings.HasSuffix(got, " a[] b[]") {
			t.Errorf("%s: they are not last: %s", what, got)
		}
	})
}

func TestNothingToArrange(t *testing.T) {
	everyOrder(func(o Order, descending bool, what string) {
		equal(t, "groups of no pool by "+what, len(Arrange(nil, poolstate.Flat, epoch, Filter{}, o, descending, nil, nil)), 0)
		equal(t, "groups of an empty one", len(Arrange(&poolstate.Pool{}, poolstate.Flat, epoch, Filter{}, o, descending, nil, nil)), 0)
	})
}

func TestCollapsedProvidersKeepTheirPlace(t *testing.T) {
	p := poolOf(t, providers{
		"a": []entry{readyEntry("1"), readyEntry("2")}, "b": []entry{deadEntry("3"), readyEntry("4")}, "c": []entry{coolingUntil("5", 1e12)},
	})
	for _, c := range []struct {
		name string
		how  arrangement
		want string
	}{
		{"one", arrangement{collapsed: []string{"b"}}, "a[1 2] b[] c[5]"},
		{"all, and one that is gone", arrangement{collapsed: []string{"a", "b", "c", "z"}}, "a[] b[] c[]"},
		{"sorted by what is not seen", arrangement{order: OrderWorst, collapsed: []string{"b"}}, "b[] c[5] a[1 2]"},
		{"filtered by what is not seen", arrangement{filter: "state:out", collapsed: []string{"a", "b"}}, "b[] c[5]"},
	} {
		t.Run(c.name, func(t *testing.T) { equal(t, "the listing", arranged(t, p, c.how), c.want) })
	}
}

func TestProvidersArePlacedByWhatMatches(t *testing.T) {
	p := poolOf(t, providers{
		"a": []entry{deadEntry("dead"), coolingUntil("1h", time.Hour)}, "b": []entry{coolingUntil("2h", 2*time.Hour), readyEntry("ready")},
	})
	equal(t, "worst first", arranged(t, p, arrangement{order: OrderWorst}), "a[dead 1h] b[2h ready]")
	equal(t, "worst of those that cool", arranged(t, p, arrangement{order: OrderWorst, filter: "state:cooling"}), "b[2h] a[1h]")
}

func TestChangeGoesByWhatWasSeen(t *testing.T) {
	p := poolOf(t, providers{"a": []entry{coolingUntil("1", 1e12), coolingUntil("2", 1e12), readyEntry("3"), readyEntry("4")}})
	seen := map[string]time.Duration{"id-2": -time.Minute, "id-4": -time.Second, "id-1": -2 * time.Hour}
	equal(t, "the order", arranged(t, p, arrangement{order: OrderChange, changed: seen}), "a[4 2 1 3]")
	equal(t, "without", arranged(t, p, arrangement{order: OrderChange}), "a[1 2 3 4]")
}

// TestTimeMovesNoRows lets days pass in steps, over every deadline.
func TestTimeMovesNoRows(t *testing.T) {
	var list []entry
	for i := range 30 {
		list = append(list, coolingUntil(fmt.Sprint(i), time.Duration(i*7%30-3)*time.Hour), readyEntry("r"+fmt.Sprint(i)))
	}
	p := poolOf(t, providers{"a": list[:20], "b": list[20:], "c": []entry{coolingUntil("far", 40*24*time.Hour), coolingUntil("off", time.Hour).with(entry{"enabled": false})}})
	everyOrder(func(o Order, descending bool, what string) {
		if o == OrderWorst || o == OrderState {
			return // they are by state, which changes at deadlines
		}
		before := arranged(t, p, arrangement{order: o, descending: descending})
		for later := time.Hour; later < 50*24*time.Hour; later += 13 * time.Hour {
			equal(t, what, arranged(t, p, arrangement{order: o, descending: descending, later: later}), before)
		}
	})
}

// TestInstantsOfAnySizeAreSorted takes instants that nanoseconds cannot count.
func TestInstantsOfAnySizeAreSorted(t *testing.T) {
	until := func(label string, seconds float64) entry {
		return coolingUntil(label, 0).with(entry{"last_error_reset_at": seconds})
	}
	p := poolOf(t, providers{"a": []entry{until("huge", 9e11), until("half", 1.75e9+0.5), until("tiny", 1), until("whole", 1.75e9)}})
	equal(t, "by deadline", arranged(t, p, arrangement{order: OrderDeadline}), "a[tiny whole half huge]")
	equal(t, "turned round", arranged(t, p, arrangement{order: OrderDeadline, descending: true}), "a[huge half whole tiny]")
}

func TestGroupsCannotReachIntoEachOther(t *testing.T) {
	p := poolOf(t, providers{"a": []entry{readyEntry("1")}, "b": []entry{readyEntry("2")}})
	groups := Arrange(p, poolstate.Flat, epoch, Filter{}, OrderPool, false, nil, nil)
	groups[0].Credentials = append(groups[0].Credentials, nil)
	equal(t, "the second group", groups[1].Credentials[0].Label, "2")
}

func TestOrderWords(t *testing.T) {
	seen := map[string]bool{}
	o := OrderPool
	for range orderWords {
		seen[o.String()] = true
		o = o.Next()
	}
	equal(t, "orders in the ring", len(seen), len(orderWords))
	equal(t, "the ring closes", o, OrderPool)
	equal(t, "the first", OrderPool.String(), "pool order")
	equal(t, "the last", OrderRequests.String(), "requests")
}

func BenchmarkArrange(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		p := bigPool(b, n)
		for _, c := range []struct {
			name, filter string
			order        Order
		}{
			{"plain", "", OrderPool},
			{"worst", "", OrderWorst},
			{"requests", "", OrderRequests},
			{"state", "state:out", OrderPool},
			{"text-deadline", "rate", OrderDeadline},
			{"no-match", "zzz", OrderWorst},
			{"all-match", "key state:ready,out -code:5xx streak:<9", OrderStreak},
		} {
			f := parsed(b, c.filter)
			b.Run(fmt.Sprintf("credentials=%d/%s", n, c.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Arrange(p, poolstate.Backoff, epoch, f, c.order, false, nil, nil)
				}
			})
		}
	}
}

func BenchmarkParseFilter(b *testing.B) {
	for name, s := range map[string]string{"typed": `provider:open -state:dead,held streak:>=2 work`, "megabyte": strings.Repeat("state:x ", 1<<17)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = ParseFilter(s)
			}
		})
	}
}
