package poolstate

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// credentialAt decodes a provider with the given entries and returns its first credential.
func credentialAt(t *testing.T, provider string, entries ...string) *Credential {
	t.Helper()
	p := decoded(t, fmt.Sprintf(`{"credential_pool": {%q: [%s]}}`, provider, strings.Join(entries, ", ")))
	return &p.Providers[0].Credentials[0]
}

// HoldCode returns 429, or 402 if 429 would cause a warning.
func TestHoldCode(t *testing.T) {
	for _, tt := range []struct {
		name, provider string
		entries        []string
		want           int
		warning        string // for code 429
	}{
		{"one of two credentials", "openrouter", []string{`{}`, `{}`}, 429, ""},
		{"only credential", "openrouter", []string{`{}`}, 402, "60s"},
		{"last live credential", "openrouter", []string{`{}`, `{"last_status": "dead"}`}, 402, "60s"},
		{"other credential exhausted", "openrouter", []string{`{}`, `{"last_status": "exhausted"}`}, 429, ""},
		{"codex", "openai-codex", []string{`{}`, `{}`}, 402, "code 429"},
		{"codex, only credential", "openai-codex", []string{`{}`}, 402, "code 429"},
		{"similar name", "openai-codex-2", []string{`{}`, `{}`}, 429, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := credentialAt(t, tt.provider, tt.entries...)
			equal(t, "code", HoldCode([]Credential{{}, *c, {}}), tt.want)
			got := Hold{Code: 429}.Warning(c)
			if (got == "") != (tt.warning == "") || !strings.Contains(got, tt.warning) {
				t.Errorf("warning is %q, want %q in it", got, tt.warning)
			}
			equal(t, "warning for the code", Hold{Code: tt.want}.Warning(c), "")
		})
	}
	equal(t, "code for none", HoldCode(nil), 429)
}

// An invalid hold, or one with a reason that makes agents end it early, is refused before
// anything is written.
func TestHold_Refused(t *testing.T) {
	const codex, other = "openai-codex", "openrouter"
	dead, ready := `{"id": "a", "last_status": "dead"}`, `{"id": "a"}`
	at := stampAt.Add
	for _, tt := range []struct {
		name, provider, entry string
		hold                  Hold
		want                  string // part of the reason; empty if the hold is allowed
	}{
		{"dead", other, dead, Hold{Code: 429}, "dead"},
		{"ready", other, ready, Hold{Code: 429}, ""},

		{"until now", other, ready, Hold{Code: 429, Until: at(0)}, "not in the future"},
		{"until just before now", other, ready, Hold{Code: 429, Until: at(-time.Microsecond)}, "not in the future"},
		{"until just after now", other, ready, Hold{Code: 429, Until: at(time.Microsecond)}, ""},
		{"negative duration", other, ready, Hold{Code: 429, For: -time.Second}, "not in the future"},
		{"negative duration, until later", other, ready, Hold{Code: 429, For: -time.Second, Until: at(time.Hour)}, "not in the future"},
		{"for a year", other, ready, Hold{Code: 429, For: maxHold}, ""},
		{"for more than a year", other, ready, Hold{Code: 429, For: maxHold + 1}, "more than a year"},
		{"until more than a year ahead", other, ready, Hold{Code: 429, Until: at(maxHold + 1), Shorten: true}, "more than a year"},

		{"no code", other, ready, Hold{}, "error code 0"},
		{"code 100", other, ready, Hold{Code: 100}, ""},
		{"code 599", other, ready, Hold{Code: 599}, ""},
		{"code 600", other, ready, Hold{Code: 600}, "error code 600"},

		{"quota", codex, ready, Hold{Code: 402, Reason: "out of quota"}, `"quota"`},
		{"Quotas", codex, ready, Hold{Code: 402, Reason: "Quotas"}, `"quota"`},
		{"Rate Limit", codex, ready, Hold{Code: 402, Reason: "Rate Limit"}, `"rate limit"`},
		{"usage limits", codex, ready, Hold{Code: 402, Reason: "usage limits reached"}, `"usage limit"`},
		{"underscores", codex, ready, Hold{Code: 402, Reason: "rate_limit, usage_limit_reached"}, ""},
		{"similar words", codex, ready, Hold{Code: 402, Reason: "rate  limit, limit of usage, quotient"}, ""},
		{"429 is allowed with a warning", codex, ready, Hold{Code: 429}, ""},
		{"rate limit words, other provider", other, ready, Hold{Code: 402, Reason: "quota rate limit usage limit"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, fmt.Sprintf(`{"credential_pool": {%q: [%s, {"id": "companion"}]}}`, tt.provider, tt.entry))
			check := unchangedFile(t, s)
			out := perform(t, s, Action{Verb: VerbHold, Hold: tt.hold}, Ref{Provider: tt.provider, ID: "a", Position: 0})
			if tt.want == "" {
				equal(t, "refusals", out.Refusals(), 0)
				equal(t, "changed", len(out.Changed), 1)
				return
			}
			checkUnchanged(t, out, true, tt.want)
			check("auth.json", "auth.lock")
		})
	}
}

// A hold that would end before the current cooldown is refused unless Shorten is set. A
// hold without a duration keeps the later deadline.
func TestHold_Shortens(t *testing.T) {
	const (
		ready    = `{"id": "a"}`
		cooling  = `{"id": "a", "last_status": "exhausted", "last_error_code": 429, "last_error_reset_at": 1795439999}` // in 3h59m53s
		held     = `{"id": "a", "last_status": "exhausted", "last_error_reason": "operator_hold", "last_error_reset_at": 1795439999}`
		computed = `{"id": "a", "last_status": "exhausted", "last_status_at": 1795425600, "consecutive_failures": 4}` // 8h with backoff, 1h flat
		due      = `{"id": "a", "last_status": "exhausted", "last_error_reset_at": 1795425000}`
		forever  = `{"id": "a", "last_status": "exhausted", "last_error_reset_at": 253402300800}` // year 10000
	)
	reset, end := time.Unix(1795439999, 0), stampAt.Add(time.Hour)
	hour := Hold{Code: 429, For: time.Hour}
	flat := Hold{Code: 429, For: time.Hour, Policy: Flat()}
	for _, tt := range []struct {
		name, entry string
		hold        Hold
		end         time.Time // zero if the hold is refused
	}{
		{"ready", ready, hour, end},
		{"due", due, hour, end},
		{"sooner", cooling, hour, time.Time{}},
		{"sooner, with Until", cooling, Hold{Code: 429, Until: reset.Add(-time.Microsecond)}, time.Time{}},
		{"same deadline", cooling, Hold{Code: 429, Until: reset}, reset},
		{"later", cooling, Hold{Code: 429, For: 4 * time.Hour}, stampAt.Add(4 * time.Hour)},
		{"sooner than a hold", held, hour, time.Time{}},
		{"sooner, with Shorten", cooling, Hold{Code: 429, For: time.Hour, Shorten: true}, end},
		{"default duration", cooling, Hold{Code: 429}, reset},
		{"default duration, held", held, Hold{Code: 429}, reset},
		{"default duration, with Shorten", cooling, Hold{Code: 429, Shorten: true}, reset},
		{"default duration, short cooldown", `{"id": "a", "last_status": "exhausted", "last_error_reset_at": 1795426000}`, Hold{Code: 429}, end},
		{"default duration, never ready", forever, Hold{Code: 429}, time.Unix(253402300800, 0)},
		{"never ready again", forever, hour, time.Time{}},
		{"sooner than the backoff deadline", computed, hour, time.Time{}},
		{"later than the flat deadline", computed, flat, end},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, storeOf(tt.entry, `{"id": "companion"}`))
			check := unchangedFile(t, s)
			out := perform(t, s, Action{Verb: VerbHold, Hold: tt.hold}, smallRef)
			if tt.end.IsZero() {
				checkUnchanged(t, out, true, "but the cooldown")
				equal(t, "current deadline", out.Unchanged[0].CoolsUntil.After(end), true)
				check("auth.json", "auth.lock")
				return
			}
			equal(t, "refusals", out.Refusals(), 0)
			equal(t, "deadline", find(t, load(t, s), smallRef).ResetAt.Equal(tt.end), true)
		})
	}
}

// Without a duration, the deadline depends on the curve, on the code of the hold, and on
// the streak in the file or, if that is unknown, the observed one.
func TestHold_Curve(t *testing.T) {
	const other = `{"id": "companion"}`
	curve := Curve{
		Schedule:  Schedule{Factor: 3, Base: map[int]time.Duration{402: 20 * time.Minute}},
		Providers: map[string]Schedule{"p": {Cap: 4, Base: map[int]time.Duration{429: 10 * time.Minute}}},
	}
	rules := &Rules{Cooldowns: map[int][]time.Duration{0: {2 * time.Minute}}}
	const failed = `{"id": "a", "last_status": "exhausted", "last_status_at": 1795420000, "last_error_code": 402, "last_error_reset_at": %d, "failure_reason": "billing_unverified"}`
	for _, tt := range []struct {
		name, entry, companion string
		hold                   Hold
		observed               Optional[int]
		length                 time.Duration
		multiplier             float64
	}{
		{"default", `{"id": "a", "consecutive_failures": 1}`, other, Hold{Code: 429}, Optional[int]{}, 2 * time.Hour, 2},
		{"default, flat", `{"id": "a", "consecutive_failures": 1}`, other, Hold{Code: 429, Policy: Flat()}, Optional[int]{}, 2 * time.Hour, 2},
		{"first failure", `{"id": "a"}`, other, Hold{Code: 429, Curve: curve}, Optional[int]{}, 10 * time.Minute, 1},
		{"provider", `{"id": "a", "consecutive_failures": 2}`, other, Hold{Code: 429, Curve: curve}, Optional[int]{}, 40 * time.Minute, 4},
		{"another code", `{"id": "a", "consecutive_failures": 1}`, other, Hold{Code: 402, Curve: curve}, Optional[int]{}, time.Hour, 3},
		{"agent's base", `{"id": "a", "consecutive_failures": 1}`, other, Hold{Code: 401, Curve: curve, Policy: Flat().WithRules(rules)}, Optional[int]{}, 6 * time.Minute, 3},
		{"observed", `{"id": "a"}`, other, Hold{Code: 402, Curve: curve}, Some(1), time.Hour, 3},
		{"streak in the file and observed streak", `{"id": "a", "consecutive_failures": 0}`, other, Hold{Code: 402, Curve: curve}, Some(4), 20 * time.Minute, 1},
		{"sole", `{"id": "a"}`, `{"id": "b", "last_status": "dead"}`, Hold{Code: 429, Policy: Flat202608()}, Optional[int]{}, time.Hour, 1},
		{"current cooldown is longer", fmt.Sprintf(failed, stampAt.Unix()+7200), other, Hold{Code: 429, Curve: curve}, Some(3), 2*time.Hour - time.Duration(stampAt.Nanosecond()), 0},
		{"failure reason", fmt.Sprintf(failed, stampAt.Unix()-60), other, Hold{Code: 429, Policy: Flat202608()}, Optional[int]{}, time.Hour, 1},
		{"duration", `{"id": "a", "consecutive_failures": 2}`, other, Hold{Code: 429, Curve: curve, For: time.Minute}, Optional[int]{}, time.Minute, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, storeOf(tt.entry, tt.companion))
			seen := *find(t, load(t, s), smallRef)
			seen.Observed = tt.observed
			equal(t, "multiplier", tt.hold.Multiplier(&seen, stampAt), tt.multiplier)
			a := Action{Verb: VerbHold, Hold: tt.hold}
			plan := a.Plan([]Credential{seen}, stampAt)
			equal(t, "changes", len(plan.Changed), 1)
			equal(t, "planned length", plan.Changed[0].After.ResetAt.Sub(stampAt).Round(time.Millisecond), tt.length.Round(time.Millisecond))
			out, err := s.Perform(t.Context(), a, []Credential{seen}, nil)
			wantErr(t, err, nil)
			equal(t, "changes in the file", len(out.Changed), 1)
			equal(t, "length", find(t, load(t, s), smallRef).ResetAt.Sub(stampAt).Round(time.Millisecond), tt.length.Round(time.Millisecond))
		})
	}
}

// The refusal contains both times, in the location of the clock.
func TestHold_TooShortReason(t *testing.T) {
	c := entryOf(t, `{"last_status": "exhausted", "last_error_reset_at": 1795439999}`)
	out := Action{Verb: VerbHold, Hold: Hold{Code: 429, For: time.Hour}}.Plan([]Credential{c}, inBerlin(t, "2026-11-23 10:20:06"))
	equal(t, "reason", out.Unchanged[0].Reason,
		"the hold would end at 2026-11-23 11:20:06, but the cooldown ends at 2026-11-23 14:19:59")
	c = entryOf(t, `{"last_status": "exhausted", "last_error_reset_at": 1e25}`)
	out = Action{Verb: VerbHold, Hold: Hold{Code: 429, For: time.Hour}}.Plan([]Credential{c}, inBerlin(t, "2026-11-23 10:20:06"))
	equal(t, "reason for a deadline that never comes", out.Unchanged[0].Reason,
		"the hold would end at 2026-11-23 11:20:06, but the cooldown never ends")
}

// A dead credential can be reset unless SpareDead is set.
func TestPerform_ResetDead(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "last_status": "dead", "last_error_code": 401}`, `{"id": "b", "last_status": "exhausted"}`))
	check := unchangedFile(t, s)
	spare := Action{Verb: VerbReset, SpareDead: true}
	checkUnchanged(t, perform(t, s, spare, smallRef), false, "re-authentication")
	check("auth.json", "auth.lock")
	out := perform(t, s, spare)
	equal(t, "changed", len(out.Changed), 1)
	equal(t, "changed id", out.Changed[0].Before.ID, "b")
	out = perform(t, s, resetAction, smallRef)
	equal(t, "from", out.Changed[0].Before.Status, StatusDead)
	equal(t, "to", out.Changed[0].After.Status, StatusNone)
}

// monday returns the current time in the parser tests: Monday, 23 November 2026.
func monday(t *testing.T) time.Time { return inBerlin(t, "2026-11-23 14:02:37") }

func inBerlin(t testing.TB, clock string) time.Time {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine: ", err)
	}
	at, err := time.ParseInLocation(time.DateTime, clock, berlin)
	must(t, err)
	return at
}

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		10 * time.Minute: "10m", time.Hour: "1h", 20*time.Hour + 5*time.Minute: "20h5m", 90 * time.Second: "1m30s", time.Hour + time.Second: "1h0m1s",
	} {
		equal(t, d.String(), FormatDuration(d), want)
		back, err := ParseDuration(want)
		wantErr(t, err, nil)
		equal(t, want, back, d)
	}
}

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for s, want := range map[string]time.Duration{
		"45m":           45 * time.Minute,
		" 2 h  30 m ":   150 * time.Minute,
		"1d 12h 5m 3s":  day + 12*time.Hour + 5*time.Minute + 3*time.Second,
		"1D12H":         36 * time.Hour,
		"1s":            time.Second,
		"1.5h":          90 * time.Minute,
		"36h":           36 * time.Hour,
		"0d1h":          time.Hour,
		"007d":          7 * day,
		"365d24h":       366 * day,
		"8784h":         366 * day,
		"\t1d\n":        day,
		"1d\u00a012h":   36 * time.Hour,
		"000000000001h": time.Hour,
		"3 hours":       3 * time.Hour,
		"1 Hour":        time.Hour,
		"2hrs 1 min":    121 * time.Minute,
		"1 day 2 hours": 26 * time.Hour,
		"90 minutes":    90 * time.Minute,
		"10mins 1sec":   601 * time.Second,
		"30 seconds":    30 * time.Second,
		"366days":       366 * day,
	} {
		got, err := ParseDuration(s)
		if err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", " ", "0", "5", "90", "0s", "0d", "0d0h0m0s", "0.0h", "-5m", "-1d", "1d-1h", "+5m", "+1d", "1h-5m",
		"d", "h", "dh", "m5", "1d1d", "1h1h", "1h1d", "5m2h", "1 2h", "1h30", "1d12", "1.5d", "1,5h", ".5h", "1.h",
		"5ms", "5us", "5µs", "5ns", "1w", "1y", "1h5", "two hours", "1 hou", "1 month", "h ours", "tomorrow", "until 18:00", "18:00",
		"1e3h", "0x10h",
		"NaNh", "Infh", "१h", "1h\x00", "\xff", "٣m", "1h 30m foo",
	} {
		if got, err := ParseDuration(s); err != ErrDuration || got != 0 { //nolint:errorlint // not wrapped
			t.Errorf("%q is %v, %v; want %v", s, got, err, ErrDuration)
		}
	}
	for _, s := range []string{
		"367d", "400d", "400 days", "366d1s", "8785h", "999999999d", "99999999999999999999d", "9999999999999h", "366d2562047h",
	} {
		if got, err := ParseDuration(s); err != ErrTooLong || got != 0 { //nolint:errorlint // not wrapped
			t.Errorf("%q is %v, %v; want %v", s, got, err, ErrTooLong)
		}
	}
}

func TestParseUntil(t *testing.T) {
	for s, want := range map[string]string{
		"18:00":                     "2026-11-23 18:00:00",
		"14:03":                     "2026-11-23 14:03:00",
		"14:02":                     "2026-11-24 14:02:00", // already past today
		"9:00":                      "2026-11-24 09:00:00",
		"0:00":                      "2026-11-24 00:00:00",
		"today 18:00":               "2026-11-23 18:00:00",
		"Tomorrow  9:00":            "2026-11-24 09:00:00",
		"mon 18:00":                 "2026-11-23 18:00:00",
		"mon 9:00":                  "2026-11-30 09:00:00",
		"monday 9:00":               "2026-11-30 09:00:00",
		"tues 9:00":                 "2026-11-24 09:00:00",
		"THU 9:00":                  "2026-11-26 09:00:00",
		"Sunday 9:00":               "2026-11-29 09:00:00",
		"2026-11-23 14:03":          "2026-11-23 14:03:00",
		"2026-12-24t18:00":          "2026-12-24 18:00:00",
		"2026-12-24 18:00:30":       "2026-12-24 18:00:30",
		"2027-11-24 14:00":          "2027-11-24 14:00:00",
		"2026-11-23T18:00:00Z":      "2026-11-23 19:00:00",
		"2026-11-23t18:00:00z":      "2026-11-23 19:00:00",
		"2026-11-23T18:00:00-05:00": "2026-11-24 00:00:00",
		"2026-12-24T18:00:00.5Z":    "2026-12-24 19:00:00",
		"2026-12-24":                "2026-12-24 00:00:00",
	} {
		got, err := ParseUntil(s, monday(t))
		if err != nil || got.Truncate(time.Second).In(monday(t).Location()).Format(time.DateTime) != want {
			t.Errorf("%q is %v, %v; want %s", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", " ", "until", "18", "18:0", "24:00", "25:00", "18:60", "-1:00", "6pm", "noon", "now", "18:00:00", "tomorrow", "today",
		"today 14:02", "today 9:00", "yesterday 9:00", "mo 9:00", "m 9:00", "mondays 9:00", "mon", "mon 9", "9:00 mon", "next mon 9:00",
		"2026-11-23 14:02", "2026-11-23 14:02:37", "2025-12-24 18:00", "2025-12-24", "0000-00-00 00:00",
		"2026-11-23T18:00:00+05:30", "2027-02-29 12:00", "2026-13-01 12:00", "24.12.2026 18:00", "2026-12-24 18:00 tomorrow", "1795429999", "\xff", "١٨:٠٠",
	} {
		if got, err := ParseUntil(s, monday(t)); err != ErrDuration || !got.IsZero() { //nolint:errorlint // not wrapped
			t.Errorf("%q is %v, %v; want %v", s, got, err, ErrDuration)
		}
	}
	for _, s := range []string{"2027-11-25 18:00", "2028-01-01", "9999-12-31 23:59", "2030-01-01T00:00:00Z"} {
		if got, err := ParseUntil(s, monday(t)); err != ErrTooLong || !got.IsZero() { //nolint:errorlint // not wrapped
			t.Errorf("%q is %v, %v; want %v", s, got, err, ErrTooLong)
		}
	}
}

// A time of day is local time, even on days with 23 or 25 hours.
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
	// 2:30 does not exist on that day. The result is within an hour after now.
	now := inBerlin(t, "2026-03-29 01:30:00")
	got, err := ParseUntil("2:30", now)
	if d := got.Sub(now); err != nil || d < 0 || d > time.Hour {
		t.Errorf("nonexistent time: got %v, %v", got, err)
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
		"18:00":                {Until: inBerlin(t, "2026-11-23 18:00:00")},
		"tomorrow 9:00":        {Until: inBerlin(t, "2026-11-24 09:00:00")},
		"until 45m":            {For: 45 * time.Minute},
	} {
		got, err := ParseHold(s, now)
		wantErr(t, err, nil)
		equal(t, s+": for", got.For, want.For)
		equal(t, s+": until", got.Until.Equal(want.Until), true)
	}
	for _, s := range []string{"", "until", "until ", "until until 18:00", "for 45m", "-5m", "5"} {
		got, err := ParseHold(s, now)
		wantErr(t, err, ErrDuration)
		equal(t, s, reflect.DeepEqual(got, Hold{}), true)
	}
}

// FuzzParseHold checks that parsing any input returns an error or a deadline after now
// and within 366 days.
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
			equal(t, "known error", errors.Is(err, ErrDuration) || errors.Is(err, ErrTooLong), true)
			equal(t, "hold", reflect.DeepEqual(h, Hold{}), true)
			return
		}
		end := h.deadline(&Credential{}, now)
		if !end.After(now) || end.Sub(now) > 366*24*time.Hour {
			t.Errorf("%q at %v ends at %v", s, now, end)
		}
		if (h.For == 0) == h.Until.IsZero() {
			t.Errorf("%q is %+v, want only For or Until", s, h)
		}
	})
}
