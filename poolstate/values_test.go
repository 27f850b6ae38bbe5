package poolstate

import (
	"math"
	"testing"
	"time"
)

// near reports whether two times differ by at most a microsecond, the resolution of stored
// times.
func near(a, b time.Time) bool { return a.Sub(b).Abs() <= time.Microsecond }

// Each vector contains an encoded time and the value that an agent decoded from it.
func TestInstant_Vectors(t *testing.T) {
	type vector struct {
		JSON  string
		Epoch *float64 `json:"epoch_seconds"`
	}
	for _, v := range vectors[vector](t, "timestamps.json") {
		c := entryOf(t, `{"last_status": "exhausted", "last_status_at": `+v.JSON+`, "last_error_reset_at": `+v.JSON+`}`)
		for field, got := range map[string]time.Time{"last_status_at": c.StatusAt, "last_error_reset_at": c.ResetAt} {
			if v.Epoch == nil {
				if !got.IsZero() {
					t.Errorf("%s %s is %v, want none", field, v.JSON, got)
				}
				continue
			}
			sec, frac := math.Modf(*v.Epoch)
			if want := time.Unix(int64(sec), int64(frac*1e9)); !near(got, want) {
				t.Errorf("%s %s is %v, want %v", field, v.JSON, got, want.UTC())
			}
		}
	}
}

func TestInstant_Encodings(t *testing.T) {
	const at = 1778513335 // 2026-05-11T15:28:55Z
	for raw, want := range map[string]time.Time{
		`1795425600.970596`:             time.Unix(1795425600, 970596000),
		`1.7785133350e9`:                time.Unix(at, 0),
		`"1.778513335e9"`:               time.Unix(at, 0),
		`1778513335.9999999`:            time.Unix(at+1, 0),
		`"1_778_513_335"`:               time.Unix(at, 0),
		`"20261126_1000"`:               time.Unix(202611261000, 0), // a number in Python
		`0.25`:                          time.Unix(0, 250000000),
		`1000000000000`:                 time.Unix(1000000000000, 0),
		`1000000000001`:                 time.Unix(1000000000, 1000000), // milliseconds
		`"2026-05-11T15:28:55.123456Z"`: time.Unix(at, 123456000),
		`"2026-05-11 15:28:55"`:         time.Unix(at, 0),
		`"2026-05-11 15:28:55.5+00:00"`: time.Unix(at, 500000000),
		`"20260511T152855Z"`:            time.Unix(at, 0),
		`"2026-05-11T15:28:55+00"`:      time.Unix(at, 0),
		`"  2026-05-11T15:28:55Z\n"`:    time.Unix(at, 0),
		`"\u0032026-05-11T15:28:55Z"`:   time.Unix(at, 0),
		`1e25`:                          never,
		`"1e25"`:                        never,
		`1e400`:                         never,
		`Infinity`:                      never,
	} {
		if got := instantOf([]byte(raw), time.UTC); !got.Equal(want) {
			t.Errorf("%s is %v, want %v", raw, got, want.UTC())
		}
	}
	for _, raw := range []string{
		`-0.0`, `-1778513335`, `"-1778513335"`, `-1e400`, `"1e400"`, `"1__778513335"`, `"_1778513335"`, `"1778513335_"`, `NaN`, `-Infinity`, `"inf"`, `"NaN"`, `"nan"`,
		`"Infinity"`, `""`, `" "`, `"1970-01-01T00:00:00Z"`, `"1969-12-31T23:59:59Z"`, `"2025-02-29T00:00:00Z"`, `"2026-05-11T25:00:00Z"`,
		`"2026-05-11T15:28:55Z and more"`, `"\ud800"`,
	} {
		equal(t, raw, instantOf([]byte(raw), time.UTC), time.Time{})
	}
}

// An ISO 8601 time without an offset is in the location of the store.
func TestInstant_LocalTime(t *testing.T) {
	loc := time.FixedZone("UTC+3", 3*60*60)
	for text, want := range map[string]time.Time{
		"2026-05-11T15:28:55":       time.Date(2026, 5, 11, 12, 28, 55, 0, time.UTC),
		"2026-05-11":                time.Date(2026, 5, 10, 21, 0, 0, 0, time.UTC),
		"2026-05-11T15:28:55Z":      time.Date(2026, 5, 11, 15, 28, 55, 0, time.UTC),
		"2026-05-11T15:28:55-01:00": time.Date(2026, 5, 11, 16, 28, 55, 0, time.UTC),
	} {
		equal(t, text, instantOf([]byte(`"`+text+`"`), loc), want)
	}
}

// Durations until a time in the far future do not overflow.
func TestInstant_FarFuture(t *testing.T) {
	c := entryOf(t, `{"last_status": "exhausted", "last_status_at": 1e15, "last_error_reset_at": 1e18}`)
	for _, p := range []Policy{Backoff(), Flat(), Flat202608()} {
		a := p.Assess(&c, sampledAt)
		equal(t, "availability", a.Availability, Cooling)
		equal(t, "suspect", a.Deadline.Suspect, true)
		if a.Remaining <= 0 || a.Cooldown < 0 {
			t.Errorf("remaining %v or cooldown %v overflowed", a.Remaining, a.Cooldown)
		}
	}
}

// Times are encoded as in Python: as the shortest float, truncated to a microsecond.
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
		{time.Unix(1795425600, 1000), "1795425600.000001"},
		{time.Unix(0, 0), "0.0"},
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
			t.Fatalf("%v was decoded as %v", at, got)
		}
	}
}

// updated_at is ISO 8601 in UTC with microseconds and a numeric offset.
func TestRawUpdatedAt(t *testing.T) {
	equal(t, "in another time zone", string(rawUpdatedAt(stampAt.In(time.FixedZone("", -5*3600)))), stamp)
	equal(t, "nanoseconds are dropped", string(rawUpdatedAt(stampAt.Add(999))), stamp)
	equal(t, "whole seconds", string(rawUpdatedAt(sampledAt)), `"2026-11-23T09:20:00.000000+00:00"`)
}
