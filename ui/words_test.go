package ui

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// TestReason checks variants of a credential that failed twenty minutes ago.
func TestReason(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields entry
		want   string
	}{
		{"unknown reason", entry{"last_error_reason": "too_much_of_it"}, "429 too much of it"},
		{"hostile reason", entry{"last_error_reason": "\x1b[2Jx"}, "429 �[2Jx"},
		{"no reason", entry{"last_error_reason": nil, "last_error_code": 401}, "401 auth failed"},
		{"no reason, uncommon code", entry{"last_error_reason": nil, "last_error_code": 418}, "418"},
		{"no code", entry{"last_error_code": nil}, "rate limit"},
		{"neither", entry{"last_error_code": nil, "last_error_reason": nil}, ""},
		{"held, no message", heldNow, ""},
		{"held, deadline passed", heldNow.With(entry{"last_error_message": "topping up", "last_status_at": secondsAt(-9 * time.Hour)}), "topping up"},
		{"unusable and exhausted", entry{"access_token": nil}, "no token"},
		{"billing reported as a 403", entry{"last_error_code": 403, "failure_reason": "billing"}, "403 billing"},
		{"ready after an error", entry{"last_status": "ok"}, ""},
		{"unknown status", entry{"last_status": "odd"}, `status "odd"`},
		{"one model", entry{"last_status": nil, "model_cooldowns": map[string]any{"a": secondsAt(time.Hour), "b": secondsAt(0)}}, "1 model cooling"},
		{"token expired", entry{"last_status": nil, "expires_at": secondsAt(0)}, "token expired"},
		{"token expires soon", entry{"last_status": nil, "expires_at": secondsAt(time.Hour)}, "expires in 1h"},
		{"token valid", entry{"last_status": nil, "expires_at": secondsAt(time.Hour + time.Second)}, ""},
	} {
		cred := credentialOf(t, exhaustedEntry("key", 20*time.Minute, 1).With(c.fields))
		equal(t, c.name, reason(cred, poolstate.Backoff().Availability(cred, epoch), epoch), c.want)
	}
}

// TestReason_Width checks that built-in reasons fit into the WHY column at 120 cells.
func TestReason_Width(t *testing.T) {
	room := columnsFor(120, new(Screen).hidden(), content{name: leastName, why: leastWhy}).at[ColumnWhy].width()
	for _, words := range slices.Concat(slices.Collect(maps.Values(text.Reasons)), slices.Collect(maps.Values(text.CodeWords))) {
		equal(t, words+" fits", len("429 "+words) <= room, true)
	}
}

func TestOriginSentence(t *testing.T) {
	const provider, operator = "deadline set by the provider, not the policy", "deadline set by an operator"
	for _, c := range []struct {
		name   string
		fields entry
		policy poolstate.Policy
		want   string
	}{
		{"computed", nil, poolstate.Backoff(), "computed: 1h × 4"},
		{"computed, flat", nil, poolstate.Flat(), "computed: 1h, regardless of the streak"},
		{"set by an operator", heldNow.With(resetIn(time.Hour)), poolstate.Flat(), operator},
		{"31 days ahead", resetIn(31 * text.Day), poolstate.Backoff(), provider},
		{"more than 31 days ahead", resetIn(31*text.Day + time.Second), poolstate.Backoff(), provider + "; suspect: more than 31 days ahead"},
		{
			"earlier than the failure", resetIn(time.Hour).With(entry{"last_status_at": secondsAt(2 * time.Hour)}), poolstate.Backoff(),
			provider + "; suspect: earlier than the failure",
		},
		{"set by an operator, 40 days ahead", heldNow.With(resetIn(40 * text.Day)), poolstate.Backoff(), operator},
		{"no failure time", entry{"last_status_at": nil}, poolstate.Backoff(), "no deadline in the file: retried immediately"},
		{"ready", entry{"last_status": nil}, poolstate.Backoff(), ""},
	} {
		cred := credentialOf(t, exhaustedEntry("key", 20*time.Minute, 3).With(c.fields))
		equal(t, c.name, (&Screen{Policy: c.policy, Now: epoch}).originSentence(cred, c.policy.Assess(cred, epoch)), c.want)
	}
}

func TestOriginSentence_Sole(t *testing.T) {
	const retries, byProvider = "the agent retries a sole credential after 1m, despite ", "deadline set by the provider, not the policy"
	fork := poolstate.Flat().WithRules(&poolstate.Rules{Cooldowns: map[int][]time.Duration{0: {time.Hour, time.Hour, text.Day}}})
	reset := resetIn(3 * time.Hour)
	for _, c := range []struct {
		name   string
		fields entry
		policy poolstate.Policy
		want   string
	}{
		{"October agent caps the reset time", reset, poolstate.Flat202610(), retries + "the provider's reset time"},
		{"October agent does not cap billing", reset.With(entry{"last_error_code": 402}), poolstate.Flat202610(), byProvider},
		{"computed by the August agent", nil, poolstate.Flat202608(), "computed: 1m for a sole credential"},
		{"cooldown for the code is configured", nil, poolstate.Flat().WithRules(&poolstate.Rules{Cooldowns: map[int][]time.Duration{429: {time.Minute}}}), "computed: 1m, regardless of the streak"},
		{"computed by the July agent", nil, poolstate.Flat(), "computed: 1h, regardless of the streak"},
		{"August agent does not cap the reset time", reset, poolstate.Flat202608(), byProvider},
		{"October agent caps a hold", reset.With(heldNow), poolstate.Flat202610(), retries + "the hold"},
		{"cooldowns for each streak are configured", nil, fork, "computed: 1d for this streak"},
	} {
		cred := credentialOf(t, exhaustedEntry("key", 20*time.Second, 3).With(c.fields))
		cred.Sole = true
		equal(t, c.name, (&Screen{Policy: c.policy, Now: epoch}).originSentence(cred, c.policy.Assess(cred, epoch)), c.want)
	}
}

func TestStreakWords(t *testing.T) {
	words := func(fields entry) string {
		return (&Screen{Now: epoch}).streakWords(credentialOf(t, exhaustedEntry("key", time.Minute, 0).With(fields)))
	}
	equal(t, "unknown", words(noStreak), streakUnknown)
	equal(t, "held", words(entry{"consecutive_failures": 2, "last_error_reason": poolstate.HoldReason}), "streak 2 (a hold counts as one)")
	for n, want := range map[int]string{
		-3: "no failure since the last success", 0: "no failure since the last success",
		1: "first failure in a row", 2: "second failure in a row", 6: "sixth failure in a row",
		7: "7 failures in a row", 1000000: "1000000 failures in a row",
	} {
		equal(t, "streak", words(entry{"consecutive_failures": n}), want)
	}
}

func TestStreakWords_Observed(t *testing.T) {
	c := credentialOf(t, exhaustedEntry("key", time.Minute, 0).With(noStreak))
	c.ObservedSince = epoch.Add(-7*time.Hour - 6*time.Minute)
	for _, tt := range []struct {
		n      int
		policy poolstate.Policy
		want   string
	}{
		{3, poolstate.Flat(), "3 failures seen since 02:14; this agent does not count them"},
		{1, poolstate.Flat(), "1 failure seen since 02:14; this agent does not count them"},
		{0, poolstate.Flat(), ""},
		{3, poolstate.Backoff(), "3 failures seen since 02:14; the file does not record them"},
	} {
		c.Observed = poolstate.Some(tt.n)
		equal(t, "words", (&Screen{Policy: tt.policy, Now: epoch}).streakWords(c), tt.want)
	}
	ready := *credentialOf(t, readyEntry("key").With(noStreak))
	ready.Observed = poolstate.Some(0)
	equal(t, "words of a ready credential", (&Screen{Policy: poolstate.Flat(), Now: epoch}).streakWords(&ready), "no failures seen; this agent does not count them")
	c.Pinned, c.Observed = true, poolstate.Some(3)
	equal(t, "words of a pinned credential", (&Screen{Now: epoch}).streakWords(c), "3 failures seen since 02:14")
	equal(t, "words in the detail pane", (&Screen{Policy: poolstate.Flat(), Now: epoch, Pane: PaneDetail}).streakWords(c), "3 failures seen since 02:14; this agent does not count them")
	c.Streak = poolstate.KnownStreak(2)
	equal(t, "words for a streak in the file", (&Screen{Now: epoch}).streakWords(c), "second failure in a row")
}

func TestOriginSentence_Guard(t *testing.T) {
	c := credentialOf(t, exhaustedEntry("key", time.Hour, 0).With(noStreak).With(resetIn(7*time.Hour+time.Millisecond)))
	c.Pinned, c.AgentDeadline, c.Observed = true, epoch, poolstate.Some(4)
	s := &Screen{Policy: poolstate.Flat(), Now: epoch, ResetKey: "z"}
	words := func() string { return s.originSentence(c, s.Policy.Assess(c, s.Now)) }
	equal(t, "words", words(), "pinned by guard until 16:20: 4th failure, 8h instead of 1h; z resets it")
	s.Now = epoch.Add(8 * time.Hour)
	equal(t, "words after the deadline", words(), "pinned by guard until 16:20: 4th failure, 8h instead of 1h")
	s.Now, s.ResetKey, c.AgentDeadline = epoch, "", time.Time{}
	equal(t, "words without a key or the agent's deadline", words(), "pinned by guard until 16:20")
}

// TestLadderLines_Guard checks a credential that has failed three times.
func TestLadderLines_Guard(t *testing.T) {
	guard := poolstate.DefaultCurve()
	guard.Cap = 5
	counts := poolstate.Force(poolstate.Backoff()).Resolve(nil, poolstate.NoEvidence)
	for _, tt := range []struct {
		name   string
		guard  *poolstate.Curve
		policy poolstate.Policy
		sole   bool
		want   string
	}{
		{"no guard", nil, poolstate.Flat(), false, "if it fails: 1h"},
		{"guard", &guard, poolstate.Flat(), false, "1h → 2h → 4h → 5h   if it fails: 5h"},
		{"guard, but the agent counts failures", &guard, counts, false, "1h → 2h → 4h → 8h   if it fails: 1h"},
		{"guard, but a sole credential", &guard, poolstate.Flat(), true, "if it fails: 1h"},
	} {
		c := credentialOf(t, exhaustedEntry("key", time.Minute, 0).With(noStreak))
		c.Observed, c.Sole = poolstate.Some(3), tt.sole
		s := &Screen{Theme: plainTheme, Policy: tt.policy, Now: epoch, Guard: tt.guard}
		equal(t, tt.name, strings.Join(s.ladderLines(c, s.Policy.Assess(c, epoch), 80), "\n"), tt.want)
		s.Theme = darkTheme
		third := strings.TrimSuffix(darkTheme.Line().Bold(theme.StepRole(3), "4h").String(), "\x1b[m")
		equal(t, tt.name+", third step", strings.Contains(s.ladderLines(c, s.Policy.Assess(c, epoch), 80)[0], third), tt.name == "guard")
	}
}

func TestOutSentence(t *testing.T) {
	due := exhaustedEntry("due", 9*time.Hour, 1)
	cooling := exhaustedEntry("cooling", 20*time.Minute, 1)
	off := readyEntry("off").With(entry{"access_token": nil})
	for _, c := range []struct {
		name string
		list []entry
		want string
	}{
		{"dead and cooling", []entry{deadEntry("a"), cooling, exhaustedEntry("later", time.Minute, 4)}, "none ready, first back in 40m00s"},
		{"due and cooling", []entry{due, due, cooling}, "none ready, 2 due now"},
		{"dead", []entry{deadEntry("a"), deadEntry("b")}, "none ready, re-auth required"},
		{"unusable", []entry{off}, "none ready, no credential has a token"},
		{"dead and unusable", []entry{deadEntry("a"), off}, "none ready, manual action needed"},
	} {
		sum := poolOf(t, providers{"p": c.list}).Summarize(poolstate.Backoff(), epoch)
		equal(t, c.name, (&Screen{Now: epoch}).outSentence(&sum), c.want)
		byClock := strings.Replace(c.want, "in 40m00s", "at 10:00", 1)
		equal(t, c.name+", by the clock", (&Screen{Now: epoch, Clock: true}).outSentence(&sum), byClock)
	}
}

// TestRow_Times checks the BACK IN and AT columns with the time left first and with the clock
// time first, and the single column on a narrow terminal.
func TestRow_Times(t *testing.T) {
	long := entry{"last_error_reset_at": secondsAt(6*text.Day + 5*time.Hour)}
	for _, c := range []struct {
		name                string
		e                   entry
		distance, clock     string // on a terminal of 120 columns
		narrow, narrowClock string // at 60
	}{
		{"cooling", exhaustedEntry("key", 20*time.Minute, 1), "40m00s· 10:00", "10:00· 40m00s", "40m00s·", "10:00·"},
		{"several days", exhaustedEntry("key", 0, 1).With(long), "6d05h* Sun 14:20", "Sun 14:20* 6d05h", "6d05h*", "Sun 14:20*"},
		{"never", exhaustedEntry("key", 0, 1).With(entry{"last_error_reset_at": 9e11}), "never?", "never?", "never?", "never?"},
		{"due", exhaustedEntry("key", 2*time.Hour, 1), "now 08:20", "08:20 now", "now", "now"},
		{"due, no failure time", exhaustedEntry("key", 0, 1).With(entry{"last_status_at": nil}), "now", "now", "now", "now"},
		{"dead", deadEntry("key"), "re-auth", "re-auth", "re-auth", "re-auth"},
		{"ready", readyEntry("key"), "", "", "", ""},
	} {
		s := screenOf(poolOf(t, providers{"p": []entry{c.e, readyEntry("companion")}}))
		for i, want := range []string{c.distance, c.clock, c.narrow, c.narrowClock} {
			s.Clock = i%2 == 1
			tab := newTable(s.sizedAt([]int{120, 60}[i/2], 20))
			r := &row{table: tab, Line: plainTheme.Line(), a: s.Policy.Assess(&s.Pool.Providers[0].Credentials[0], s.Now)}
			for _, col := range []Column{columnBack, ColumnAt} {
				if r.cell = tab.cols.at[col]; tab.cols.shows(col) {
					columnSpecs[col].draw(r)
				}
			}
			equal(t, c.name, strings.Join(strings.Fields(r.String()), " "), want)
			equal(t, c.name+", it fits", r.Col() <= r.cell.to || !tab.cols.shows(ColumnAt) && r.Col() <= tab.cols.at[columnBack].to, true)
		}
	}
}

// TestStamp checks that only the detail pane adds the elapsed or remaining time.
func TestStamp(t *testing.T) {
	s := &Screen{Now: epoch, Pane: PaneDetail}
	for d, want := range map[time.Duration]string{
		0:                            "09:20:00 (now)",
		-time.Second:                 "09:19:59 (1s ago)",
		-48 * time.Minute:            "08:32:00 (48m ago)",
		3*time.Hour + 12*time.Minute: "12:32:00 (in 3h12m00s)",
		-25 * time.Hour:              "Sun 22 Nov 08:20:00 (1d1h ago)",
		6*text.Day + 5*time.Hour:     "Sun 29 Nov 14:20:00 (in 6d05h)",
		1001 * text.Day:              "20 Aug 2029 09:20:00 (in >999d)",
	} {
		equal(t, "stamp", s.stamp(epoch.Add(d)), want)
	}
	equal(t, "out of range", s.stamp(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), "after the year 9999")
	s.Pane = PaneTable
	equal(t, "next to the forecast", s.stamp(epoch), "09:20:00")
}

// TestHeading_Outage checks how a heading reports a suspected outage at several widths.
func TestHeading_Outage(t *testing.T) {
	p := providers{"bedrock": []entry{exhaustedEntry("a", 4*time.Minute, 1), exhaustedEntry("b", time.Minute, 1)}}
	for width, want := range map[int]string{
		120: "bedrock  none ready, first back in 56m00s  looks like an outage at the provider, not 2 bad credentials",
		80:  "bedrock  none ready, first back in 56m00s  looks like an outage",
		54:  "bedrock  none ready, first back in 56m00s  outage?",
		50:  "bedrock  none ready  looks like an outage",
		30:  "bedrock  none ready  outage?",
	} {
		s := screenOf(poolOf(t, p)).sizedAt(width, 20)
		equal(t, "heading", strings.TrimRight(plain(newTable(s).heading(&s.Groups[0])), " ─")[s.margin():], want)
	}
}

func TestWholeParts(t *testing.T) {
	for w, want := range map[int]string{
		41: "429 usage limit, streak 1, 1h, “The limi…", 30: "429 usage limit, streak 1, 1h", 28: "429 usage limit, streak 1",
		20: "429 usage limit", 10: "429 usage…",
	} {
		equal(t, "parts", wholeParts("429 usage limit, streak 1, 1h, “The limit, which has been reached”", w), want)
	}
}
