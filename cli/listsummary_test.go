package cli

import (
	"fmt"
	"strings"
	"testing"
)

// Entries of each availability at the instant of the samples, 1795425600.
const (
	readyEntry    = `{"id": "ready"}`
	coolingEntry  = `{"id": "cooling", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429}`
	briefEntry    = `{"id": "brief", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_reset_at": 1795426200}`
	heldEntry     = `{"id": "held", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_reason": "operator_hold", "last_error_reset_at": 1795440000}`
	dueEntry      = `{"id": "due", "last_status": "exhausted", "last_status_at": 1795400000, "last_error_code": 429}`
	deadEntry     = `{"id": "dead", "last_status": "dead", "last_status_at": 1795425000, "last_error_reset_at": 1795426000}`
	disabledEntry = `{"id": "disabled", "enabled": false, "last_status": "exhausted", "last_status_at": 1795425000, "last_error_reset_at": 1795426000}`
)

// What the summary says of pools, and which of their credentials it looks at
// to say when they are back: those that cool and those that are held.
func TestSummary(t *testing.T) {
	const (
		brief   = "2026-11-23T09:30:00.000Z"
		cooling = "2026-11-23T10:10:00.000Z"
		held    = "2026-11-23T13:20:00.000Z"
	)
	for _, c := range []struct {
		name    string
		entries []string
		counts  string // credentials, ready, cooling, held, due, dead, disabled
		next    string // next_ready and next_ready_at
		all     string // all_ready_at
	}{
		{"nothing", nil, "0 0 0 0 0 0 0", "", ""},
		{"one ready", []string{readyEntry}, "1 1 0 0 0 0 0", "", ""},
		{"one cooling", []string{readyEntry, coolingEntry}, "2 1 1 0 0 0 0", "p/cooling " + cooling, cooling},
		{"the sooner one is next", []string{coolingEntry, briefEntry}, "2 0 2 0 0 0 0", "p/brief " + brief, cooling},
		{"held counts as coming back", []string{heldEntry, readyEntry}, "2 1 0 1 0 0 0", "p/held " + held, held},
		{"cooling before held", []string{heldEntry, coolingEntry}, "2 0 1 1 0 0 0", "p/cooling " + cooling, held},
		{"due comes back no more", []string{dueEntry, readyEntry}, "2 1 0 0 1 0 0", "", ""},
		{"dead does not come back", []string{deadEntry, readyEntry}, "2 1 0 0 0 1 0", "", ""},
		{"disabled does not either", []string{disabledEntry, readyEntry}, "2 1 0 0 0 0 1", "", ""},
		{
			"all of them",
			[]string{readyEntry, coolingEntry, briefEntry, heldEntry, dueEntry, deadEntry, disabledEntry},
			"7 1 2 1 1 1 1", "p/brief " + brief, held,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			sum := listed(t, poolOf(c.entries...), "--policy", "backoff")["summary"].(object)
			counts := fmt.Sprintf("%v %v %v %v %v %v %v",
				sum["credentials"], sum["ready"], sum["cooling"], sum["held"], sum["due"], sum["dead"], sum["disabled"])
			equal(t, "the counts", counts, c.counts)
			next, nextAt, _ := strings.Cut(c.next, " ")
			equal(t, "next_ready", sum["next_ready"], textOrNull(next))
			equal(t, "next_ready_at", sum["next_ready_at"], textOrNull(nextAt))
			equal(t, "all_ready_at", sum["all_ready_at"], textOrNull(c.all))
		})
	}
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// A credential without an id is named as reset and exhaust take it: by its
// index in the list.
func TestNextReadyWithoutAnIDIsItsIndex(t *testing.T) {
	list := listed(t, poolOf(`{"id": "last", "priority": 9}`,
		`{"priority": 1, "last_status": "exhausted", "last_status_at": 1795425000}`))
	equal(t, "next_ready", list["summary"].(object)["next_ready"], any("p/#1"))
	equal(t, "its index", asJSON(t, credentialsIn(list)[0]["index"]), "1")
}

// Providers come by name, credentials by priority, and those of one priority as
// they stand in the file.
func TestListIsInTheDefaultOrder(t *testing.T) {
	list := listed(t, `{"credential_pool": {
		"openrouter": [{"id": "o3", "priority": 2}, {"id": "o1", "priority": -1}, {"id": "o4", "priority": 2}, {"id": "o2"}],
		"Zed": [{"id": "z"}],
		"custom:b": [],
		"anthropic": [{"id": "a"}]
	}}`)
	var got []string
	for _, p := range list["providers"].([]any) {
		p := p.(object)
		line := p["name"].(string)
		for _, c := range p["credentials"].([]any) {
			c := c.(object)
			line += fmt.Sprintf(" %v=%v", c["index"], c["id"])
		}
		got = append(got, line)
	}
	equal(t, "the order", strings.Join(got, "; "), "Zed 1=z; anthropic 1=a; custom:b; openrouter 1=o1 2=o2 3=o3 4=o4")
}

func TestReadyOfAProviderCountsItsOwn(t *testing.T) {
	list := listed(t, `{"credential_pool": {"a": [`+readyEntry+`, `+coolingEntry+`], "b": [`+deadEntry+`], "c": []}}`)
	var got []string
	for _, p := range list["providers"].([]any) {
		got = append(got, fmt.Sprint(p.(object)["ready"]))
	}
	equal(t, "ready", strings.Join(got, " "), "1 0 0")
}

// The instant of --now, to the millisecond and in UTC, and what is left at it
// of a cooldown that ends at 09:32:03.
func TestNowIsTheInstantToComputeWith(t *testing.T) {
	entry := poolOf(`{"id": "a", "last_status": "exhausted", "last_status_at": 1795422723}`)
	for _, c := range []struct{ now, readAt, availability, left string }{
		{"2026-11-23T09:20:00Z", "2026-11-23T09:20:00.000Z", "cooling", "723"},
		{"2026-11-23T10:20:00+01:00", "2026-11-23T09:20:00.000Z", "cooling", "723"},
		{"2026-11-23T09:20:00.25Z", "2026-11-23T09:20:00.250Z", "cooling", "723"},
		{"2026-11-23T09:20:00.0009Z", "2026-11-23T09:20:00.000Z", "cooling", "723"},
		{"2026-11-23T09:20:01Z", "2026-11-23T09:20:01.000Z", "cooling", "722"},
		{"2026-11-23T09:32:02.999Z", "2026-11-23T09:32:02.999Z", "cooling", "1"},
		{"2026-11-23T09:32:03Z", "2026-11-23T09:32:03.000Z", "due", "0"},
		{"2026-11-24T00:00:00Z", "2026-11-24T00:00:00.000Z", "due", "0"},
	} {
		t.Run(c.now, func(t *testing.T) {
			list := decoded(t, done(t, pooltop(t, "list", "--json", "--file", storeFile(t, entry), "--now", c.now)))
			equal(t, "read_at", list["read_at"], any(c.readAt))
			cred := credentialsIn(list)[0]
			equal(t, "availability", cred["availability"], any(c.availability))
			equal(t, "remaining_seconds", asJSON(t, cred["remaining_seconds"]), c.left)
		})
	}
}
