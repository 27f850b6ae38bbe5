package text

import (
	"errors"
	"math"
	"testing"
	"time"
	_ "time/tzdata" // the same time zones on every machine

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
)

const longest = time.Duration(math.MaxInt64)

func TestCountdown(t *testing.T) {
	for _, c := range []struct {
		left time.Duration
		want string
	}{
		{-time.Hour, "0s"},
		{1, "1s"},
		{time.Second + 1, "2s"},
		{59200 * time.Millisecond, "1m00s"},
		{12*time.Minute + 3*time.Second, "12m03s"},
		{time.Hour - 1, "1h00m00s"},
		{3*time.Hour + 12*time.Minute + 5*time.Second, "3h12m05s"},
		{Day - time.Second, "23h59m59s"},
		{Day, "1d00h"},
		{6*Day + 5*time.Hour + 59*time.Minute, "6d05h"},
		{999*Day + 23*time.Hour, "999d23h"},
		{1000*Day - 1, ">999d"},
		{longest, ">999d"},
	} {
		uitest.Equal(t, c.left.String(), Countdown(c.left), c.want)
		uitest.Equal(t, c.want+" fits its column", len(c.want) <= 9, true)
	}
}

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		length time.Duration
		want   string
	}{
		{-time.Hour, "0s"},
		{1, "1s"},
		{89 * time.Second, "1m"},
		{90 * time.Second, "2m"},
		{59*time.Minute + 30*time.Second, "1h"},
		{150 * time.Minute, "2h30m"},
		{Day, "1d"},
		{6*Day + 6*time.Hour + 30*time.Minute, "6d7h"},
		{7*Day - time.Minute, "7d"},
		{999*Day + 23*time.Hour, "999d23h"},
		{longest, ">999d"},
	} {
		uitest.Equal(t, c.length.String(), Span(c.length), c.want)
	}
}

func TestMomentAndStamp(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name          string
		zone          *time.Location
		now, then     string
		moment, stamp string
	}{
		{"today", time.UTC, "2026-11-23 09:20:00", "2026-11-23 17:14:32", "17:14", "17:14:32"},
		{"next midnight", time.UTC, "2026-11-23 09:20:00", "2026-11-24 00:00:00", "Tue 00:00", "Tue 24 Nov 00:00:00"},
		{"in a week", time.UTC, "2026-11-23 09:20:00", "2026-11-30 09:20:00", "30 Nov", "Mon 30 Nov 09:20:00"},
		{"a week ago", time.UTC, "2026-11-23 09:20:00", "2026-11-16 09:20:00", "16 Nov", "Mon 16 Nov 09:20:00"},
		{"within a week, but next year", time.UTC, "2026-12-30 12:00:00", "2027-01-02 12:00:00", "Sat 12:00", "2 Jan 2027 12:00:00"},
		{"in five years", time.UTC, "2026-11-23 09:20:00", "2031-11-22 09:20:00", "Nov 2031", "22 Nov 2031 09:20:00"},
		{"latest year", time.UTC, "2026-11-23 09:20:00", "9999-12-31 23:59:59", "Dec 9999", "31 Dec 9999 23:59:59"},

		{"clocks go back", berlin, "2026-10-24 12:00:00", "2026-10-25 12:00:00", "Sun 12:00", "Sun 25 Oct 12:00:00"},
		{"later on the day when clocks go forward", berlin, "2026-03-29 00:30:00", "2026-03-29 23:30:00", "23:30", "23:30:00"},
	} {
		now, err1 := time.ParseInLocation(time.DateTime, c.now, c.zone)
		then, err2 := time.ParseInLocation(time.DateTime, c.then, c.zone)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		uitest.Equal(t, c.name+": moment", Moment(then.UTC(), now), c.moment)
		uitest.Equal(t, c.name+": stamp", Stamp(then.UTC(), now), c.stamp)
		uitest.Equal(t, c.moment+" fits its column", len(c.moment) <= 9, true)
	}
}

// TestMoment_FarAway formats times that only occur in corrupt files.
func TestMoment_FarAway(t *testing.T) {
	for _, then := range []time.Time{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1<<60, 0)} {
		uitest.Equal(t, "moment", Moment(then, uitest.Epoch), "never")
		uitest.Equal(t, "stamp", Stamp(then, uitest.Epoch), "after the year 9999")
	}
	uitest.Equal(t, "moment in 1970", Moment(time.Unix(1, 0), uitest.Epoch), "Jan 1970")
}

func TestUntil(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 20, 0, 0, time.UTC)
	for want, then := range map[string]time.Time{
		"17:14":        now.Add(7*time.Hour + 54*time.Minute),
		"Sun 09:20":    now.Add(6 * Day),
		"30 Nov 09:20": now.Add(7 * Day),
		"2 Jan 2027":   now.Add(40 * Day),
		"never":        time.Unix(1<<60, 0),
	} {
		uitest.Equal(t, "until", Until(then, now), want)
	}
}

func TestOrdinal(t *testing.T) {
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 10: "10th", 11: "11th", 13: "13th", 21: "21st", 112: "112th", 1003: "1003rd"} {
		uitest.Equal(t, "ordinal", Ordinal(n), want)
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 events", 1: "1 event", 2: "2 events", -1: "-1 events"} {
		uitest.Equal(t, "plural", Plural(n, "event", "events"), want)
	}
}

// TestCredentialName checks that names without a visible character are skipped.
func TestCredentialName(t *testing.T) {
	for _, c := range []struct{ label, source, id, want string }{
		{"label", "source", "id", "label"},
		{"", "source", "id", "source"},
		{"  ", "source", "id", "source"},
		{"\u200b\u200d", "source", "id", "source"},
		{"\u0301", "\n\t", "id", "id"},
		{"\ufe0f", "\U000e0041", "\u00ad", "#3"},
		{" padded ", "", "", "padded"},
	} {
		cred := &poolstate.Credential{Ref: poolstate.Ref{ID: c.id}, Index: 3, Label: c.label, Source: c.source}
		uitest.Equal(t, "name", CredentialName(cred), c.want)
	}
}

func TestProviderName(t *testing.T) {
	for name, want := range map[string]string{"anthropic\t": "anthropic", "": "(no name)", "\u200b": "(no name)", "a\x1bb": "a\ufffdb"} {
		uitest.Equal(t, "name", ProviderName(name), want)
	}
}
