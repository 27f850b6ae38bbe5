package poolstate

import (
	"testing"
	"time"
)

// monday returns the time of these tests: Monday, 23 November 2026, 14:02:37.
func monday(t *testing.T) time.Time { return inBerlin(t, "2026-11-23 14:02:37") }

func inBerlin(t testing.TB, clock string) time.Time {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine: ", err)
	}
	at, err := time.ParseInLocation(time.DateTime, clock, berlin)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for s, want := range map[string]time.Duration{
		"45m":           45 * time.Minute,
		"2h30m":         150 * time.Minute,
		"2h 30m":        150 * time.Minute,
		" 2 h  30 m ":   150 * time.Minute,
		"1d":            day,
		"1d12h":         36 * time.Hour,
		"1d 12h 5m 3s":  day + 12*time.Hour + 5*time.Minute + 3*time.Second,
		"1D12H":         36 * time.Hour,
		"90s":           90 * time.Second,
		"1s":            time.Second,
		"1.5h":          90 * time.Minute,
		"36h":           36 * time.Hour,
		"0d1h":          time.Hour,
		"0h5m":          5 * time.Minute,
		"007d":          7 * day,
		"366d":          366 * day,
		"365d24h":       366 * day,
		"8784h":         366 * day,
		"\t1d\n":        day,
		"1d\u00a012h":   36 * time.Hour,
		"000000000001h": time.Hour,
	} {
		got, err := ParseDuration(s)
		if err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", " ", "0", "5", "90", "0s", "0d", "0d0h0m0s", "0.0h", "-5m", "-1d", "1d-1h", "+5m", "+1d", "1h-5m",
		"d", "h", "dh", "m5", "1d1d", "1h1h", "1h1d", "5m2h", "1 2h", "1h30", "1d12", "1.5d", "1,5h", ".5h", "1.h",
		"5ms", "5us", "5µs", "5ns", "1w", "1y", "1h5", "1hour", "2 hours", "tomorrow", "until 18:00", "18:00",
		"367d", "366d1s", "8785h", "999999999d", "99999999999999999999d", "9999999999999h", "366d2562047h", "1e3h", "0x10h",
		"NaNh", "Infh", "१h", "1h\x00", "\xff", "٣m", "1h 30m foo",
	} {
		if got, err := ParseDuration(s); err != ErrDuration || got != 0 { //nolint:errorlint // it is that very error
			t.Errorf("%q is %v, %v; want %v", s, got, err, ErrDuration)
		}
	}
}

func TestParseUntil(t *testing.T) {
	for s, want := range map[string]string{
		"18:00":                     "2026-11-23 18:00:00",
		"14:03":                     "2026-11-23 14:03:00",
		"14:02":                     "2026-11-24 14:02:00", // it is past
		"9:00":                      "2026-11-24 09:00:00",
		"09:00":                     "2026-11-24 09:00:00",
		"0:00":                      "2026-11-24 00:00:00",
		"today 18:00":               "2026-11-23 18:00:00",
		"tomorrow 9:00":             "2026-11-24 09:00:00",
		"tomorrow 18:00":            "2026-11-24 18:00:00",
		"Tomorrow  9:00":            "2026-11-24 09:00:00",
		"mon 18:00":                 "2026-11-23 18:00:00",
		"mon 9:00":                  "2026-11-30 09:00:00",
		"monday 9:00":               "2026-11-30 09:00:00",
		"tue 9:00":                  "2026-11-24 09:00:00",
		"tues 9:00":                 "2026-11-24 09:00:00",
		"wed 9:00":                  "2026-11-25 09:00:00",
		"THU 9:00":                  "2026-11-26 09:00:00",
		"fri 9:00":                  "2026-11-27 09:00:00",
		"sat 9:00":                  "2026-11-28 09:00:00",
		"Sunday 9:00":               "2026-11-29 09:00:00",
		"2026-11-23 14:03":          "2026-11-23 14:03:00",
		"2026-12-24 18:00":          "2026-12-24 18:00:00",
		"2026-12-24T18:00":          "2026-12-24 18:00:00",
		"2026-12-24t18:00":          "2026-12-24 18:00:00",
		"2026-12-24 18:00:30":       "2026-12-24 18:00:30",
		"2027-11-24 14:00":          "2027-11-24 14:00:00",
		"2026-11-23T18:00:00Z":      "2026-11-23 19:00:00",
		"2026-11-23t18:00:00z":      "2026-11-23 19:00:00",
		"2026-11-23T18:00:00-05:00": "2026-11-24 00:00:00",
		"2026-12-24T18:00:00.5Z":    "2026-12-24 19:00:00",
	} {
		got, err := ParseUntil(s, monday(t))
		if err != nil || got.Truncate(time.Second).In(monday(t).Location()).Format(time.DateTime) != want {
			t.Errorf("%q is %v, %v; want %s", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", " ", "until", "18", "18:0", "24:00", "25:00", "18:60", "-1:00", "6pm", "noon", "now", "18:00:00", "tomorrow", "today",
		"today 14:02", "today 9:00", "yesterday 9:00", "mo 9:00", "m 9:00", "mondays 9:00", "mon", "mon 9", "9:00 mon", "next mon 9:00",
		"2026-11-23 14:02", "2026-11-23 14:02:37", "2025-12-24 18:00", "2027-11-25 18:00", "9999-12-31 23:59", "0000-00-00 00:00",
		"2026-11-23T18:00:00+05:30", "2027-02-29 12:00", "2026-12-24", "2026-13-01 12:00", "24.12.2026 18:00", "2026-12-24 18:00 tomorrow", "1795429999", "\xff", "١٨:٠٠",
	} {
		if got, err := ParseUntil(s, monday(t)); err != ErrDuration || !got.IsZero() { //nolint:errorlint // it is that very error
			t.Errorf("%q is %v, %v; want %v", s, got, err, ErrDuration)
		}
	}
}

// A time of day is the time on the clock, also on days with 23 or 25 hours.
func TestParseUntil_DaylightSaving(t *testing.T) {
	for _, tt := range []struct{ now, s, want string }{
		{"2026-03-28 22:00:00", "tomorrow 9:00", "2026-03-29T09:00:00+02:00"},
		{"2026-03-28 22:00:00", "9:00", "2026-03-29T09:00:00+02:00"},
		{"2026-03-29 01:30:00", "18:00", "2026-03-29T18:00:00+02:00"},
		{"2026-03-29 01:30:00", "mon 9:00", "2026-03-30T09:00:00+02:00"},
		{"2026-10-24 22:00:00", "tomorrow 9:00", "2026-10-25T09:00:00+01:00"},
		{"2026-10-25 01:30:00", "18:00", "2026-10-25T18:00:00+01:00"},
		{"2026-10-25 01:30:00", "sun 1:00", "2026-11-01T01:00:00+01:00"},
		{"2026-12-31 23:59:59", "0:00", "2027-01-01T00:00:00+01:00"},
		{"2028-02-28 12:00:00", "tomorrow 9:00", "2028-02-29T09:00:00+01:00"},
	} {
		got, err := ParseUntil(tt.s, inBerlin(t, tt.now))
		if err != nil || got.Format(time.RFC3339) != tt.want {
			t.Errorf("at %s %q is %v, %v; want %s", tt.now, tt.s, got.Format(time.RFC3339), err, tt.want)
		}
	}
	// 2:30 does not exist on that day. The result is still ahead, within an hour.
	now := inBerlin(t, "2026-03-29 01:30:00")
	got, err := ParseUntil("2:30", now)
	if d := got.Sub(now); err != nil || d < 0 || d > time.Hour {
		t.Errorf("a time that does not exist is %v, %v", got, err)
	}
}

func TestParseHold(t *testing.T) {
	now := monday(t)
	for s, want := range map[string]Hold{
		"45m":                  {For: 45 * time.Minute},
		" 1D 12H ":             {For: 36 * time.Hour},
		"until 18:00":          {Until: inBerlin(t, "2026-11-23 18:00:00")},
		"UNTIL  Tomorrow 9:00": {Until: inBerlin(t, "2026-11-24 09:00:00")},
		"until mon 9:00":       {Until: inBerlin(t, "2026-11-30 09:00:00")},
	} {
		got, err := ParseHold(s, now)
		wantErr(t, err, nil)
		equal(t, s+": for", got.For, want.For)
		equal(t, s+": until", got.Until.Equal(want.Until), true)
	}
	for _, s := range []string{"", "until", "until ", "until 45m", "18:00", "tomorrow 9:00", "until until 18:00", "for 45m", "-5m", "5"} {
		got, err := ParseHold(s, now)
		wantErr(t, err, ErrDuration)
		equal(t, s, got, Hold{})
	}
	got, err := ParseHold("until 18:00", time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC))
	wantErr(t, err, nil)
	equal(t, "where now is", got.Until, time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC))
}

// FuzzParseHold checks that any input is an error or a deadline
// ahead of now, within 366 days.
func FuzzParseHold(f *testing.F) {
	for _, s := range []string{
		"45m", "2h30m", "1d12h", "366d", "until 18:00", "until tomorrow 9:00", "until mon 9:00", "until 2026-12-24 18:00",
		"until 2026-12-24T18:00:00Z", "1d-1h", "5ms", "9999999999999h", "until 2:30", "UNTIL SUN 0:00", "until  9999-12-31 23:59",
	} {
		f.Add(s, int64(1795425600))
	}
	f.Add("until 2:30", int64(1774747800))
	f.Fuzz(func(t *testing.T, s string, unix int64) {
		now := time.Unix(unix%(1<<36), 0).In(inBerlin(t, "2026-11-23 14:02:37").Location())
		h, err := ParseHold(s, now)
		if err != nil {
			equal(t, "error", err, ErrDuration)
			equal(t, "hold", h, Hold{})
			return
		}
		end := h.deadline(&Credential{}, now)
		if !end.After(now) || end.Sub(now) > 366*24*time.Hour {
			t.Errorf("%q at %v ends at %v", s, now, end)
		}
		if (h.For == 0) == h.Until.IsZero() {
			t.Errorf("%q is %+v, want one of the two", s, h)
		}
	})
}
