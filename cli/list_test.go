package cli

import (
	"strings"
	"testing"
)

// The policy goes by what the file shows unless --policy says otherwise. Each
// case looks at anthropic/b27e04, exhausted with a 429 at 08:31:53.
func TestPolicyOfList(t *testing.T) {
	for _, c := range []struct{ sample, choice, policy, streak, multiplier, next, deadline string }{
		{"backoff.json", "auto", "backoff", "3", "4", "28800", "2026-11-23T12:31:53.000Z"},
		{"backoff.json", "backoff", "backoff", "3", "4", "28800", "2026-11-23T12:31:53.000Z"},
		{"backoff.json", "flat", "flat", "3", "1", "3600", "2026-11-23T09:31:53.000Z"},
		{"stock-2026-07.json", "auto", "flat", "null", "1", "3600", "2026-11-23T09:31:53.000Z"},
		{"stock-2026-07.json", "backoff", "backoff", "null", "1", "3600", "2026-11-23T09:31:53.000Z"},
		{"stock-2026-09.json", "auto", "flat", "null", "1", "3600", "2026-11-23T09:31:53.000Z"},
	} {
		t.Run(c.sample+" "+c.choice, func(t *testing.T) {
			list := decoded(t, done(t, at(t, sampleFile(t, c.sample), "list", "--json", "--policy", c.choice)))
			equal(t, "policy", list["policy"], any(c.policy))
			cred := credentialsIn(list)[1]
			equal(t, "id", cred["id"], any("b27e04"))
			equal(t, "streak", asJSON(t, cred["streak"]), c.streak)
			equal(t, "multiplier", asJSON(t, cred["multiplier"]), c.multiplier)
			equal(t, "next_cooldown_seconds", asJSON(t, cred["next_cooldown_seconds"]), c.next)
			equal(t, "deadline", cred["deadline"], any(c.deadline))
		})
	}
}

// Builds since about August 2026 let a provider's only living credential wait a
// minute.
func TestSoleCredentialOfANewerFlatBuildWaitsAMinute(t *testing.T) {
	entry := `{"id": "a", "last_status": "exhausted", "last_status_at": 1795425570, "last_error_code": 429, "failure_reason": "rate_limit"}`
	c := credentialsIn(listed(t, poolOf(entry)))[0]
	equal(t, "deadline", c["deadline"], any("2026-11-23T09:20:30.000Z"))
	equal(t, "base_seconds", asJSON(t, c["base_seconds"]), "60")
	equal(t, "next_cooldown_seconds", asJSON(t, c["next_cooldown_seconds"]), "60")
}

func TestListOfOneProvider(t *testing.T) {
	file := sampleFile(t, "backoff.json")
	list := decoded(t, done(t, at(t, file, "list", "openrouter", "--json")))
	providers := list["providers"].([]any)
	if len(providers) != 1 || providers[0].(object)["name"] != "openrouter" {
		t.Errorf("the providers are %s", asJSON(t, providers))
	}
	sum := list["summary"].(object)
	equal(t, "credentials", asJSON(t, sum["credentials"]), "4")
	equal(t, "ready", asJSON(t, sum["ready"]), "2")
	equal(t, "next_ready", sum["next_ready"], any("openrouter/e5b7f2"))
	equal(t, "policy", list["policy"], any("backoff"))

	text := done(t, at(t, file, "list", "openrouter"))
	says(t, text, "primary", "backup-key")
	saysNot(t, text, "anthropic", "work-oauth")
}

// The policy is that of the file, not of the one provider: this one carries no
// streak.
func TestListOfOneProviderKeepsThePolicyOfTheFile(t *testing.T) {
	list := decoded(t, done(t, at(t, sampleFile(t, "backoff.json"), "list", "custom:together.ai", "--json")))
	equal(t, "policy", list["policy"], any("backoff"))
}

func TestListOfAnUnknownProvider(t *testing.T) {
	for _, c := range []struct {
		name string
		says []string
		not  string
	}{
		{"opnrouter", []string{`no provider "opnrouter"`, `did you mean "openrouter"?`}, ""},
		{"OpenRouter", []string{`did you mean "openrouter"?`}, ""},
		{"antropic", []string{`did you mean "anthropic"?`}, ""},
		{"codex", []string{`no provider "codex"`}, "anthropic"},
		{"something-else-entirely", []string{`no provider "something-else-entirely"`}, "did you mean"},
		{"", []string{`no provider ""`}, "did you mean"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := at(t, sampleFile(t, "backoff.json"), "list", c.name)
			refused(t, o, exitNoSuch, c.says...)
			if c.not != "" {
				saysNot(t, o.stderr, c.not)
			}
		})
	}
}

func TestListForPeople(t *testing.T) {
	text := done(t, at(t, sampleFile(t, "backoff.json"), "list"))
	says(t, text,
		"4 ready", "4 cooling", "1 due", "1 dead", // the counts
		"backup-key openrouter", "12m03s", "Sun 14:20", // next back, and all
		"1 of 3 ready", "none ready", "2 of 4 ready", // each provider
		"work-oauth", "3h11m53s", "seat-1@example.com", "6d05h", "ключ-отдела")
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimRight(line, " ") != line {
			t.Errorf("line %d ends in blanks: %q", i+1, line)
		}
	}
}

func TestListOfNothing(t *testing.T) {
	for name, content := range map[string]string{
		"no pool": `{}`, "empty pool": `{"credential_pool": {}}`, "empty provider": poolOf(),
	} {
		t.Run(name, func(t *testing.T) {
			says(t, done(t, at(t, storeFile(t, content), "list")), "0 ready")
			list := listed(t, content)
			if list["providers"] == nil {
				t.Error("providers is null")
			}
		})
	}
}

// JSON is for programs that may read it byte by byte: one object, an indent of
// two blanks, a newline at the end, text as it is where it can be shown.
func TestJSONAsItIsWritten(t *testing.T) {
	text := done(t, at(t, storeFile(t, poolOf(`{"id": "a", "label": "<a&b> ключ 🔑"}`)), "list", "--json"))
	if !strings.HasPrefix(text, "{\n  \"path\": ") || !strings.HasSuffix(text, "\n}\n") {
		t.Errorf("the JSON is %q", text)
	}
	says(t, text, `"label": "<a&b> ключ 🔑"`, `"availability": "ready"`)
}

func says(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("it does not say %q:\n%s", w, text)
		}
	}
}

func saysNot(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("it says %q:\n%s", w, text)
		}
	}
}
