package filter

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
)

func disabledEntry(label string) uitest.Entry {
	return uitest.Ready(label).With(uitest.Entry{"enabled": false})
}

// undatedEntry is exhausted without an instant to count from.
func undatedEntry(label string) uitest.Entry {
	return uitest.Exhausted(label, 0, 1).With(uitest.Entry{"last_status_at": nil})
}

// arrangement is what a test asks for; the zero value is the pool as it is.
type arrangement struct {
	filter     string
	order      Order
	descending bool
	changed    map[string]time.Duration // by id, from uitest.Epoch
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
				return uitest.Epoch.Add(d)
			}
			return time.Time{}
		}
	}
	collapsed := map[string]bool{}
	for _, name := range want.collapsed {
		collapsed[name] = true
	}
	var out []string
	groups := Arrange(p, poolstate.Backoff, uitest.Epoch.Add(want.later), parsed(t, want.filter), want.order, want.descending, changed, collapsed)
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
	streak := func(label string, n any) uitest.Entry {
		return uitest.Ready(label).With(uitest.Entry{"consecutive_failures": n})
	}
	requests := func(label string, n any) uitest.Entry {
		return uitest.Ready(label).With(uitest.Entry{"request_count": n})
	}
	at := func(label string, ago any) uitest.Entry {
		return uitest.Ready(label).With(uitest.Entry{"last_status_at": ago})
	}
	for _, c := range []struct {
		name             string
		order            Order
		pool             uitest.Providers
		want, descending string
	}{
		{
			"pool order is by name and rotation; turned round, providers stay", OrderPool,
			uitest.Providers{"b": []uitest.Entry{uitest.Ready("1"), uitest.Ready("2").With(uitest.Entry{"priority": -1})}, "a": []uitest.Entry{uitest.Dead("3"), uitest.Ready("4")}},
			"a[3 4] b[2 1]", "a[4 3] b[1 2]",
		},
		{
			"worst first is by how much a person is needed", OrderWorst,
			uitest.Providers{
				"a": []uitest.Entry{uitest.Ready("ready"), disabledEntry("off"), uitest.Cooling("due", -1), uitest.Cooling("1h", time.Hour), uitest.Held("2h", 2*time.Hour), uitest.Cooling("3h", 3*time.Hour), uitest.Dead("dead")},
			},
			"a[dead 3h 2h 1h due off ready]", "a[ready off due 1h 2h 3h dead]",
		},
		{
			"worst first places providers by their worst credential", OrderWorst,
			uitest.Providers{"a": []uitest.Entry{uitest.Ready("1"), uitest.Cooling("2", time.Hour)}, "b": []uitest.Entry{uitest.Ready("3"), uitest.Dead("4")}, "c": []uitest.Entry{uitest.Cooling("5", 2*time.Hour)}},
			"b[4 3] c[5] a[2 1]", "a[1 2] b[3 4] c[5]",
		},
		{
			"deadline is soonest first, the past before all, none last", OrderDeadline,
			uitest.Providers{
				"a": []uitest.Entry{uitest.Ready("ready"), uitest.Dead("dead"), undatedEntry("undated"), uitest.Cooling("off", 1).With(uitest.Entry{"enabled": false})},
				"b": []uitest.Entry{uitest.Ready("none"), uitest.Cooling("2h", 2*time.Hour), uitest.Held("1h", time.Hour)},
				"c": []uitest.Entry{uitest.Cooling("3h", 3*time.Hour), uitest.Cooling("past", -time.Hour)},
			},
			"c[past 3h] b[1h 2h none] a[ready dead undated off]",
			"c[3h past] b[2h 1h none] a[ready dead undated off]",
		},
		{
			"streak is highest first, unknown last", OrderStreak,
			uitest.Providers{"a": []uitest.Entry{streak("unknown", nil), streak("0", 0), streak("3", 3), streak("-2", -2)}, "b": []uitest.Entry{streak("9", 9), streak("none", nil)}, "c": []uitest.Entry{streak("nil", nil)}},
			"b[9 none] a[3 0 -2 unknown] c[nil]", "a[-2 0 3 unknown] b[9 none] c[nil]",
		},
		{
			"state is by availability", OrderState,
			uitest.Providers{"a": []uitest.Entry{disabledEntry("off"), uitest.Dead("dead"), uitest.Cooling("due", -1), uitest.Held("held", 1e12), uitest.Cooling("cooling", 1e12)}, "b": []uitest.Entry{uitest.Dead("dead"), uitest.Ready("ready")}},
			"b[ready dead] a[cooling held due dead off]", "a[off dead due held cooling] b[dead ready]",
		},
		{
			"change is most recent first, by the status where nothing else is known", OrderChange,
			uitest.Providers{"a": []uitest.Entry{at("never", nil), at("2h", uitest.Seconds(-2*time.Hour))}, "b": []uitest.Entry{at("3h", uitest.Seconds(-3*time.Hour)), at("1h", uitest.Seconds(-time.Hour))}},
			"b[1h 3h] a[2h never]", "b[3h 1h] a[2h never]",
		},
		{
			"requests is most first, unknown last", OrderRequests,
			uitest.Providers{"a": []uitest.Entry{requests("unknown", nil), requests("5", 5)}, "b": []uitest.Entry{requests("0", 0), requests("7", 7)}, "c": []uitest.Entry{requests("nil", nil)}},
			"b[7 0] a[5 unknown] c[nil]", "b[0 7] a[5 unknown] c[nil]",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := uitest.PoolOf(t, c.pool)
			uitest.Equal(t, "the order", arranged(t, p, arrangement{order: c.order}), c.want)
			uitest.Equal(t, "the order turned round", arranged(t, p, arrangement{order: c.order, descending: true}), c.descending)
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
	var list []uitest.Entry
	var labels []string
	for i := range 40 {
		labels = append(labels, fmt.Sprint(i))
		list = append(list, uitest.Ready(labels[i]))
	}
	p := uitest.PoolOf(t, uitest.Providers{"a": list, "b": list, "c": []uitest.Entry{}, "d": []uitest.Entry{}})
	all := strings.Join(labels, " ")
	everyOrder(func(o Order, descending bool, what string) {
		if o == OrderPool {
			return
		}
		got := arranged(t, p, arrangement{order: o, descending: descending})
		uitest.Equal(t, what, got, fmt.Sprintf("a[%s] b[%s] c[] d[]", all, all))
	})
}

func TestProvidersWithoutCredentials(t *testing.T) {
	p := uitest.PoolOf(t, uitest.Providers{"a": "no list", "b": []uitest.Entry{}, "c": []uitest.Entry{uitest.Ready("1")}, "d": []uitest.Entry{uitest.Dead("2")}})
	uitest.Equal(t, "the pool's order", arranged(t, p, arrangement{}), "a[] b[] c[1] d[2]")
	uitest.Equal(t, "under a filter", arranged(t, p, arrangement{filter: "state:dead"}), "d[2]")
	uitest.Equal(t, "under a filter that says nothing yet", arranged(t, p, arrangement{filter: "state:"}), "a[] b[] c[1] d[2]")
	everyOrder(func(o Order, descending bool, what string) {
		if got := arranged(t, p, arrangement{order: o, descending: descending}); o != OrderPool && !strings.HasSuffix(got, " a[] b[]") {
			t.Errorf("%s: they are not last: %s", what, got)
		}
	})
}

func TestNothingToArrange(t *testing.T) {
	everyOrder(func(o Order, descending bool, what string) {
		uitest.Equal(t, "groups of no pool by "+what, len(Arrange(nil, poolstate.Flat, uitest.Epoch, Filter{}, o, descending, nil, nil)), 0)
		uitest.Equal(t, "groups of an empty one", len(Arrange(&poolstate.Pool{}, poolstate.Flat, uitest.Epoch, Filter{}, o, descending, nil, nil)), 0)
	})
}

func TestCollapsedProvidersKeepTheirPlace(t *testing.T) {
	p := uitest.PoolOf(t, uitest.Providers{
		"a": []uitest.Entry{uitest.Ready("1"), uitest.Ready("2")}, "b": []uitest.Entry{uitest.Dead("3"), uitest.Ready("4")}, "c": []uitest.Entry{uitest.Cooling("5", 1e12)},
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
		t.Run(c.name, func(t *testing.T) { uitest.Equal(t, "the listing", arranged(t, p, c.how), c.want) })
	}
}

func TestProvidersArePlacedByWhatMatches(t *testing.T) {
	p := uitest.PoolOf(t, uitest.Providers{
		"a": []uitest.Entry{uitest.Dead("dead"), uitest.Cooling("1h", time.Hour)}, "b": []uitest.Entry{uitest.Cooling("2h", 2*time.Hour), uitest.Ready("ready")},
	})
	uitest.Equal(t, "worst first", arranged(t, p, arrangement{order: OrderWorst}), "a[dead 1h] b[2h ready]")
	uitest.Equal(t, "worst of those that cool", arranged(t, p, arrangement{order: OrderWorst, filter: "state:cooling"}), "b[2h] a[1h]")
}

func TestChangeGoesByWhatWasSeen(t *testing.T) {
	p := uitest.PoolOf(t, uitest.Providers{"a": []uitest.Entry{uitest.Cooling("1", 1e12), uitest.Cooling("2", 1e12), uitest.Ready("3"), uitest.Ready("4")}})
	seen := map[string]time.Duration{"id-2": -time.Minute, "id-4": -time.Second, "id-1": -2 * time.Hour}
	uitest.Equal(t, "the order", arranged(t, p, arrangement{order: OrderChange, changed: seen}), "a[4 2 1 3]")
	uitest.Equal(t, "without", arranged(t, p, arrangement{order: OrderChange}), "a[1 2 3 4]")
}

// TestTimeMovesNoRows lets days pass in steps, over every deadline.
func TestTimeMovesNoRows(t *testing.T) {
	var list []uitest.Entry
	for i := range 30 {
		list = append(list, uitest.Cooling(fmt.Sprint(i), time.Duration(i*7%30-3)*time.Hour), uitest.Ready("r"+fmt.Sprint(i)))
	}
	p := uitest.PoolOf(t, uitest.Providers{"a": list[:20], "b": list[20:], "c": []uitest.Entry{uitest.Cooling("far", 40*24*time.Hour), uitest.Cooling("off", time.Hour).With(uitest.Entry{"enabled": false})}})
	everyOrder(func(o Order, descending bool, what string) {
		if o == OrderWorst || o == OrderState {
			return // they are by state, which changes at deadlines
		}
		before := arranged(t, p, arrangement{order: o, descending: descending})
		for later := time.Hour; later < 50*24*time.Hour; later += 13 * time.Hour {
			uitest.Equal(t, what, arranged(t, p, arrangement{order: o, descending: descending, later: later}), before)
		}
	})
}

// TestInstantsOfAnySizeAreSorted takes instants that nanoseconds cannot count.
func TestInstantsOfAnySizeAreSorted(t *testing.T) {
	until := func(label string, seconds float64) uitest.Entry {
		return uitest.Cooling(label, 0).With(uitest.Entry{"last_error_reset_at": seconds})
	}
	p := uitest.PoolOf(t, uitest.Providers{"a": []uitest.Entry{until("huge", 9e11), until("half", 1.75e9+0.5), until("tiny", 1), until("whole", 1.75e9)}})
	uitest.Equal(t, "by deadline", arranged(t, p, arrangement{order: OrderDeadline}), "a[tiny whole half huge]")
	uitest.Equal(t, "turned round", arranged(t, p, arrangement{order: OrderDeadline, descending: true}), "a[huge half whole tiny]")
}

func TestGroupsCannotReachIntoEachOther(t *testing.T) {
	p := uitest.PoolOf(t, uitest.Providers{"a": []uitest.Entry{uitest.Ready("1")}, "b": []uitest.Entry{uitest.Ready("2")}})
	groups := Arrange(p, poolstate.Flat, uitest.Epoch, Filter{}, OrderPool, false, nil, nil)
	groups[0].Credentials = append(groups[0].Credentials, nil)
	uitest.Equal(t, "the second group", groups[1].Credentials[0].Label, "2")
}

func TestOrderWords(t *testing.T) {
	seen := map[string]bool{}
	o := OrderPool
	for range orderWords {
		seen[o.String()] = true
		o = o.Next()
	}
	uitest.Equal(t, "orders in the ring", len(seen), len(orderWords))
	uitest.Equal(t, "the ring closes", o, OrderPool)
	uitest.Equal(t, "the first", OrderPool.String(), "pool order")
	uitest.Equal(t, "the last", OrderRequests.String(), "requests")
}

func BenchmarkArrange(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		p := uitest.BigPool(b, n)
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
					Arrange(p, poolstate.Backoff, uitest.Epoch, f, c.order, false, nil, nil)
				}
			})
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for name, s := range map[string]string{"typed": `provider:open -state:dead,held streak:>=2 work`, "megabyte": strings.Repeat("state:x ", 1<<17)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Parse(s)
			}
		})
	}
}
