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

// bigPool is a store of n credentials in ten providers, every fifth of which
// cools down; generation makes the next version of the file a different one.
func bigPool(n, generation int) string {
	providers := make([]string, 10)
	for p := range providers {
		entries := make([]string, n/10)
		for i := range entries {
			at := p*n/10 + i
			entries[i] = fmt.Sprintf(`{"id": "%06x", "label": "key-%d", "priority": %d, "source": "manual", "access_token": "SECRET-%d-not-a-real-token", "consecutive_failures": 0, "request_count": %d}`, at, at, i, at, generation)
			if i%5 == 0 {
				entries[i] = fmt.Sprintf(`{"id": "%06x", "label": "key-%d", "priority": %d, "last_status": "exhausted", "last_status_at": %d, "last_error_code": 429, "consecutive_failures": %d}`,
					at, at, i, noon.Add(-time.Duration(at%50)*time.Minute).Unix(), 1+at%5)
			}
		}
		providers[p] = fmt.Sprintf(`"provider-%d": [%s]`, p, strings.Join(entries, ", "))
	}
	return `{"credential_pool": {` + strings.Join(providers, ", ") + `}}`
}

// open is a dashboard on such a store, read and drawn once.
func openBig(b *testing.B, n int) *Model {
	b.Helper()
	now := noon
	m := New(Config{
		Operator:     &journal.Operator{Store: poolstate.Open(filepath.Join(b.TempDir(), "auth.json"))},
		Pending:      &Pending{},
		Clock:        Clock{Now: func() time.Time { now = now.Add(time.Second); return now }, Rate: 1},
		After:        func(time.Duration, func(time.Time) tea.Msg) tea.Cmd { return nil },
		ExplainError: error.Error,
	})
	pool, err := poolstate.Decode([]byte(bigPool(n, 0)), time.UTC)
	if err != nil {
		b.Fatal(err)
	}
	after(b, &m, tea.WindowSizeMsg{Width: 120, Height: 36}, journalRead{}, poolLoaded{snapshot: poolstate.Snapshot{Pool: pool}})
	_ = m.View()
	return &m
}

// after hands messages over and does nothing of what is to be done then.
func after(b *testing.B, m *Model, msgs ...tea.Msg) {
	b.Helper()
	for _, msg := range msgs {
		next, _ := m.Update(msg)
		*m, _ = next.(Model)
	}
}

func forSizes(b *testing.B, run func(b *testing.B, m *Model, n int)) {
	b.Helper()
	for _, n := range []int{10, 1000, 10_000} {
		b.Run(fmt.Sprintf("credentials=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			run(b, openBig(b, n), n)
		})
	}
}

// BenchmarkBeat is what each second costs: Update and View.
func BenchmarkBeat(b *testing.B) {
	forSizes(b, func(b *testing.B, m *Model, _ int) {
		for b.Loop() {
			after(b, m, ticked{m.beat.number})
			_ = m.View()
		}
	})
}

// BenchmarkKey moves the selection up and down, with a filter and an order in
// force.
func BenchmarkKey(b *testing.B) {
	forSizes(b, func(b *testing.B, m *Model, _ int) {
		for _, r := range "/key" {
			after(b, m, tea.KeyPressMsg{Code: r, Text: string(r)})
		}
		after(b, m, tea.KeyPressMsg{Code: tea.KeyEnter}, tea.KeyPressMsg{Code: 's', Text: "s"})
		keys := []tea.KeyPressMsg{{Code: tea.KeyDown}, {Code: tea.KeyUp}}
		for i := 0; b.Loop(); i++ {
			after(b, m, keys[i%2])
			_ = m.View()
		}
	})
}

// BenchmarkFilterKey types a letter of a filter and takes it back.
func BenchmarkFilterKey(b *testing.B) {
	forSizes(b, func(b *testing.B, m *Model, _ int) {
		after(b, m, tea.KeyPressMsg{Code: '/', Text: "/"})
		keys := []tea.KeyPressMsg{{Code: '7', Text: "7"}, {Code: tea.KeyBackspace}}
		for i := 0; b.Loop(); i++ {
			after(b, m, keys[i%2])
			_ = m.View()
		}
	})
}

// BenchmarkPicture takes a new picture of the pool over, in which nothing has
// happened.
func BenchmarkPicture(b *testing.B) {
	forSizes(b, func(b *testing.B, m *Model, n int) {
		var pools [2]*poolstate.Pool
		for i := range pools {
			var err error
			if pools[i], err = poolstate.Decode([]byte(bigPool(n, i)), time.UTC); err != nil {
				b.Fatal(err)
			}
		}
		for i := 0; b.Loop(); i++ {
			after(b, m, poolLoaded{snapshot: poolstate.Snapshot{Pool: pools[i%2]}})
			_ = m.View()
		}
	})
}
