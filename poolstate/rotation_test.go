package poolstate

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
)

func TestParseStrategy(t *testing.T) {
	for name, want := range map[string]Strategy{
		"fill_first": FillFirst, "Round_Robin": RoundRobin, "LEAST_USED": LeastUsed, "random": Random,
		"": FillFirst, "round-robin": FillFirst, "true": FillFirst,
	} {
		equal(t, name, ParseStrategy(name), want)
	}
	equal(t, "surrounding space", ParseStrategy(" random\n"), Random)
	equal(t, "words", allWords[Strategy](), "fill_first round_robin least_used random poolstate.Strategy(4)")
}

// rawAgent selects credentials as an agent does, on decoded JSON and without the code under
// test. It computes deadlines as agents did in July 2026.
type rawAgent struct {
	provider string
	entries  []map[string]any // in rotation order
}

func textIn(e map[string]any, key string) string { s, _ := e[key].(string); return s }

func numberIn(e map[string]any, key string) float64 { n, _ := e[key].(float64); return n }

// load sorts the entries as an agent does when it loads them.
func (a *rawAgent) load() {
	ranks := map[string]float64{"env:ANTHROPIC_TOKEN": 0, "env:CLAUDE_CODE_OAUTH_TOKEN": 1, "hermes_pkce": 2, "claude_code": 3, "env:ANTHROPIC_API_KEY": 4}
	less := func(x, y map[string]any) bool { return numberIn(x, "priority") < numberIn(y, "priority") }
	if a.provider == "anthropic" {
		key := func(e map[string]any) string {
			source := textIn(e, "source")
			if source == "manual" || strings.HasPrefix(source, "manual:") {
				return fmt.Sprintf("a%09.0f", numberIn(e, "priority"))
			}
			rank, known := ranks[source]
			if !known {
				rank = 5
			}
			return fmt.Sprintf("b%.0f%09.0f%s", rank, numberIn(e, "priority"), textIn(e, "label"))
		}
		less = func(x, y map[string]any) bool { return key(x) < key(y) }
	}
	sort.SliceStable(a.entries, func(i, j int) bool { return less(a.entries[i], a.entries[j]) })
}

// available reports whether an agent may select an entry.
func (a *rawAgent) available(e map[string]any, model string, now float64) bool {
	if textIn(e, "access_token") == "" && textIn(e, "secret_fingerprint") == "" && strings.HasPrefix(textIn(e, "source"), "manual") {
		return false
	}
	cooldowns, _ := e["model_cooldowns"].(map[string]any)
	for name, until := range cooldowns {
		if (model == "" || model == name) && until.(float64) > now {
			return false
		}
	}
	switch textIn(e, "last_status") {
	case "dead":
		return false
	case "exhausted":
		until := numberIn(e, "last_status_at") + 3600
		if numberIn(e, "last_error_code") == 401 {
			until = numberIn(e, "last_status_at") + 300
		}
		switch reset := e["last_error_reset_at"].(type) {
		case float64:
			until = reset
			if reset > 1e12 {
				until = reset / 1000
			}
		case string:
			at, _ := time.Parse(time.RFC3339, reset)
			until = float64(at.Unix())
		}
		return now >= until
	}
	return true
}

// next selects an entry and returns its id, or "" if it selects none.
func (a *rawAgent) next(strategy, model string, now float64) string {
	var found []map[string]any
	for _, e := range a.entries {
		if a.available(e, model, now) {
			found = append(found, e)
			if textIn(e, "last_status") == "exhausted" {
				e["last_status"], e["last_status_at"], e["last_error_reset_at"], e["last_error_code"] = "ok", nil, nil, nil
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	chosen := found[0]
	if strategy == "least_used" {
		for _, e := range found {
			if numberIn(e, "request_count") < numberIn(chosen, "request_count") {
				chosen = e
			}
		}
	}
	chosen["request_count"] = numberIn(chosen, "request_count") + 1
	if strategy == "round_robin" && len(found) > 1 {
		var rest []map[string]any
		for _, e := range a.entries {
			if textIn(e, "id") != textIn(chosen, "id") {
				rest = append(rest, e)
			}
		}
		rest = append(rest, chosen)
		a.entries = rest
		for i, e := range a.entries {
			e["priority"] = float64(i)
		}
	}
	return textIn(chosen, "id")
}

func (a *rawAgent) file(t *testing.T) []byte {
	t.Helper()
	shuffled := slices.Clone(a.entries)
	sort.Slice(shuffled, func(i, j int) bool { return textIn(shuffled[i], "id") < textIn(shuffled[j], "id") })
	data, err := json.Marshal(map[string]any{"credential_pool": map[string]any{a.provider: shuffled}})
	must(t, err)
	return data
}

// For each strategy, provider and sample, the rotation order and the next credential match an
// agent's over 20 selections, some of which fail.
func TestProvider_Next(t *testing.T) {
	selections := map[string]int{}
	for _, name := range []string{"backoff.json", "stock-2026-07.json", "stock-2026-09.json", "stock-2026-10.json"} {
		for _, strategy := range []Strategy{FillFirst, RoundRobin, LeastUsed} {
			for _, model := range []string{"", "big", "small"} {
				var file struct {
					Pool map[string][]map[string]any `json:"credential_pool"`
				}
				must(t, json.Unmarshal(sample(t, name), &file))
				for provider, entries := range file.Pool {
					a := rawAgent{provider, entries}
					now := time.Date(2026, 11, 23, 9, 20, 0, 0, time.UTC)
					for i := range 20 {
						what := fmt.Sprintf("%s %s %s model %q, selection %d", name, provider, strategy, model, i)
						a.load()
						p := decoded(t, string(a.file(t))).Provider(provider)
						var order, want []string
						for j := range p.Credentials {
							order, want = append(order, p.Credentials[j].ID), append(want, textIn(a.entries[j], "id"))
							equal(t, what+": index", p.Credentials[j].Index, j+1)
						}
						equal(t, what+": order", fmt.Sprint(order), fmt.Sprint(want))
						got := ""
						if c := p.Next(strategy, Flat().ForModel(model), now); c != nil {
							got = c.ID
						}
						selected := a.next(strategy.String(), model, float64(now.Unix()))
						equal(t, what, got, selected)
						if selected != "" {
							selections[strategy.String()+selected]++
						}
						for _, e := range a.entries {
							switch failed := textIn(e, "id") == selected; {
							case failed && i%3 == 1:
								e["last_status"], e["last_status_at"], e["last_error_code"] = "exhausted", float64(now.Unix()), 429.0
							case failed && i%4 == 2:
								e["model_cooldowns"] = map[string]any{"big": float64(now.Unix()) + 2400}
							}
						}
						now = now.Add(17 * time.Minute)
					}
				}
			}
		}
	}
	if len(selections) < 20 {
		t.Errorf("only %d different selections: %v", len(selections), selections)
	}
}

func TestProvider_NextNone(t *testing.T) {
	p := poolOf(t, `{"id": "a", "access_token": "x"}`).Providers[0]
	now := time.Unix(1795425600, 0)
	equal(t, "random", p.Next(Random, Flat(), now) == nil, true)
	equal(t, "first", p.Next(FillFirst, Flat(), now) == &p.Credentials[0], true)
	p.Name = "P"
	equal(t, "a name that agents never use", p.Next(FillFirst, Flat(), now) == nil, true)
}

// Agents rank anthropic credentials by source when they load them.
func TestDecode_AnthropicOrder(t *testing.T) {
	p := decoded(t, `{"credential_pool": {"anthropic": [
		{"id": "other-b", "source": "x", "label": "b", "priority": 0}, {"id": "key", "source": "env:ANTHROPIC_API_KEY", "priority": 0},
		{"id": "code", "source": "claude_code", "priority": 1}, {"id": "other-a", "source": "y", "label": "a", "priority": 0},
		{"id": "pkce", "source": "hermes_pkce", "priority": 9}, {"id": "token", "source": "env:ANTHROPIC_TOKEN", "priority": 9},
		{"id": "oauth", "source": "env:CLAUDE_CODE_OAUTH_TOKEN", "priority": 2}, {"id": "manual-2", "source": "manual:device_code", "priority": 8},
		{"id": "manual-1", "source": "manual", "priority": 7}]}}`)
	var ids []string
	for c := range p.All() {
		ids = append(ids, c.ID)
	}
	equal(t, "order", strings.Join(ids, " "), "manual-1 manual-2 token oauth pkce code key other-a other-b")
}
