package guard

import (
	"testing"

	"pooltop/poolstate"
)

// A provider's schedule overrides the default schedule.
func TestRules_Plan(t *testing.T) {
	rules := Rules{Policy: poolstate.Flat(), Curve: poolstate.DefaultCurve()}
	rules.Curve.Providers = map[string]poolstate.Schedule{"slow": {Cap: 16}, "off": {Cap: 1}}
	two, sole := []poolstate.Credential{{}, {}}, []poolstate.Credential{{Sole: true}}
	for _, tt := range []struct {
		provider    string
		credentials []poolstate.Credential
		want        string
	}{
		{"p", two, "pins from the second failure on: 1h, 2h, 4h, 8h (after a 429), staggered"},
		{"p", two[:1], "pins from the second failure on: 1h, 2h, 4h, 8h (after a 429)"},
		{"slow", two, "pins from the second failure on: 1h, 2h, 4h, 8h, 16h (after a 429), staggered"},
		{"off", two, "no pins, because the cap for this provider is 1"},
		{"p", sole, "no pins, because they would block the only credential (--sole allows them)"},
		{"openai-codex", two, "pins only failures other than rate limits: after a 429, the agent queries the provider's limits"},
	} {
		if got := rules.Plan(&poolstate.Provider{Name: tt.provider, Credentials: tt.credentials}); got != tt.want {
			t.Errorf("%s with %d credentials: %q, want %q", tt.provider, len(tt.credentials), got, tt.want)
		}
	}
}
