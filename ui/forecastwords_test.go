package ui

import (
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

func TestForecastWords(t *testing.T) {
	const m = time.Minute
	never := backEntry("never", 0).with(entry{"last_error_reset_at": 9.8e17})
	due, dead := backEntry("due", -m), deadEntry("dead")
	a, b, c := backEntry("a", 10*m), computedEntry("b", 20*m), backEntry("c", 2*text.Day)
	tests := []struct {
		name string
		pool *poolstate.Pool
		want string
	}{
		{"no pool", poolWith(t, 0), "no keys"},
		{"all ready", poolWith(t, 3), "every key is ready"},
		{"dead only", poolWith(t, 0, dead), "nobody comes back by itself"},
		{"ready and dead", poolWith(t, 3, dead), "3 ready, nobody waits"},
		{"due only", poolWith(t, 0, due, due.with(entry{"id": "2"})), "2 due now"},
		{"one", poolWith(t, 3, a), "all by 09:30"},
		{"one and none ready", poolWith(t, 0, a), "all by 09:30"},
		{"two", poolWith(t, 3, a, b), "4 of 5 by 09:30, all by 09:40"},
		{"over days", poolWith(t, 3, a, b, c), "5 of 6 by 09:40, all by Wed 09:20"},
		{"at once", poolWith(t, 3, a, a.with(entry{"id": "2"})), "all by 09:30"},
		{"in one minute", poolWith(t, 3, a, backEntry("2", 10*m+1e9)), "all by 09:30"},
		{"with a dead one", poolWith(t, 3, a, b, dead), "4 of 5 by 09:30, the last by 09:40"},
		{"with a due one", poolWith(t, 3, a, b, due), "4 of 6 by 09:30, 5 by 09:40, 1 due now"},
		{"one with a due one", poolWith(t, 3, a, due), "4 of 5 by 09:30, 1 due now"},
		{"suspect", poolWith(t, 3, a, backEntry("s", 400*text.Day)), "4 of 5 by 09:30, all by Dec 2027 (suspect)"},
		{"never", poolWith(t, 3, a, b, never), "5 of 6 by 09:40, 1 never (suspect)"},
		{"nothing but never", poolWith(t, 3, never), "1 never (suspect)"},
		{"half of them never", poolWith(t, 0, a, never, never.with(entry{"id": "2"})), "1 of 3 by 09:30, 2 never (suspect)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.pool.Forecast(poolstate.Backoff, epoch)
			equal(t, "answer", ForecastWords(&f, epoch), tt.want)
		})
	}
}

func TestOutageAnswers(t *testing.T) {
	never := backEntry("never", 0).with(entry{"last_error_reset_at": 9.8e17})
	pool := poolOf(t, providers{
		"a-ready":  []entry{readyEntry("r"), backEntry("x", time.Hour)},
		"b-out":    []entry{backEntry("x", time.Hour), computedEntry("y", 42*time.Minute+10*time.Second), deadEntry("z")},
		"c-due":    []entry{backEntry("x", -time.Hour)},
		"d-both":   []entry{backEntry("x", -time.Hour), backEntry("y", 5*time.Minute)},
		"e-dead":   []entry{deadEntry("x")},
		"f-never":  []entry{never},
		"g-empty":  []entry{},
		"h-far":    []entry{backEntry("x", 60*text.Day)},
		"i-\x1b[m": []entry{deadEntry("x")},
		"":         []entry{deadEntry("x")},
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
	equal(t, "answers", strings.Join(outageAnswers(pool, poolstate.Backoff, epoch, timeForm{}), "\n"), strings.Join(want, "\n"))
}
