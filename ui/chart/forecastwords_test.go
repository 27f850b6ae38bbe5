package chart

import (
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
	"pooltop/ui/text"
)

func TestSummary(t *testing.T) {
	const m = time.Minute
	never := uitest.Cooling("never", 0).With(uitest.Entry{"last_error_reset_at": 9.8e17})
	due, dead := uitest.Cooling("due", -m), uitest.Dead("dead")
	a, b, c := uitest.Cooling("a", 10*m), computedEntry("b", 20*m), uitest.Cooling("c", 2*text.Day)
	tests := []struct {
		name string
		pool *poolstate.Pool
		want string
	}{
		{"no pool", poolWith(t, 0), "no keys"},
		{"all ready", poolWith(t, 3), "every key is ready"},
		{"dead only", poolWith(t, 0, dead), "nobody comes back by itself"},
		{"ready and dead", poolWith(t, 3, dead), "3 ready, nobody waits"},
		{"due only", poolWith(t, 0, due, due.With(uitest.Entry{"id": "2"})), "2 due now"},
		{"one", poolWith(t, 3, a), "all by 09:30"},
		{"one and none ready", poolWith(t, 0, a), "all by 09:30"},
		{"two", poolWith(t, 3, a, b), "4 of 5 by 09:30, all by 09:40"},
		{"over days", poolWith(t, 3, a, b, c), "5 of 6 by 09:40, all by Wed 09:20"},
		{"at once", poolWith(t, 3, a, a.With(uitest.Entry{"id": "2"})), "all by 09:30"},
		{"in one minute", poolWith(t, 3, a, uitest.Cooling("2", 10*m+1e9)), "all by 09:30"},
		{"with a dead one", poolWith(t, 3, a, b, dead), "4 of 5 by 09:30, the last by 09:40"},
		{"with a due one", poolWith(t, 3, a, b, due), "4 of 6 by 09:30, 5 by 09:40, 1 due now"},
		{"one with a due one", poolWith(t, 3, a, due), "4 of 5 by 09:30, 1 due now"},
		{"suspect", poolWith(t, 3, a, uitest.Cooling("s", 400*text.Day)), "4 of 5 by 09:30, all by Dec 2027 (suspect)"},
		{"never", poolWith(t, 3, a, b, never), "5 of 6 by 09:40, 1 never (suspect)"},
		{"nothing but never", poolWith(t, 3, never), "1 never (suspect)"},
		{"half of them never", poolWith(t, 0, a, never, never.With(uitest.Entry{"id": "2"})), "1 of 3 by 09:30, 2 never (suspect)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.pool.Forecast(poolstate.Backoff, uitest.Epoch)
			uitest.Equal(t, "answer", Summary(&f, uitest.Epoch), tt.want)
		})
	}
}

func TestOutageAnswers(t *testing.T) {
	never := uitest.Cooling("never", 0).With(uitest.Entry{"last_error_reset_at": 9.8e17})
	pool := uitest.PoolOf(t, uitest.Providers{
		"a-ready":  []uitest.Entry{uitest.Ready("r"), uitest.Cooling("x", time.Hour)},
		"b-out":    []uitest.Entry{uitest.Cooling("x", time.Hour), computedEntry("y", 42*time.Minute+10*time.Second), uitest.Dead("z")},
		"c-due":    []uitest.Entry{uitest.Cooling("x", -time.Hour)},
		"d-both":   []uitest.Entry{uitest.Cooling("x", -time.Hour), uitest.Cooling("y", 5*time.Minute)},
		"e-dead":   []uitest.Entry{uitest.Dead("x")},
		"f-never":  []uitest.Entry{never},
		"g-empty":  []uitest.Entry{},
		"h-far":    []uitest.Entry{uitest.Cooling("x", 60*text.Day)},
		"i-\x1b[m": []uitest.Entry{uitest.Dead("x")},
		"":         []uitest.Entry{uitest.Dead("x")},
	})
	want := []string{
		"(no name): nobody comes back by itself",
		"b-out: first back 10:02, in 42m10s",
		"c-due: 1 due now",
		"d-both: 1 due now, first back 09:25, in 5m00s",
		"e-dead: nobody comes back by itself",
		"f-never: first back never (suspect)",
		"h-far: first back Jan 2027 (suspect), in 60d00h",
		"i-\uFFFD[m: nobody comes back by itself",
	}
	uitest.Equal(t, "answers", strings.Join(Outages(pool, poolstate.Backoff, uitest.Epoch, text.Countdown), "\n"), strings.Join(want, "\n"))
}
