package chart

import (
	"testing"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
	"pooltop/ui/text"
)

func TestSummary(t *testing.T) {
	due, dead := uitest.Cooling("due", -minute), uitest.Dead("dead")
	a, b, c := uitest.Cooling("a", 10*minute), computed("b", 20*minute), uitest.Cooling("c", 2*text.Day)
	another := uitest.Entry{"id": "2"}
	for _, tt := range []struct {
		name string
		pool *poolstate.Pool
		want string
	}{
		{"empty", poolWith(t, 0), "no credentials"},
		{"all ready", poolWith(t, 3), "all 3 ready"},
		{"dead only", poolWith(t, 0, dead), "none will recover on its own"},
		{"ready and dead", poolWith(t, 3, dead), "3 ready, none cooling"},
		{"due only", poolWith(t, 0, due, due.With(another)), "2 due now"},
		{"one", poolWith(t, 3, a), "all back by 09:30"},
		{"over several days", poolWith(t, 3, a, b, c), "5 of 6 by 09:40, all back by Wed 09:20"},
		{"all at the same time", poolWith(t, 3, a, a.With(another)), "all back by 09:30"},
		{"all in the same minute", poolWith(t, 3, a, uitest.Cooling("2", 10*minute+1e9)), "all back by 09:30"},
		{"one due", poolWith(t, 3, a, b, due), "4 of 6 by 09:30, 5 by 09:40, 1 due now"},
		{"suspect", poolWith(t, 3, a, uitest.Cooling("s", 400*text.Day)), "4 of 5 by 09:30, all back by Dec 2027 (suspect)"},
		{"never", poolWith(t, 3, a, b, tooLate("n")), "5 of 6 by 09:40, 1 never (suspect)"},
		{"more than half never recover", poolWith(t, 0, a, tooLate("n"), tooLate("n").With(another)), "1 of 3 by 09:30, 2 never (suspect)"},
	} {
		f := tt.pool.Forecast(poolstate.Backoff(), uitest.Epoch)
		uitest.Equal(t, tt.name, Summary(&f), tt.want)
	}
}

func TestAccounts(t *testing.T) {
	same := uitest.Entry{"access_token": "same"}
	a, b := uitest.Cooling("a", 10*minute), computed("b", 20*minute)
	for want, pool := range map[string]*poolstate.Pool{
		"":                          poolWith(t, 3, a, b),
		"5 credentials, 4 accounts": poolWith(t, 3, a.With(same), b.With(same)),
		"2 credentials, 1 account":  poolWith(t, 0, a.With(same), b.With(same)),
	} {
		f := pool.Forecast(poolstate.Backoff(), uitest.Epoch)
		uitest.Equal(t, "accounts", Accounts(&f), want)
	}
}
