package filter

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
	"pooltop/ui/text"
)

// filterPool has a credential of each kind; the tests name them by label.
func filterPool(t testing.TB) *poolstate.Pool {
	t.Helper()
	return uitest.PoolOf(t, uitest.Providers{
		"anthropic": []uitest.Entry{
			uitest.Ready("personal-api-key").With(uitest.Entry{"id": "3f9a12"}),
			uitest.Exhausted("Work-OAuth", time.Minute, 3).With(uitest.Entry{
				"id": "b27e04", "source": "device_code", "last_error_reason": "usage_limit_reached",
				"last_error_message": "The usage limit has been reached",
			}),
			uitest.Dead("claude code").With(uitest.Entry{"id": "c0ffee", "consecutive_failures": nil}),
		},
		"openrouter": []uitest.Entry{
			uitest.Exhausted("topping-up", time.Minute, 1).With(uitest.Entry{
				"id": "d1", "last_error_reason": poolstate.HoldReason, "last_error_code": 402,
			}),
			uitest.Exhausted("broken", 9*time.Hour, 2).With(uitest.Entry{"id": "d2", "last_error_code": 503, "last_error_reason": nil}),
			uitest.Ready("Ünïcode-ΣΊΣΥΦΟΣ").With(uitest.Entry{"id": "d3", "enabled": false, "consecutive_failures": nil}),
			uitest.Ready("").With(uitest.Entry{"id": "d4", "source": "env:OPENROUTER_API_KEY", "consecutive_failures": -7}),
		},
	})
}

func parsed(t testing.TB, s string) Filter {
	t.Helper()
	f, err := Parse(s)
	if err != nil {
		t.Fatalf("%q is refused: %v", s, err)
	}
	return f
}

// matching names the credentials that match, by id.
func matching(t testing.TB, p *poolstate.Pool, filter string) string {
	t.Helper()
	f := parsed(t, filter)
	var ids []string
	for c := range p.All() {
		if f.Match(c, poolstate.Backoff.Assess(c, uitest.Epoch)) {
			ids = append(ids, c.ID)
		}
	}
	return strings.Join(ids, " ")
}

const everyID = "3f9a12 b27e04 c0ffee d1 d2 d3 d4"

func TestFilter(t *testing.T) {
	p := filterPool(t)
	for _, c := range []struct{ filter, want string }{
		{"", everyID},
		{" \t\n ", everyID},

		{"provider:open", "d1 d2 d3 d4"},
		{"PROVIDER:Open", "d1 d2 d3 d4"},
		{"provider:router", "d1 d2 d3 d4"},
		{"provider:open,anthropic", everyID},
		{"provider:opnrtr", ""},
		{"source:device", "b27e04"},
		{"source:env:open", "d4"},
		{"id:3F9A", "3f9a12"},
		{"id:f9", "3f9a12"},
		{"label:oauth", "b27e04"},
		{"label:woa", ""},
		{`label:"claude code"`, "c0ffee"},
		{`label:e" "c`, "c0ffee"},
		{"label:env", "d4"}, // what stands in the label's place

		{"state:ready", "3f9a12 d4"},
		{"state:cooling", "b27e04"},
		{"state:held", "d1"},
		{"state:due", "d2"},
		{"state:dead", "c0ffee"},
		{"state:disabled", "d3"},
		{"state:out", "b27e04 c0ffee d1 d2 d3"},
		{"state:o", "b27e04 c0ffee d1 d2 d3"},
		{"state:C", "b27e04"},
		{"state:de", "c0ffee"},
		{"state:d", "c0ffee d2 d3"},
		{"state:cooling,held", "b27e04 d1"},
		{"-state:ready", "b27e04 c0ffee d1 d2 d3"},

		{"code:429", "b27e04"},
		{"code:4xx", "b27e04 c0ffee d1"},
		{"code:40X", "c0ffee d1"},
		{"code:5", "d2"},
		{"code:42", "b27e04"},
		{"code:29", ""},
		{"code:4290", ""},
		{"code:429,5xx", "b27e04 d2"},
		{"-code:4xx", "3f9a12 d2 d3 d4"},

		{"streak:3", "b27e04"},
		{"streak:=3", "b27e04"},
		{"streak:0", "3f9a12"},
		{"streak:-7", "d4"},
		{"streak:>2", "b27e04"},
		{"streak:>=2", "b27e04 d2"},
		{"streak:<2", "3f9a12 d1 d4"},
		{"streak:<=1", "3f9a12 d1 d4"},
		{"streak:1..3", "b27e04 d1 d2"},
		{"streak:3..1", "b27e04 d1 d2"},
		{"streak:2..", "b27e04 d2"},
		{"streak:..0", "3f9a12 d4"},
		{"streak:none", "c0ffee d3"},
		{"streak:none,3", "b27e04 c0ffee d3"},
		{"-streak:1..3", "3f9a12 c0ffee d3 d4"},

		{"work", "b27e04"},
		{"WRKOA", "b27e04"},
		{`"wrkoa"`, ""},
		{`"Work"`, "b27e04"},
		{"wo kr", ""},
		{`"claude code"`, "c0ffee"},
		{"anthrpc", ""}, // fuzzy on labels only
		{"openr", "d1 d2 d3 d4"},
		{"b27", "b27e04"},
		{"manual", "3f9a12 c0ffee d1 d2 d3"},
		{"usage_limit", "b27e04"},
		{`"429 usage limit"`, "b27e04"}, // as the row says it
		{"503", "d2"},
		{"unavailable", "d2"},
		{"revoked", "c0ffee"},
		{"been", "b27e04 c0ffee"},
		{"üNÏ", "d3"},
		{"σίσυφος", "d3"},
		{"topping,broken", "d1 d2"},

		{"provider:open state:out", "d1 d2 d3"},
		{"-provider:open !state:dead", "3f9a12 b27e04"},
		{"openr -broken", "d1 d3 d4"},
		{"-work", "3f9a12 c0ffee d1 d2 d3 d4"},
		{`-"claude code"`, "3f9a12 b27e04 d1 d2 d3 d4"},
		{`"-up"`, "d1"},
		{"--up", "3f9a12 b27e04 c0ffee d2 d3 d4"},
		{`"env:OPEN"`, "d4"}, // a colon in quotes is no key
		{`"a,b"`, ""},
	} {
		t.Run(c.filter, func(t *testing.T) {
			uitest.Equal(t, "what matches "+c.filter, matching(t, p, c.filter), c.want)
		})
	}
}

// TestUnfinishedFilter types terms up to a point: each of them leaves what was
// typed before it.
func TestUnfinishedFilter(t *testing.T) {
	p := filterPool(t)
	for _, begun := range []string{
		"-", "!", `"`, `""`, "-\"", ",", "state:", "STATE:", "-state:", "provider:,", `id:"`, "code:", "label:", "source:\"\"",
		"streak:", "streak:>", "streak:>=", "streak:<", "streak:<=", "streak:=", "streak:.", "streak:..", "streak:-", "!streak:>",
	} {
		t.Run(begun, func(t *testing.T) {
			uitest.Equal(t, begun+" is zero", parsed(t, begun).IsZero(), true)
			uitest.Equal(t, "what matches", matching(t, p, begun), everyID)
			uitest.Equal(t, "what matches after another term", matching(t, p, "state:held "+begun), "d1")
		})
	}
	for _, c := range []struct{ filter, want string }{
		{"state:held,", "d1"},
		{"streak:3,>", "b27e04"},
		{"streak:2.", "b27e04 d2"},
		{"streak:n", "c0ffee d3"},
		{`label:"claude c`, "c0ffee"},
		{"code:4", "b27e04 c0ffee d1"},
	} {
		uitest.Equal(t, "what matches "+c.filter, matching(t, p, c.filter), c.want)
	}
}

// TestTypingNeverFails types whole filters letter by letter.
func TestTypingNeverFails(t *testing.T) {
	for _, whole := range []string{
		`-state:cooling,held,out`, `streak:>=10,<=3,-5..10,none`, `code:4xx,429 !label:"work oauth"`, `provider:open id:3f9a source:manual work`,
	} {
		for i := range whole {
			begun := whole[:i]
			if _, err := Parse(begun); err != nil {
				t.Errorf("%q, on the way to %q: %v", begun, whole, err)
			}
		}
	}
}

func TestBadFilter(t *testing.T) {
	const (
		keys    = "no such key, use provider, state, code, streak, source, id or label"
		states  = "state: needs ready, cooling, held, due, dead, disabled or out"
		codes   = "code: needs a number such as 429 or 4xx"
		streaks = "streak: needs a number such as 2, >2 or 1..3"
	)
	for _, c := range []struct{ filter, want string }{
		{"foo:bar", "foo: " + keys},
		{"-FOO:", "foo: " + keys},
		{"https://example.com", "https: " + keys},
		{strings.Repeat("x", 99) + ":1", strings.Repeat("x", 19) + "…: " + keys},
		{"\x1b[2J:x", "�[2j: " + keys},
		{"work state:x", states},
		{"state:cooling,readyy", states},
		{"code:abc", codes},
		{"code:>400", codes},
		{"streak:two", streaks},
		{"streak:nones", streaks},
		{"streak:>two", streaks},
		{"streak:><2", streaks},
		{"streak:>1..2", streaks},
		{"streak:1...2", streaks},
		{"streak:1.5", streaks},
		{"streak:99999999999999999999", streaks},
		{"streak:>9223372036854775807", streaks},
		{"streak:<-9223372036854775808", streaks},
		{strings.Repeat("a", maxFilter+1), "too long: 256 bytes at the most"},
		{strings.Repeat("state:ready ", 1<<17), "too long: 256 bytes at the most"},
	} {
		f, err := Parse(c.filter)
		if err == nil {
			t.Errorf("%.40q is accepted", c.filter)
			continue
		}
		uitest.Equal(t, "the error", err.Error(), c.want)
		uitest.Equal(t, "what is left is zero", f.IsZero(), true)
	}
}

// TestFilterComparesWhatIsShown holds hostile texts against hostile filters.
func TestFilterComparesWhatIsShown(t *testing.T) {
	for _, c := range []struct {
		label, filter string
		want          bool
	}{
		{"a\x1b[31mb", "label:a\ufffd[31m", true},
		{"a\x1b[31mb", "label:\x1b", true},
		{"a\u200bb", "label:ab", true},
		{"ab", "label:a\u200bb", true},
		{"two\nlines", `label:"two lines"`, true},
		{"\u202egnp.exe", "label:gnp", true},
		{"日本-チーム", "本チ", true},
		{"日本-チーム", "チ本", false},
		{"\xff\xfe", "label:\xff", true},
		{"плохой", "ПЛОХ", true},
	} {
		cred := &poolstate.Credential{Label: c.label}
		uitest.Equal(t, fmt.Sprintf("%q matches %q", c.label, c.filter), parsed(t, c.filter).Match(cred, poolstate.Assessment{}), c.want)
	}
}

func TestExtremeCountsMatch(t *testing.T) {
	for _, c := range []struct {
		streak int
		filter string
		want   bool
	}{
		{math.MaxInt, "streak:>2", true},
		{math.MaxInt, "streak:<2", false},
		{math.MinInt, "streak:<2", true},
		{math.MinInt, "streak:..2", true},
		{math.MinInt, "code:-", false},
		{math.MinInt, "code:xxx", false},
	} {
		cred := &poolstate.Credential{Streak: poolstate.KnownStreak(c.streak), ErrorCode: poolstate.Some(c.streak)}
		f, err := Parse(c.filter)
		uitest.Equal(t, fmt.Sprintf("%d matches %q", c.streak, c.filter), err == nil && f.Match(cred, poolstate.Assessment{}), c.want)
	}
}

// FuzzParse types anything over a credential that says anything.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"state:out -code:4xx", "streak:>=2,none", "streak:1..", `!label:"a b" x`, "foo:bar", "a,b", "-", `"`, "streak:-9..-1",
	} {
		f.Add(s, "work-oauth")
	}
	for _, s := range uitest.HostileTexts {
		f.Add(s, s)
		f.Add("label:"+s, s)
	}
	f.Fuzz(func(t *testing.T, s, words string) {
		filter, err := Parse(s)
		again, errAgain := Parse(s)
		if !reflect.DeepEqual(filter, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Errorf("%q is read as %v (%v), then as %v (%v)", s, filter, err, again, errAgain)
		}
		if err != nil {
			if said := err.Error(); strings.Contains(said, "\n") || text.Clean(said, text.RowLimit) != said || len(said) > 200 {
				t.Errorf("%q is refused with %q", s, said)
			}
			return
		}
		c := &poolstate.Credential{
			Ref: poolstate.Ref{Provider: words, ID: words}, Label: words, Source: words, ErrorReason: words, ErrorMessage: words,
			ErrorCode: poolstate.Some(len(words)), Streak: poolstate.KnownStreak(len(s)), Status: poolstate.Status(len(words) % 5),
		}
		a := poolstate.Backoff.Assess(c, uitest.Epoch)
		matches := filter.Match(c, a)
		if filter.IsZero() && !matches {
			t.Errorf("%q is zero and does not match", s)
		}
		for _, term := range filter.terms {
			plain, negated := term, term
			plain.negated, negated.negated = false, true
			if (Filter{[]filterTerm{plain}}).Match(c, a) == (Filter{[]filterTerm{negated}}).Match(c, a) {
				t.Errorf("%q: a term and its negation agree on %q", s, words)
			}
		}
	})
}
