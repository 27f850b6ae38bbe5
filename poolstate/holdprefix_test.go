package poolstate

import "testing"

func TestBeginsHold(t *testing.T) {
	now := monday(t)
	for _, whole := range []string{
		"90m", "3 hours", "1d 12h", "until 18:00", "until tomorrow 9:00", "mon 9:00", "today 23:00", "2026-12-24 18:00",
		"2027-01-02t18:00:00z", "2026-12-24T18:00:00+01:00", "UNTIL  sunday 23:59", "2 mins", "30 seconds",
	} {
		for i := 1; i <= len(whole); i++ {
			if !BeginsHold(whole[:i], now) {
				t.Errorf("%q is not accepted as the beginning of %q", whole[:i], whole)
			}
		}
	}
	for _, s := range []string{"abc", "-5m", "3x", "5 apples", "18:0x", "2020-01-01", "yesterday", "until until", "5m 3h"} {
		if BeginsHold(s, now) {
			t.Errorf("%q is accepted as the beginning of a hold", s)
		}
	}
}
