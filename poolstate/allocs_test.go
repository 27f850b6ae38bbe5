package poolstate

import (
	"testing"
	"time"
)

// allocsOf returns how often a function allocates, after a first run.
func allocsOf(f func()) int { return int(testing.AllocsPerRun(10, f)) }

// A load makes the id and the label of a credential, and what it has in common
// with others once.
func TestALoadAllocatesLittle(t *testing.T) {
	const n = 1000
	data := bigStore(n)
	got := allocsOf(func() {
		if _, err := Decode(data, time.UTC); err != nil {
			t.Fatal(err)
		}
	})
	if got > 2*n+n/4 {
		t.Errorf("%d allocations for %d credentials", got, n)
	}
}

// A look at the pool is taken at every tick.
func TestALookAtThePoolAllocatesNothing(t *testing.T) {
	pool := decoded(t, string(bigStore(100)))
	equal(t, "allocations of a summary", allocsOf(func() { pool.Summarize(Backoff, pictureAt) }), 0)
	equal(t, "of a provider's", allocsOf(func() { pool.Providers[0].Summarize(FlatSole, pictureAt) }), 0)
	equal(t, "of all assessments", allocsOf(func() {
		for c := range pool.All() {
			Backoff.Assess(c, pictureAt)
		}
	}), 0)
}

// A forecast makes what it returns, and two lists to put in order, however many
// come back.
func TestAForecastAllocatesLittle(t *testing.T) {
	pool := decoded(t, string(bigStore(1000)))
	at := pictureAt.Add(-time.Hour) // before anybody is back
	equal(t, "steps", len(pool.Forecast(Backoff, at).Steps), 1)
	equal(t, "allocations", allocsOf(func() { pool.Forecast(Backoff, at) }), 4)
}

// A text that quotes no secret is looked at and not copied.
func TestACleanTextIsNotCopied(t *testing.T) {
	s := newScrubber([]string{"SECRET-1-not-a-real-token"})
	text := "This request would exceed your organization's rate limit"
	equal(t, "allocations", allocsOf(func() { s.clean(text) }), 0)
}
