package simulate

import (
	"testing"
	"time"

	"pooltop/poolstate"
)

// script has an outage of provider p in the second hour, and an overlapping one of
// two credentials with a reset time.
var script = Providers{
	Start: start,
	Script: []Outage{
		{Provider: "p", From: time.Hour, To: 2 * time.Hour, Failure: poolstate.Failure{Code: 429, Reason: "all"}},
		{Provider: "p", Only: []string{"a", "b"}, From: 30 * time.Minute, To: 3 * time.Hour, Failure: poolstate.Failure{Code: 402, Reason: "some"}, Resets: 5 * time.Hour},
		{Provider: "q", Only: []string{}, From: 0, To: time.Hour, Failure: poolstate.Failure{Code: 500}},
	},
}

func TestAsk(t *testing.T) {
	for _, c := range []struct {
		name         string
		provider, id string
		after        time.Duration
		code         int           // 0 is served
		resets       time.Duration // after the request; 0 for none
	}{
		{"before all of it", "p", "a", 0, 0, 0},
		{"just before", "p", "a", 30*time.Minute - 1, 0, 0},
		{"from then on", "p", "a", 30 * time.Minute, 402, 5 * time.Hour},
		{"another that is named", "p", "b", 30 * time.Minute, 402, 5 * time.Hour},
		{"one that is not named", "p", "c", 30 * time.Minute, 0, 0},
		{"just before all are refused", "p", "c", time.Hour - 1, 0, 0},
		{"all are refused", "p", "c", time.Hour, 429, 0},
		{"two outages", "p", "a", time.Hour, 429, 0},
		{"to the last moment", "p", "c", 2*time.Hour - 1, 429, 0},
		{"and no longer", "p", "c", 2 * time.Hour, 0, 0},
		{"then the second counts again", "p", "a", 2 * time.Hour, 402, 5 * time.Hour},
		{"its last moment", "p", "a", 3*time.Hour - 1, 402, 5 * time.Hour},
		{"its end", "p", "a", 3 * time.Hour, 0, 0},
		{"another provider", "other", "a", time.Hour, 0, 0},
		{"an outage of no id", "q", "a", time.Minute, 0, 0},
		{"before the start", "p", "a", -time.Hour, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := start.Add(c.after)
			f := script.Ask(&poolstate.Credential{Ref: poolstate.Ref{Provider: c.provider, ID: c.id}}, at)
			if f == nil {
				equal(t, "the code", 0, c.code)
				return
			}
			equal(t, "the code", f.Code, c.code)
			want := time.Time{}
			if c.resets > 0 {
				want = at.Add(c.resets)
			}
			equal(t, "the reset time", f.ResetAt, want)
		})
	}
}

// Changing an answer does not change the script.
func TestAsk_Copy(t *testing.T) {
	c := &poolstate.Credential{Ref: poolstate.Ref{Provider: "p", ID: "a"}}
	script.Ask(c, start.Add(30*time.Minute)).Code = 1
	equal(t, "the code", script.Ask(c, start.Add(30*time.Minute)).Code, 402)
	equal(t, "the reset time of the script", script.Script[1].Failure.ResetAt.IsZero(), true)
}

func TestDown(t *testing.T) {
	p := Providers{Start: start, Script: []Outage{
		{Provider: "short", From: time.Hour, To: 2 * time.Hour},
		{Provider: "long", From: 90 * time.Minute, To: 4 * time.Hour},
		{Provider: "keys", Only: []string{"a"}, From: 0, To: 9 * time.Hour},
	}}
	for _, c := range []struct {
		after time.Duration
		want  string // "" when none is down
	}{
		{0, ""},
		{time.Hour - 1, ""},
		{time.Hour, "short"},
		{90 * time.Minute, "long"},
		{2 * time.Hour, "long"},
		{4*time.Hour - 1, "long"},
		{4 * time.Hour, ""},
	} {
		outage, down := p.Down(start.Add(c.after))
		equal(t, "down at "+c.after.String(), outage.Provider, c.want)
		equal(t, "whether one is", down, c.want != "")
	}
	if _, down := (Providers{}).Down(start); down {
		t.Error("without a script a provider is down")
	}
}
