package filter

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
	"pooltop/ui/text"
)

// testPool returns a pool with credentials of each kind.
func testPool(t testing.TB) *poolstate.Pool {
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
			uitest.Ready("Ünïcode-ΣΊΣΥΦΟΣ").With(uitest.Entry{"id": "d3", "access_token": nil, "consecutive_failures": nil}),
			uitest.Ready("").With(uitest.Entry{"id": "d4", "source": "env:OPENROUTER_API_KEY", "consecutive_failures": -7}),
		},
	})
}

func parse(t testing.TB, s string) Filter {
	t.Helper()
	f, err := Parse(s)
	if err != nil {
		t.Fatalf("Parse(%q): %v", s, err)
	}
	return f
}

func TestMatchEvent(t *testing.T) {
	c := testPool(t).Find(poolstate.Ref{Provider: "anthropic", ID: "b27e04"}) // cooling after a 429
	for s, want := range map[string]string{
		"":                     "exhausted held file_missing",
		"exhausted":            "exhausted",
		"HELD":                 "held",
		"exhausted,held":       "exhausted held",
		"-held":                "exhausted file_missing",
		"file_missing":         "file_missing",
		"due":                  "", // the word of a kind, so names are not searched
		`"held"`:               "file_missing",
		"exh":                  "exhausted",
		"missing":              "file_missing",
		"ex":                   "file_missing",
		"anthropic":            "exhausted held file_missing",
		"exhausted anthropic":  "exhausted",
		"exhausted openrouter": "",
		"held,work":            "exhausted held",
		"code:429 held":        "held",
		"code:402":             "file_missing",
		"profile:cron":         "file_missing",
		"profile:work":         "",
		"-profile:cron":        "exhausted held",
	} {
		var got []string
		for _, k := range []poolstate.EventKind{poolstate.EventExhausted, poolstate.EventHeld} {
			if parse(t, s).MatchEvent(k, c, poolstate.Cooling) {
				got = append(got, k.String())
			}
		}
		if parse(t, s).MatchEvent(poolstate.EventFileMissing, &poolstate.Credential{Ref: poolstate.Ref{Profile: "cron-1"}}, 0) {
			got = append(got, "file_missing")
		}
		if is := strings.Join(got, " "); is != want {
			t.Errorf("events that match %q: %s, want %s", s, is, want)
		}
	}
}

// matching returns the ids of the credentials that match the filter.
func matching(t testing.TB, p *poolstate.Pool, s string) string {
	t.Helper()
	f := parse(t, s)
	var ids []string
	for c := range p.All() {
		if f.Match(c, poolstate.Backoff().Availability(c, uitest.Epoch)) {
			ids = append(ids, c.ID)
		}
	}
	return strings.Join(ids, " ")
}

const allIDs = "3f9a12 c0ffee b27e04 d1 d2 d3 d4"

func TestFilter_Match(t *testing.T) {
	p := testPool(t)
	for _, c := range []struct{ filter, want string }{
		{"", allIDs},

		{"PROVIDER:Router", "d1 d2 d3 d4"},
		{"provider:opnrtr", ""},
		{"source:env:open", "d4"},
		{"id:3F9A", "3f9a12"},
		{"label:oauth", "b27e04"},
		{"label:woa", ""},
		{`label:"claude code"`, "c0ffee"},
		{"label:env", "d4"}, // the name shown if the label is empty

		{"state:out", "c0ffee b27e04 d1 d2 d3"},
		{"state:C", "b27e04"},
		{"state:d", "c0ffee d2"},
		{"state:unus", "d3"},
		{"state:cooling,held", "b27e04 d1"},

		{"code:4xx", "c0ffee b27e04 d1"},
		{"code:42", "b27e04"},
		{"code:29", ""},
		{"code:4290", ""},
		{"code:429,5xx", "b27e04 d2"},

		{"streak:3", "b27e04"},
		{"streak:-7", "d4"},
		{"streak:>2", "b27e04"},
		{"streak:>=2", "b27e04 d2"},
		{"streak:<2", "3f9a12 d1 d4"},
		{"streak:<=1", "3f9a12 d1 d4"},
		{"streak:1..3", "b27e04 d1 d2"},
		{"streak:3..1", "b27e04 d1 d2"},
		{"streak:none", "c0ffee d3"},
		{"streak:none,3", "c0ffee b27e04 d3"},

		{"WRKOA", "b27e04"},
		{`"wrkoa"`, ""},
		{"wo kr", ""},
		{"anthrpc", ""}, // matching by letters in order is only for names
		{"openr", "d1 d2 d3 d4"},
		{"usage_limit", "b27e04"},
		{`"429 usage limit"`, "b27e04"}, // matches the text shown in the row
		{"been", "c0ffee b27e04"},
		{"σίσυφος", "d3"},
		{"topping,broken", "d1 d2"},

		{"provider:open state:out", "d1 d2 d3"},
		{"openr -broken", "d1 d3 d4"},
		{"-wrkoa", allIDs},
		{`-"up"`, "3f9a12 c0ffee b27e04 d2 d3 d4"},
		{`"-up"`, "d1"},
		{"--up", "3f9a12 c0ffee b27e04 d2 d3 d4"},
		{`"env:OPEN"`, "d4"}, // inside quotes, env: is not a field
		{`"a,b"`, ""},

		// Incomplete values.
		{"state:held,", "d1"},
		{"streak:3,>", "b27e04"},
		{"streak:2.", "b27e04 d2"},
		{"streak:n", "c0ffee d3"},
		{`label:"claude c`, "c0ffee"},
		{"code:4", "c0ffee b27e04 d1"},
	} {
		uitest.Equal(t, c.filter, matching(t, p, c.filter), c.want)
	}
}

// TestFilter_Match_Observed checks that a streak in the file takes precedence over one that
// pooltop has counted.
func TestFilter_Match_Observed(t *testing.T) {
	p := testPool(t)
	for c := range p.All() {
		if c.ID == "d3" || c.ID == "b27e04" { // b27e04 has a streak of 3 in the file
			c.Observed = poolstate.Some(5)
		}
	}
	for filter, want := range map[string]string{"streak:5": "d3", "streak:3": "b27e04", "streak:none": "c0ffee"} {
		uitest.Equal(t, filter, matching(t, p, filter), want)
	}
	groups := (&Listing{Order: OrderStreak}).Groups(p, poolstate.Flat(), uitest.Epoch)
	uitest.Equal(t, "highest streak", groups[0].Credentials[0].ID, "d3")
}

func TestParse_Incomplete(t *testing.T) {
	p := testPool(t)
	for _, s := range []string{
		"-", "!", `"`, `""`, "-\"", ",", "state:", "STATE:", "-state:", "provider:,", `id:"`, "code:", "label:", "source:\"\"",
		"streak:", "streak:>", "streak:>=", "streak:<", "streak:<=", "streak:=", "streak:.", "streak:..", "streak:-", "!streak:>",
	} {
		uitest.Equal(t, s+": zero", parse(t, s).IsZero(), true)
		uitest.Equal(t, s+" after another term", matching(t, p, "state:held "+s), "d1")
	}
	for _, whole := range []string{
		`-state:cooling,held,out`, `streak:>=10,<=3,-5..10,none`, `code:4xx,429 !label:"work oauth"`, `provider:open id:3f9a source:manual work`,
	} {
		for i := range whole { // every prefix, as if typed
			parse(t, whole[:i])
		}
	}
}

func TestFilter_Model(t *testing.T) {
	pool := uitest.PoolOf(t, uitest.Providers{"p": []uitest.Entry{
		uitest.Ready("a").With(uitest.Entry{"model_cooldowns": uitest.Entry{"Big Model": 1}}),
	}})
	for typed, want := range map[string]string{
		"model:": "", "model:small": "small", `model:"BIG model" state:ready`: "Big Model", "state:out model:x/y:free": "x/y:free",
		ForModel("Big Model"): "Big Model", ForModel(`a"b, c`): "ab, c", "": "",
	} {
		f, err := Parse(typed)
		uitest.Equal(t, typed+": the error", err, nil)
		uitest.Equal(t, typed+": the model", f.Model(pool), want)
		uitest.Equal(t, typed+": is zero", f.IsZero(), typed == "" || typed == "model:")
	}
	f, _ := Parse("model:big")
	uitest.Equal(t, "without a pool", f.Model(nil), "big")
	uitest.Equal(t, "matches everything", f.Match(&pool.Providers[0].Credentials[0], poolstate.Dead), true)
	for _, typed := range []string{"-model:big", "model:a,b"} {
		_, err := Parse(typed)
		uitest.Equal(t, typed, fmt.Sprint(err), "model must be the name of one model")
	}
}

func TestParse_Error(t *testing.T) {
	const (
		fields  = "; fields are profile, provider, state, code, streak, model, source, id and label"
		states  = "state must be ready, cooling, held, due, dead, unusable or out"
		codes   = "code must look like 429 or 4xx"
		streaks = "streak must be a number such as 2, >2 or 1..3"
		tooLong = "filter too long (at most 256 bytes)"
	)
	for _, c := range []struct{ filter, want string }{
		{"foo:bar", `no field "foo"` + fields},
		{strings.Repeat("x", 99) + ":1", `no field "` + strings.Repeat("x", 19) + `…"` + fields},
		{"\x1b[2J:x", `no field "�[2j"` + fields},
		{"work state:x", states},
		{"code:abc", codes},
		{"streak:two", streaks},
		{"streak:><2", streaks},
		{"streak:>1..2", streaks},
		{"streak:1.5", streaks},
		{"streak:>9223372036854775807", streaks},
		{strings.Repeat("a", maxLength+1), tooLong},
	} {
		f, err := Parse(c.filter)
		if err == nil {
			t.Errorf("%.40q is accepted", c.filter)
			continue
		}
		uitest.Equal(t, "the error", err.Error(), c.want)
		uitest.Equal(t, "the filter is zero", f.IsZero(), true)
	}
}

// TestFilter_Match_Unusual checks that filters match cleaned text, as shown on screen,
// and extreme numbers.
func TestFilter_Match_Unusual(t *testing.T) {
	for _, c := range []struct {
		label  string
		n      int
		filter string
		want   bool
	}{
		{"a\x1b[31mb", 0, "label:a\ufffd[31m", true},
		{"a\x1b[31mb", 0, "label:\x1b", true},
		{"a\x1b[31mb", 0, "provider:a\ufffd[31m", true},
		{"a\u200bb", 0, "label:ab", true},
		{"two\nlines", 0, `label:"two lines"`, true},
		{"日本-チーム", 0, "本チ", true},
		{"日本-チーム", 0, "チ本", false},
		{"плохой", 0, "ПЛОХ", true},
		{"", math.MaxInt, "streak:>2", true},
		{"", math.MaxInt, "streak:<2", false},
		{"", math.MinInt, "streak:<2", true},
		{"", -42, "code:xxx", false},
	} {
		cred := &poolstate.Credential{
			Ref: poolstate.Ref{Provider: c.label}, Label: c.label, Streak: poolstate.KnownStreak(c.n), ErrorCode: poolstate.Some(c.n),
		}
		uitest.Equal(t, fmt.Sprintf("%q, %d matches %q", c.label, c.n, c.filter), parse(t, c.filter).Match(cred, poolstate.Ready), c.want)
	}
}

// FuzzParse matches any filter against a credential with any text. It checks that an
// error is one clean line, and that a term matches unless its negation does.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"state:out -code:4xx", "streak:>=2,none", "streak:1..", `!label:"a b" x`, "foo:bar", "a,b", "-", `"`, "streak:-9..-1",
	} {
		f.Add(s, "work-oauth")
	}
	for _, s := range uitest.HostileStrings {
		f.Add(s, s)
		f.Add("label:"+s, s)
	}
	f.Fuzz(func(t *testing.T, s, words string) {
		filter, err := Parse(s)
		if err != nil {
			if message := err.Error(); strings.Contains(message, "\n") || text.Clean(message, text.RowLimit) != message || len(message) > 200 {
				t.Errorf("the error for %q is %q", s, message)
			}
			return
		}
		c := &poolstate.Credential{
			Ref: poolstate.Ref{Provider: words, ID: words}, Label: words, Source: words, ErrorReason: words, ErrorMessage: words,
			ErrorCode: poolstate.Some(len(words)), Streak: poolstate.KnownStreak(len(s)), Status: poolstate.Status(len(words) % 5),
		}
		a := poolstate.Backoff().Availability(c, uitest.Epoch)
		if filter.IsZero() && !filter.Match(c, a) {
			t.Errorf("%q is the zero filter but does not match", s)
		}
		for _, one := range filter.terms {
			negated := one
			negated.negated = !one.negated
			if (Filter{terms: []term{one}}).Match(c, a) == (Filter{terms: []term{negated}}).Match(c, a) {
				t.Errorf("%q: a term and its negation agree on %q", s, words)
			}
		}
	})
}
