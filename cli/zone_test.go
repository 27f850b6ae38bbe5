package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same time zones on every machine
)

func TestZoneOf(t *testing.T) {
	file := filepath.Join(t.TempDir(), "zone")
	must(t, os.WriteFile(file, []byte("TZif, but incomplete"), 0o600))
	for _, c := range []struct {
		value        string
		winter, july string // the offsets; empty if the value is not valid
	}{
		{"", "+0000", "+0000"},
		{"UTC", "+0000", "+0000"},
		{"UTC0", "+0000", "+0000"},
		{":Europe/Berlin", "+0100", "+0200"},
		{"Europe/Berlin", "+0100", "+0200"},
		{"CET-1CEST,M3.5.0,M10.5.0/3", "+0100", "+0200"},
		{":CET-1CEST,M3.5.0,M10.5.0/3", "+0100", "+0200"},
		{"CET-1CEST,J84,J301", "+0100", "+0200"},
		{"CET-1CEST,83/2,300", "+0100", "+0200"},
		{"IST-1GMT0,M10.5.0,M3.5.0/1", "+0000", "+0100"},
		{"NZST-12NZDT,M9.5.0,M4.1.0/3", "+1300", "+1200"},
		{"AAA5BBB", "-0500", "-0400"}, // without dates, those of the United States
		{"<+0330>-3:30", "+0330", "+0330"},
		{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "-0200", "-0100"},
		{"Europe/Nowhere", "", ""},
		{"Europe/Berlin2", "", ""},
		{"Local", "", ""},
		{"AAA", "", ""},
		{"A5", "", ""},
		{"AAA5BBB,M3.5.0", "", ""},
		{"AAA5\nBBB", "", ""},
		{"../../etc/passwd", "", ""},
		{file, "", ""},
		{filepath.Dir(file), "", ""},
	} {
		loc, err := zoneOf(c.value)
		if c.winter == "" {
			if err == nil || loc != time.UTC || strings.Contains(err.Error(), "\n") {
				t.Errorf("zoneOf(%q) = %v, %v; want UTC and an error in one line", c.value, loc, err)
			}
			continue
		}
		offset := func(m time.Month) string { return time.Date(2026, m, 15, 12, 0, 0, 0, loc).Format("-0700") }
		if err != nil || offset(time.January) != c.winter || offset(time.July) != c.july {
			t.Errorf("zoneOf(%q): %v, %s and %s; want %s and %s", c.value, err, offset(time.January), offset(time.July), c.winter, c.july)
		}
	}
}

// Daylight saving time begins and ends at the same instants as in the zone file.
func TestZoneOf_Changes(t *testing.T) {
	rule, err := zoneOf("CET-1CEST,M3.5.0,M10.5.0/3")
	must(t, err)
	zone, err := zoneOf("Europe/Berlin")
	must(t, err)
	const day = 24 * time.Hour
	for at := time.Date(2026, 1, 1, 0, 59, 59, 0, time.UTC); at.Year() < 2028; at = at.Add(day) {
		for _, at := range []time.Time{at, at.Add(time.Second)} {
			if got, want := at.In(rule).Format(time.RFC3339), at.In(zone).Format(time.RFC3339); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	}
}
