package poolstate

import (
	"testing"
	"time"
)

// The expected values were computed by datetime.fromisoformat in Python 3.11.
func TestParseISO(t *testing.T) {
	const day = "2026-11-26" // a Thursday in ISO week 48
	at := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	valid := map[string]time.Time{
		day + "T10:00:00Z": at, day + " 10:00:00 +00:00": at, day + "T10:00:00 Z": at, day + "x10": at, day + "é10:00": at, day + "+10:00": at,
		"20261126T100000": at, "20261126T1000Z": at, "2026-W48-4T10": at, "2026W484T10:00": at, day + "T10:+00:00": at,
		day + "T10:00:00.+00:00": at, day + "T10:00:00.123456abc+00:00": at.Add(123456 * time.Microsecond),
		day + "T10:00:00,5": at.Add(500 * time.Millisecond), day + "T10:00:00.1234567Z": at.Add(123456 * time.Microsecond),
		day + "T10:00:00:25": at.Add(250 * time.Millisecond), day + "T10:30-0030": at.Add(time.Hour),
		day + "T10:00:00+23:59:59.5": at.Add(-24*time.Hour + time.Second), day + "T11:39+00:99": at,
		"2026-W48": time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), "2026W53": time.Date(2026, 12, 28, 0, 0, 0, 0, time.UTC),
		"2024-02-29": time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
	}
	for text, want := range valid {
		if got, ok := parseISO(text, time.UTC); !ok || !got.Equal(want) {
			t.Errorf("%s is (%v, %t), want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "2026", day[:9], day + "T", day + "T1:00:00Z", day + "T10:00:00+24:00", day + "T24:00", day + "T10:60", day + "T10:00:60", day + "T10:0",
		day + "T10:00:00z", day + "T10:00x", day + "T10:00:00+", day + "T10:00:00+7:00", day + "T10:00:00+00:00 ", day + "T10:00:00.5 Z",
		day + "T10:00:00ZZ", day + "T10:0000", day + "éT10:00", "2026-1126", "202611-26", "2026-330", "2026-13-01", "2026-11-31", "2025-02-29",
		"0000-01-01", "2026-W54", "2025-W53", "2026-W48-8", "2026-W48-0", "tomorrow",
	} {
		if got, ok := parseISO(text, time.UTC); ok {
			t.Errorf("%q is %v, want none", text, got)
		}
	}
}

// FuzzParseISO checks that parsing does not panic, and that a time with an offset does
// not depend on the location.
func FuzzParseISO(f *testing.F) {
	for _, text := range []string{"2026-11-26 10:00:00 +00:00", "2026W484T10Z", "20261126", "2026-W48-4é10,5-07", "\xff\xff\xff\xff\xff\xff\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parseISO(text, time.UTC)
		if got, ok := parseISO(text+"+01:00", time.UTC); ok && len(text) > 10 { // in a shorter text, + may be the separator
			if there, ok := parseISO(text+"+01:00", time.FixedZone("", 3600)); !ok || !got.Equal(there) {
				t.Errorf("%q is %v and %v", text, got, there)
			}
		}
	})
}
