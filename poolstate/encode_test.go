package poolstate

import (
	"testing"
	"time"
)

// Seconds are floats in shortest form, to a microsecond, as Python writes them.
func TestRawSeconds(t *testing.T) {
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{time.Time{}, "null"},
		{time.Unix(1795425600, 0), "1795425600.0"},
		{time.Unix(1795425600, 500000000), "1795425600.5"},
		{time.Unix(1795425600, 970596000), "1795425600.970596"},
		{time.Unix(1795425600, 970596789), "1795425600.970596"},
		{time.Unix(1795425600, 100000000), "1795425600.1"},
		{time.Unix(1795425600, 1000), "1795425600.000001"},
		{time.Unix(1, 0), "1.0"},
		{time.Unix(0, 0), "0.0"},
		{time.Unix(4102444800, 999999000), "4102444800.999999"},
		{time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), "253402300799.0"},
		{time.Date(2026, 11, 23, 10, 20, 0, 0, time.FixedZone("", 3600)), "1795425600.0"},
	} {
		equal(t, tt.at.String(), string(rawSeconds(tt.at)), tt.want)
	}
}

func TestRawSeconds_RoundTrip(t *testing.T) {
	for micro := int64(0); micro < 1e6; micro += 997 {
		at := time.UnixMicro(1795425600_000000 + micro).UTC()
		if got := instantOf(rawSeconds(at), time.UTC); !got.Equal(at) {
			t.Fatalf("%v became %v", at, got)
		}
	}
}

// updated_at is ISO 8601 in UTC with microseconds and a numeric offset.
func TestRawUpdatedAt(t *testing.T) {
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{stampAt, stamp},
		{stampAt.In(time.FixedZone("", -5*3600)), stamp},
		{sampledAt, `"2026-11-23T09:20:00.000000+00:00"`},
		{stampAt.Add(999), stamp},
	} {
		equal(t, tt.at.String(), string(rawUpdatedAt(tt.at)), tt.want)
	}
}

func TestRawIntAndText(t *testing.T) {
	for n, want := range map[int]string{0: "0", -7: "-7", 1 << 62: "4611686018427387904"} {
		equal(t, "integer", string(rawInt(n)), want)
	}
	equal(t, "no text", string(rawTextOrNull("")), "null")
	equal(t, "text", string(rawTextOrNull("é")), `"\u00e9"`)
}
