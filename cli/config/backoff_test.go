package config

import (
	"reflect"
	"testing"
	"time"

	"pooltop/poolstate"
)

func TestCurve(t *testing.T) {
	schedule := func(factor, limit float64, codes map[int]time.Duration) poolstate.Schedule {
		return poolstate.Schedule{Factor: factor, Cap: limit, Base: codes}
	}
	hour := map[int]time.Duration{429: time.Hour}
	quarter := map[int]time.Duration{429: 15 * time.Minute}
	day := 24 * time.Hour
	openrouter := map[string]poolstate.Schedule{"openrouter": schedule(0, 4, quarter)}
	for _, c := range []struct {
		text string
		want poolstate.Curve
	}{
		{"", poolstate.DefaultCurve()},
		{"[backoff]", poolstate.DefaultCurve()},
		{"[backoff]\nfactor = 1.5\ncap = 100", poolstate.Curve{Schedule: schedule(1.5, 100, nil), ForgetAfter: day, Stagger: true}},
		{"[backoff]\nfactor = 1\ncap = 1.0", poolstate.Curve{Schedule: schedule(1, 1, nil), ForgetAfter: day, Stagger: true}},
		{"backoff.stagger = false\nbackoff.forget-after = '1m'", poolstate.Curve{Schedule: schedule(2, 8, nil), ForgetAfter: time.Minute}},
		{"backoff = {forget-after = '366d', base = {429 = '1h'}}", poolstate.Curve{Schedule: schedule(2, 8, hour), ForgetAfter: 366 * day, Stagger: true}},
		{
			"[backoff]\nbase = {100 = '0.1s', 599 = '1 day'}",
			poolstate.Curve{Schedule: schedule(2, 8, map[int]time.Duration{100: time.Second, 599: day}), ForgetAfter: day, Stagger: true},
		},
		{
			"[backoff.providers.openrouter]\ncap = 4\nbase = {429 = '15m'}",
			poolstate.Curve{Schedule: schedule(2, 8, nil), ForgetAfter: day, Stagger: true, Providers: openrouter},
		},
		{
			"[backoff]\nbase.429 = '1h'\nproviders = {openrouter = {cap = 4, base = {429 = '15m'}}}",
			poolstate.Curve{Schedule: schedule(2, 8, hour), ForgetAfter: day, Stagger: true, Providers: openrouter},
		},
	} {
		cfg, err := Parse("config.toml", []byte(c.text))
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		} else if got := cfg.Curve(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %+v, want %+v", c.text, got, c.want)
		}
	}
}

// TestCurve_Sources checks that the source of a value is the position of its key, also within
// an inline table. A value that is not in the file has the default source, even if an inline
// table has a key with the same name.
func TestCurve_Sources(t *testing.T) {
	cfg, err := Parse("c.toml", []byte(`[backoff]
base = {429 = "1h", 402 = "2h"}
factor = 3
[backoff.providers]
a = {cap = 2, factor = 2}
b = {cap = 3, base = {429 = "1h"}}
[backoff.providers.c]
base.401 = "1h"
base.429 = "1h"
[backoff.providers."d.e"]
cap = 5
`))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"backoff.factor": "c.toml:3", "backoff.cap": "default", "backoff.stagger": "default",
		"backoff.base": "c.toml:2", "backoff.base.429": "c.toml:2", "backoff.base.402": "c.toml:2",
		"backoff.providers.a.cap": "c.toml:5", "backoff.providers.a.factor": "c.toml:5",
		"backoff.providers.b.cap": "c.toml:6", "backoff.providers.b.base": "c.toml:6", "backoff.providers.b.base.429": "c.toml:6",
		"backoff.providers.b.factor": "default", "backoff.providers.c.cap": "default",
		"backoff.providers.c.base.401": "c.toml:8", "backoff.providers.c.base.429": "c.toml:9",
		"backoff.providers.d.e.cap": "c.toml:11",
	} {
		equal(t, key, cfg.SourceOf(key).String(), want)
	}
	equal(t, "column of 402", cfg.SourceOf("backoff.base.402").Column, 21)
	inline, err := Parse("c.toml", []byte("[backoff]\nproviders = {a = {cap = 4}}"))
	equal(t, "cap", inline.SourceOf("backoff.cap").String(), "default")
	equal(t, "the provider's cap", inline.SourceOf("backoff.providers.a.cap").String(), "c.toml:2")
	equal(t, "its column", inline.SourceOf("backoff.providers.a.cap").Column, 19)
	equal(t, "the error", err, nil)
}
