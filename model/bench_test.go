package model

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// manyEntries returns the content of a store with n credentials in ten providers.
func manyEntries(n int, entry func(i int) string) string {
	providers := make([]string, 10)
	for p := range providers {
		entries := make([]string, n/10)
		for i := range entries {
			at := p*n/10 + i
			entries[i] = fmt.Sprintf(`{"access_token": "none", "id": "%06x", "label": "key-%d", "priority": %d, %s}`, at, at, i, entry(at))
		}
		providers[p] = fmt.Sprintf(`"provider-%d": [%s]`, p, strings.Join(entries, ", "))
	}
	return `{"credential_pool": {` + strings.Join(providers, ", ") + `}}`
}

// mixed returns a function that writes entries, every fifth one cooling. Each generation
// has different request counts.
func mixed(generation int) func(i int) string {
	return func(i int) string {
		if i%5 == 0 {
			return failed(i)
		}
		return fmt.Sprintf(`"source": "manual", "access_token": "SECRET-%d-not-a-real-token", "consecutive_failures": 0, "request_count": %d`, i, generation)
	}
}

func failed(i int) string {
	return fmt.Sprintf(`"last_status": "exhausted", "last_status_at": %d, "last_error_code": 429, "consecutive_failures": %d`,
		noon.Add(-time.Duration(i%50)*time.Minute).Unix(), 1+i%5)
}

// benchFile is the path of the store in benchmarks.
const benchFile = "auth.json"

func loaded(b *testing.B, text string) poolLoaded {
	b.Helper()
	pool, err := poolstate.Decode([]byte(text), time.UTC)
	if err != nil {
		b.Fatal(err)
	}
	return poolLoaded{path: benchFile, snapshot: poolstate.Snapshot{Pool: pool}}
}

// manyRecords returns n records from the hours before noon.
func manyRecords(n int) []poolstate.Record {
	records := make([]poolstate.Record, n)
	for i := range records {
		records[i] = poolstate.Record{
			At: noon.Add(time.Duration(i-n) * time.Second), Kind: poolstate.EventExhausted,
			Provider: fmt.Sprintf("provider-%d", i%10), ID: fmt.Sprintf("%06x", i%1000),
		}
	}
	return records
}

// opened returns a dashboard that has received the messages and has been drawn once.
// Its clock advances by a second each time it is read.
func opened(b *testing.B, msgs ...tea.Msg) *dashboard {
	b.Helper()
	d := newDashboard(b, "")
	d.m.stores[0].path = benchFile
	d.m.cfg.Clock.Now = func() time.Time { d.now = d.now.Add(time.Second); return d.now }
	for _, msg := range msgs {
		d.send(msg)
	}
	_ = d.m.View()
	return d
}

func forSizes(b *testing.B, run func(b *testing.B, n int)) {
	b.Helper()
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("credentials=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			run(b, n)
		})
	}
}

// benchmarkUpdate measures one Update of a new dashboard. An Update must not take longer
// than 16 ms with 1,000 credentials or 150 ms with 10,000.
func benchmarkUpdate(b *testing.B, msg tea.Msg, before ...tea.Msg) {
	b.Helper()
	for b.Loop() {
		b.StopTimer()
		d := opened(b, before...)
		b.StartTimer()
		d.send(msg)
	}
}

func BenchmarkUpdate_AllExhausted(b *testing.B) {
	forSizes(b, func(b *testing.B, n int) {
		before := manyEntries(n, func(int) string { return `"consecutive_failures": 0` })
		after := manyEntries(n, func(int) string { return failed(0) })
		benchmarkUpdate(b, loaded(b, after), journalRead(nil, nil), loaded(b, before))
	})
}

func BenchmarkUpdate_JournalRead(b *testing.B) {
	forSizes(b, func(b *testing.B, n int) {
		benchmarkUpdate(b, journalRead(manyRecords(maxEvents), nil), loaded(b, manyEntries(n, mixed(0))))
	})
}

func BenchmarkUpdate_AllReset(b *testing.B) {
	forSizes(b, func(b *testing.B, n int) {
		pool := loaded(b, manyEntries(n, failed))
		var seen []poolstate.Credential
		for c := range pool.snapshot.Pool.All() {
			seen = append(seen, *c)
		}
		done := journal.Done{Outcome: poolstate.Action{Verb: poolstate.VerbReset}.Plan(seen, noon), Number: "1"}
		for i := range done.Changed {
			e := &done.Changed[i]
			done.Entries = append(done.Entries, journal.Entry{Action: "1", Record: poolstate.RecordOf(&poolstate.Event{
				At: noon, Kind: poolstate.EventReset, By: poolstate.ByOperator, Before: &e.Before, After: &e.After,
			}, poolstate.Backoff())})
		}
		for b.Loop() {
			b.StopTimer()
			d := opened(b, journalRead(nil, nil), pool)
			b.StartTimer()
			d.send(actionDone{verb: poolstate.VerbReset, files: []fileResult{{store: d.m.stores[0], done: done}}})
		}
	})
}

// BenchmarkTick measures Update and View for one second of the clock.
func BenchmarkTick(b *testing.B) {
	forSizes(b, func(b *testing.B, n int) {
		d := opened(b, journalRead(nil, nil), loaded(b, manyEntries(n, mixed(0))))
		for b.Loop() {
			d.send(ticked{})
			_ = d.m.View()
		}
	})
}

// benchmarkKeys presses the keys one after another and draws the screen after each.
func benchmarkKeys(b *testing.B, before string, keys ...tea.KeyPressMsg) {
	b.Helper()
	forSizes(b, func(b *testing.B, n int) {
		d := opened(b, journalRead(nil, nil), loaded(b, manyEntries(n, mixed(0))))
		d.press(before)
		for i := 0; b.Loop(); i++ {
			d.send(keys[i%len(keys)])
			_ = d.m.View()
		}
	})
}

func BenchmarkKey(b *testing.B) {
	benchmarkKeys(b, "s", tea.KeyPressMsg{Code: tea.KeyDown}, tea.KeyPressMsg{Code: tea.KeyUp})
}

func BenchmarkKey_Filter(b *testing.B) {
	benchmarkKeys(b, "/ k e y", tea.KeyPressMsg{Code: '7', Text: "7"}, tea.KeyPressMsg{Code: tea.KeyBackspace})
}

// BenchmarkSnapshot measures a new snapshot that causes no events.
func BenchmarkSnapshot(b *testing.B) {
	forSizes(b, func(b *testing.B, n int) {
		loads := []poolLoaded{loaded(b, manyEntries(n, mixed(0))), loaded(b, manyEntries(n, mixed(1)))}
		d := opened(b, journalRead(nil, nil), loads[0])
		for i := 1; b.Loop(); i++ {
			d.send(loads[i%2])
			_ = d.m.View()
		}
	})
}

// BenchmarkSnapshot_Stores measures a new snapshot of the root's store, from which all
// profiles borrow, or of one profile's store. Each store has 100 credentials.
func BenchmarkSnapshot_Stores(b *testing.B) {
	for _, changed := range []string{"root", "profile"} {
		b.Run(changed, func(b *testing.B) {
			b.ReportAllocs()
			d := newDashboard(b, "", func(c *Config) {
				for i := range 30 {
					s := c.Stores[0]
					s.Profile = fmt.Sprintf("profile-%d", i)
					s.Operator = &journal.Operator{Store: poolstate.Open(filepath.Join(filepath.Dir(s.Operator.Store.Path()), s.Profile))}
					c.Stores = append(c.Stores, s)
				}
				c.Stores[0].Profile = poolstate.RootProfile
			})
			root := strings.ReplaceAll(manyEntries(100, mixed(0)), "provider-", "root-")
			for i, st := range d.m.stores {
				msg := loaded(b, manyEntries(100, mixed(0)))
				if i == 0 {
					msg = loaded(b, root)
				}
				msg.path = st.path
				d.send(msg)
			}
			texts, path := []string{manyEntries(100, mixed(0)), manyEntries(100, mixed(1))}, d.m.stores[1].path
			if changed == "root" {
				texts, path = []string{root, strings.ReplaceAll(texts[1], "provider-", "root-")}, d.m.stores[0].path
			}
			loads := []poolLoaded{loaded(b, texts[0]), loaded(b, texts[1])}
			for i := 1; b.Loop(); i++ {
				loads[i%2].path = path
				d.send(loads[i%2])
				_ = d.m.View()
			}
			if d.m.pool.Len() != 31*100+30*100 {
				b.Fatal(d.m.pool.Len())
			}
		})
	}
}
