package poolstate

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// credentialAt returns the first credential of a provider of that name.
func credentialAt(t *testing.T, provider string, entries ...string) *Credential {
	t.Helper()
	p := decoded(t, fmt.Sprintf(`{"credential_pool": {%q: [%s]}}`, provider, strings.Join(entries, ", ")))
	return &p.Providers[0].Credentials[0]
}

func TestHoldCode(t *testing.T) {
	tests := []struct {
		name, provider string
		entries        []string
		want           int
	}{
		{"one of several", "openrouter", []string{`{}`, `{}`}, 429},
		{"the only one", "openrouter", []string{`{}`}, 402},
		{"the only living one", "openrouter", []string{`{}`, `{"last_status": "dead"}`}, 402},
		{"beside one that is out", "openrouter", []string{`{}`, `{"last_status": "exhausted"}`}, 429},
		{"beside one that is disabled", "openrouter", []string{`{}`, `{"enabled": false}`}, 429},
		{"codex", "openai-codex", []string{`{}`, `{}`}, 402},
		{"the only one of codex", "openai-codex", []string{`{}`}, 402},
		{"of a name like codex", "openai-codex-2", []string{`{}`, `{}`}, 429},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "code", HoldCode([]Credential{*credentialAt(t, tt.provider, tt.entries...)}), tt.want)
		})
	}
}

func TestHold_Warning(t *testing.T) {
	two := []string{`{}`, `{}`}
	tests := []struct {
		name, provider string
		entries        []string
		code           int
		want           string
	}{
		{"one of several", "openrouter", two, 429, ""},
		{"one of several, billing", "openrouter", two, 402, ""},
		{"one of several, auth", "openrouter", two, 401, ""},
		{"the only one", "openrouter", two[:1], 429, "60s"},
		{"the only one, auth", "openrouter", two[:1], 401, "60s"},
		{"the only one, billing", "openrouter", two[:1], 402, ""},
		{"codex", "openai-codex", two, 429, "end a 429"},
		{"codex, billing", "openai-codex", two, 402, ""},
		{"codex, another", "openai-codex", two, 503, ""},
		{"the only one of codex", "openai-codex", two[:1], 429, "end a 429"},
		{"the only one of codex, another", "openai-codex", two[:1], 503, "60s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Hold{Code: tt.code}.Warning(credentialAt(t, tt.provider, tt.entries...))
			if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("the warning is %q, want one with %q", got, tt.want)
			}
		})
	}
}

// A hold without effect is refused before anything is written.
func TestHold_Refused(t *testing.T) {
	const codex, other = "openai-codex", "openrouter"
	dead, ready := `{"id": "a", "last_status": "dead"}`, `{"id": "a"}`
	at := stampAt.Add
	tests := []struct {
		name, provider, entry string
		hold                  Hold
		want                  string // part of the reason; empty when it is allowed
	}{
		{"dead", other, dead, Hold{Code: 429}, "dead"},
		{"dead, with a deadline", other, dead, Hold{Code: 402, For: time.Hour}, "dead"},
		{"ready", other, ready, Hold{Code: 429}, ""},
		{"disabled", other, `{"id": "a", "enabled": false}`, Hold{Code: 429}, ""},
		{"a word of tomorrow", other, `{"id": "a", "last_status": "resting"}`, Hold{Code: 429}, ""},
		{"cooling", other, `{"id": "a", "last_status": "exhausted"}`, Hold{Code: 429}, ""},
		{"held", other, `{"id": "a", "last_status": "exhausted", "last_error_reason": "operator_hold"}`, Hold{Code: 429}, ""},

		{"until now", other, ready, Hold{Code: 429, Until: at(0)}, "not in the future"},
		{"until a moment ago", other, ready, Hold{Code: 429, Until: at(-time.Microsecond)}, "not in the future"},
		{"until in a moment", other, ready, Hold{Code: 429, Until: at(time.Microsecond)}, ""},
		{"negative duration", other, ready, Hold{Code: 429, For: -time.Second}, "not in the future"},
		{"negative duration, until later", other, ready, Hold{Code: 429, For: -time.Second, Until: at(time.Hour)}, "not in the future"},
		{"for the shortest time", other, ready, Hold{Code: 429, For: time.Second}, ""},
		{"for as long as there is", other, ready, Hold{Code: 429, For: math.MaxInt64}, ""},

		{"no code", other, ready, Hold{}, "error code 0"},
		{"code 99", other, ready, Hold{Code: 99}, "error code 99"},
		{"code 100", other, ready, Hold{Code: 100}, ""},
		{"code 599", other, ready, Hold{Code: 599}, ""},
		{"code 600", other, ready, Hold{Code: 600}, "error code 600"},
		{"code below zero", other, ready, Hold{Code: -429}, "error code -429"},

		{"quota", codex, ready, Hold{Code: 402, Reason: "out of quota"}, `"quota"`},
		{"QUOTA", codex, ready, Hold{Code: 402, Reason: "QUOTAS"}, `"quota"`},
		{"rate_limit", codex, ready, Hold{Code: 402, Reason: "a rate_limit_error"}, `"rate_limit"`},
		{"Rate_Limit", codex, ready, Hold{Code: 402, Reason: "Rate_Limit"}, `"rate_limit"`},
		{"usage_limit", codex, ready, Hold{Code: 402, Reason: "usage_limit_reached"}, `"usage_limit"`},
		{"USAGE_limit", codex, ready, Hold{Code: 402, Reason: "USAGE_limit"}, `"usage_limit"`},
		{"similar words", codex, ready, Hold{Code: 402, Reason: "rate limit, usage limit, quotient"}, ""},
		{"no reason", codex, ready, Hold{Code: 402}, ""},
		{"429 is allowed with a warning", codex, ready, Hold{Code: 429}, ""},
		{"the words on another provider", other, ready, Hold{Code: 402, Reason: "quota rate_limit usage_limit"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, fmt.Sprintf(`{"credential_pool": {%q: [%s, {"id": "companion"}]}}`, tt.provider, tt.entry))
			before := stateOf(t, s)
			out := perform(t, s, Action{Verb: VerbHold, Hold: tt.hold}, Ref{tt.provider, "a", 0})
			if tt.want == "" {
				equal(t, "refusals", out.Refusals(), 0)
				equal(t, "changed", len(out.Changed), 1)
				return
			}
			checkUnchanged(t, out, true, tt.want)
			checkUntouched(t, s, before, true)
		})
	}
}

// A dead credential can be reset, unless SpareDead is set.
func TestPerform_ResetDead(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "last_status": "dead", "last_error_code": 401}`, `{"id": "b", "last_status": "exhausted"}`))
	before := stateOf(t, s)
	spare := Action{Verb: VerbReset, SpareDead: true}
	checkUnchanged(t, perform(t, s, spare, smallRef), false, "re-authentication")
	checkUntouched(t, s, before, true)
	out := perform(t, s, spare)
	equal(t, "changed", len(out.Changed), 1)
	equal(t, "the living one", out.Changed[0].Before.ID, "b")
	out = perform(t, s, resetAction, smallRef)
	equal(t, "from", out.Changed[0].Before.Status, StatusDead)
	equal(t, "to", out.Changed[0].After.Status, StatusNone)
}

func TestHoldCode_Several(t *testing.T) {
	plain, sole, onCodex := Credential{}, Credential{Sole: true}, Credential{Ref: Ref{Provider: codex}}
	equal(t, "of none", HoldCode(nil), 429)
	equal(t, "of plain ones", HoldCode([]Credential{plain, plain}), 429)
	equal(t, "with a sole one last", HoldCode([]Credential{plain, sole}), 402)
	equal(t, "with openai-codex first", HoldCode([]Credential{onCodex, plain}), 402)
}
