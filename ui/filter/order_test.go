package filter

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
)

func unusable(label string) uitest.Entry {
	return uitest.Ready(label).With(uitest.Entry{"access_token": nil})
}

// list returns the listing as one line: "anthropic[a b] openrouter[c]".
func (l Listing) list(t testing.TB, p *poolstate.Pool, now time.Time) string {
	t.Helper()
	var out []string
	for _, g := range l.Groups(p, poolstate.Backoff(), now) {
		var labels []string
		for _, c := range g.Credentials {
			if p.Find(c.Ref) != c {
				t.Errorf("%s was copied", c.Ref)
			}
			labels = append(labels, c.Label)
		}
		out = append(out, g.Name+"["+strings.Join(labels, " ")+"]")
	}
	return strings.Join(out, " ")
}

type entries = []uitest.Entry

func TestListing_Order(t *testing.T) {
	const h = time.Hour
	cooling, held, dead, ready := uitest.Cooling, uitest.Held, uitest.Dead, uitest.Ready
	streak := func(label string, n any) uitest.Entry {
		return ready(label).With(uitest.Entry{"consecutive_failures": n})
	}
	requests := func(label string, n any) uitest.Entry { return ready(label).With(uitest.Entry{"request_count": n}) }
	at := func(label string, ago any) uitest.Entry {
		return ready(label).With(uitest.Entry{"last_status_at": ago})
	}
	until := func(label string, seconds float64) uitest.Entry {
		return cooling(label, 0).With(uitest.Entry{"last_error_reset_at": seconds})
	}
	undated := uitest.Exhausted("undated", 0, 1).With(uitest.Entry{"last_status_at": nil})
	for _, c := range []struct {
		name          string
		order         Order
		pool          uitest.Providers
		want, reverse string
	}{
		{
			"by name and rotation; reversing keeps the order of providers", OrderPool,
			uitest.Providers{"b": entries{ready("1"), ready("2").With(uitest.Entry{"priority": -1})}, "a": entries{dead("3"), ready("4")}},
			"a[3 4] b[2 1]", "a[4 3] b[1 2]",
		},
		{
			"by urgency", OrderWorst,
			uitest.Providers{"a": entries{ready("ready"), unusable("off"), cooling("due", -1), cooling("1h", h), held("2h", 2*h), cooling("3h", 3*h), dead("dead")}},
			"a[dead 3h 2h 1h due off ready]", "a[ready off due 1h 2h 3h dead]",
		},
		{
			"providers by their worst credential", OrderWorst,
			uitest.Providers{"a": entries{ready("1"), cooling("2", h)}, "b": entries{ready("3"), dead("4")}, "c": entries{cooling("5", 2*h)}},
			"c[5] b[4 3] a[2 1]", "a[1 2] b[3 4] c[5]",
		},
		{
			"earliest first, including past deadlines, none last", OrderDeadline,
			uitest.Providers{
				"a": entries{ready("ready"), dead("dead"), undated, cooling("off", 1).With(uitest.Entry{"access_token": nil})},
				"b": entries{ready("none"), cooling("2h", 2*h), held("1h", h)},
				"c": entries{cooling("3h", 3*h), cooling("past", -h)},
			},
			"c[past 3h] b[1h 2h none] a[ready dead undated off]",
			"c[3h past] b[2h 1h none] a[ready dead undated off]",
		},
		{
			"times beyond the range of nanoseconds", OrderDeadline,
			uitest.Providers{"a": entries{until("huge", 9e11), until("half", 1.75e9+0.5), until("tiny", 1), until("whole", 1.75e9)}},
			"a[tiny whole half huge]", "a[huge half whole tiny]",
		},
		{
			"highest first, unknown last", OrderStreak,
			uitest.Providers{
				"a": entries{streak("unknown", nil), streak("0", 0), streak("3", 3), streak("-2", -2), streak("least", math.MinInt)},
				"b": entries{streak("9", 9), streak("none", nil)}, "c": entries{streak("nil", nil)},
			},
			"b[9 none] a[3 0 -2 least unknown] c[nil]", "a[least -2 0 3 unknown] b[9 none] c[nil]",
		},
		{
			"by availability", OrderState,
			uitest.Providers{
				"a": entries{unusable("off"), dead("dead"), cooling("due", -1), held("held", h), cooling("cooling", h)},
				"b": entries{dead("dead"), ready("ready")},
			},
			"b[ready dead] a[cooling held due dead off]", "a[off dead due held cooling] b[dead ready]",
		},
		{
			"most recent first", OrderChange,
			uitest.Providers{
				"a": entries{at("never", nil), at("2h", uitest.Seconds(-2*h))},
				"b": entries{at("3h", uitest.Seconds(-3*h)), at("1h", uitest.Seconds(-h))},
			},
			"b[1h 3h] a[2h never]", "b[3h 1h] a[2h never]",
		},
		{
			"most first, unknown last", OrderRequests,
			uitest.Providers{
				"a": entries{requests("unknown", nil), requests("5", 5)},
				"b": entries{requests("0", 0), requests("7", 7)}, "c": entries{requests("nil", nil)},
			},
			"b[7 0] a[5 unknown] c[nil]", "b[0 7] a[5 unknown] c[nil]",
		},
	} {
		p := uitest.PoolOf(t, c.pool)
		uitest.Equal(t, c.name, Listing{Order: c.order}.list(t, p, uitest.Epoch), c.want)
		uitest.Equal(t, c.name+", reverse", Listing{Order: c.order, Reverse: true}.list(t, p, uitest.Epoch), c.reverse)
	}
}

// TestListing_Ties checks that credentials that compare equal stay in pool order.
func TestListing_Ties(t *testing.T) {
	var equal, mixed entries
	var ready, dead []string
	for i := range 40 {
		label := fmt.Sprint(i)
		equal, mixed = append(equal, uitest.Ready("x")), append(mixed, uitest.Ready(label))
		if i%3 > 0 {
			ready = append(ready, label)
			continue
		}
		mixed[i], dead = uitest.Dead(label), append(dead, label)
	}
	p := uitest.PoolOf(t, uitest.Providers{"a": mixed})
	uitest.Equal(t, "by state", Listing{Order: OrderState}.list(t, p, uitest.Epoch), fmt.Sprintf("a%s", append(ready, dead...)))

	p = uitest.PoolOf(t, uitest.Providers{"a": equal, "b": equal, "c": entries{}, "d": "not a list"})
	for _, o := range Orders() {
		for i, g := range (&Listing{Order: o, Reverse: o != OrderPool}).Groups(p, poolstate.Backoff(), uitest.Epoch) {
			uitest.Equal(t, o.String()+": provider", &g.Providers[0], &p.Providers[i])
			for j, c := range g.Credentials {
				uitest.Equal(t, o.String()+": credential", c, &p.Providers[i].Credentials[j])
			}
		}
	}
}

func TestListing_Empty(t *testing.T) {
	uitest.Equal(t, "groups of a nil pool", len(Groups(nil)), 0)
	uitest.Equal(t, "groups of an empty pool", len(Groups(&poolstate.Pool{})), 0)
	p := uitest.PoolOf(t, uitest.Providers{"a": entries{}, "b": entries{uitest.Ready("1")}, "c": entries{uitest.Dead("2")}})
	for filter, want := range map[string]string{"": "a[] b[1] c[2]", "state:": "a[] b[1] c[2]", "state:dead": "c[2]"} {
		uitest.Equal(t, "listed with "+filter, Listing{Filter: parse(t, filter)}.list(t, p, uitest.Epoch), want)
	}
	uitest.Equal(t, "provider without credentials", Listing{Order: OrderWorst}.list(t, p, uitest.Epoch), "c[2] b[1] a[]")
}

func TestListing(t *testing.T) {
	p := uitest.PoolOf(t, uitest.Providers{
		"a": entries{uitest.Dead("1"), uitest.Cooling("2", time.Hour)}, "b": entries{uitest.Cooling("3", 2*time.Hour), uitest.Ready("4")},
	})
	changed := func(seen ...string) map[poolstate.Ref]time.Time {
		at := map[poolstate.Ref]time.Time{}
		for c := range p.All() {
			if i := slices.Index(seen, c.Label); i >= 0 {
				at[c.Ref] = uitest.Epoch.Add(-time.Duration(i) * time.Second)
			}
		}
		return at
	}
	cooling := parse(t, "state:cooling")
	for _, c := range []struct {
		name    string
		listing Listing
		want    string
	}{
		{"collapsed", Listing{Collapsed: map[string]bool{"b": true, "unknown": true}}, "a[1 2] b[]"},
		{"collapsed, sorted by hidden credentials", Listing{Order: OrderWorst, Reverse: true, Collapsed: map[string]bool{"b": true}}, "b[] a[2 1]"},
		{"collapsed, filtered by hidden credentials", Listing{Filter: parse(t, "state:dead"), Collapsed: map[string]bool{"a": true}}, "a[]"},
		{"sorted by matching credentials", Listing{Order: OrderWorst, Filter: cooling}, "a[2] b[3]"},
		{"sorted by observed changes", Listing{Order: OrderChange, Changed: changed("4", "2", "3")}, "b[4 3] a[2 1]"},
		{"sorted by status times", Listing{Order: OrderChange, Changed: changed()}, "a[2 1] b[3 4]"},
	} {
		uitest.Equal(t, c.name, c.listing.list(t, p, uitest.Epoch), c.want)
	}
}

// mergedPool returns a merged pool. The "work" profile has its own credentials for provider b and
// borrows the root's for a. The "cron" profile borrows all credentials.
func mergedPool(t testing.TB) *poolstate.Pool {
	t.Helper()
	root := uitest.PoolOf(t, uitest.Providers{"a": entries{uitest.Ready("r1"), uitest.Ready("r2")}, "b": entries{uitest.Cooling("r3", time.Hour)}})
	work := uitest.PoolOf(t, uitest.Providers{"b": entries{uitest.Cooling("w1", time.Hour), uitest.Ready("w2")}, "c": "not a list"})
	return poolstate.Merge([]poolstate.View{
		{Profile: "default", Pool: root, Policy: poolstate.Backoff()},
		{Profile: "cron", Pool: poolstate.Borrow(nil, root), Policy: poolstate.Backoff()},
		{Profile: "work", Pool: poolstate.Borrow(work, root), Policy: poolstate.Backoff()},
	})
}

func TestListing_Merged(t *testing.T) {
	p := mergedPool(t)
	for _, c := range []struct {
		name    string
		listing Listing
		want    string
	}{
		{"by provider, without repeated credentials", Listing{}, "a[r1 r2] b[r3 w1 w2] c[]"},
		{"repeated credentials without their originals", Listing{Filter: parse(t, "profile:cron")}, "a[r1 r2] b[r3]"},
		{"free text that is the name of a profile", Listing{Filter: parse(t, `"work"`)}, "a[r1 r2] b[w1 w2]"},
		{"repeated credentials with some originals", Listing{Filter: parse(t, "cron,label:r1")}, "a[r1 r2] b[r3]"},
		{"by profile", Listing{ByProfile: true}, "default[r1 r2 r3] work[r1 r2 w1 w2] cron[r1 r2 r3]"},
		{"by profile, filtered", Listing{ByProfile: true, Filter: parse(t, "state:cooling -profile:default")}, "work[w1] cron[r3]"},
		{"by profile, reversed", Listing{ByProfile: true, Reverse: true}, "default[r2 r1 r3] work[r2 r1 w2 w1] cron[r2 r1 r3]"},
		{"by profile, collapsed", Listing{ByProfile: true, Collapsed: map[string]bool{"work": true, "a": true}}, "default[r1 r2 r3] work[] cron[r1 r2 r3]"},
		{"borrowed credentials that are out do not count", Listing{ByProfile: true, OutFirst: true}, "default[r1 r2 r3] work[r1 r2 w1 w2] cron[r1 r2 r3]"},
	} {
		uitest.Equal(t, c.name, c.listing.list(t, p, uitest.Epoch), c.want)
	}
	out := poolstate.Merge([]poolstate.View{ // a is ready, b is out only in work, c is out everywhere
		{Profile: "default", Pool: uitest.PoolOf(t, uitest.Providers{"a": entries{uitest.Ready("1")}, "b": entries{uitest.Ready("2")}})},
		{Profile: "work", Pool: uitest.PoolOf(t, uitest.Providers{"a": entries{uitest.Ready("3")}, "b": entries{uitest.Dead("4")}, "c": entries{uitest.Dead("5")}})},
	})
	uitest.Equal(t, "providers that are out in every profile first", Listing{OutFirst: true}.list(t, out, uitest.Epoch), "c[5] b[2 4] a[1 3]")
	uitest.Equal(t, "reversed", Listing{OutFirst: true, Reverse: true}.list(t, out, uitest.Epoch), "a[3 1] b[4 2] c[5]")
	uitest.Equal(t, "profiles that are out first", Listing{OutFirst: true, ByProfile: true}.list(t, out, uitest.Epoch), "work[3 4 5] default[1 2]")
	groups := (&Listing{ByProfile: true}).Groups(p, poolstate.Backoff(), uitest.Epoch)
	uitest.Equal(t, "notes of a profile", strings.Join(groups[1].Notes, "; "), "c: not a list, left unchanged")
	uitest.Equal(t, "total of a profile", groups[2].Total(), 3)
	uitest.Equal(t, "total of a provider", Groups(p)[1].Total(), 3)
	uitest.Equal(t, "group of a credential", (&Listing{ByProfile: true}).GroupName(groups[1].Credentials[0]), "work")
}

// TestListing_TimePasses checks that, in orders that do not depend on the state, rows do
// not move as time passes.
func TestListing_TimePasses(t *testing.T) {
	var list entries
	for i := range 30 {
		list = append(list, uitest.Cooling(fmt.Sprint(i), time.Duration(i*7%30-3)*time.Hour), uitest.Ready("r"+fmt.Sprint(i)))
	}
	off := uitest.Cooling("off", time.Hour).With(uitest.Entry{"access_token": nil})
	p := uitest.PoolOf(t, uitest.Providers{"a": list[:20], "b": list[20:], "c": entries{uitest.Cooling("far", 40*24*time.Hour), off}})
	for _, o := range []Order{OrderPool, OrderDeadline, OrderStreak, OrderChange, OrderRequests} {
		for _, reverse := range []bool{false, true} {
			l := Listing{Order: o, Reverse: reverse}
			before := l.list(t, p, uitest.Epoch)
			for later := time.Hour; later < 50*24*time.Hour; later += 13 * time.Hour {
				uitest.Equal(t, o.String(), l.list(t, p, uitest.Epoch.Add(later)), before)
			}
		}
	}
}
