package poolstate

import (
	"fmt"
	"slices"
	"testing"
)

// What pooltop does not know of an entry is told by name, in order and once,
// whatever it is called; values are not.
func TestUnknownKeysAreNamed(t *testing.T) {
	for _, tt := range []struct {
		name    string
		entries []string
		want    []string
	}{
		{"none", []string{`{"id": "a", "last_status": null, "enabled": false}`}, nil},
		{"no entry", []string{`7`, `["plan"]`, `{}`}, nil},
		{"in order, once", []string{`{"zone": 1, "plan": "x"}`, `{"plan": "y", "account": null}`}, []string{"account", "plan", "zone"}},
		{"a nested key is its value", []string{`{"meta": {"inner": 1}}`}, []string{"meta"}},
		{"secrets by name", []string{`{"agent_key": "SECRET-1-not-a-real-token", "access_token": "x"}`}, []string{"agent_key"}},
		{"known, written with escapes", []string{`{"\u0069d": "a", "l\u0061st_status_at": 1}`}, nil},
		{"unknown, written with escapes", []string{`{"pl\u0061n": 1, "": 2}`}, []string{"", "plan"}},
		{"a secret in a name", []string{`{"access_token": "SECRET-1-not-a-real-token", "x-SECRET-1-not": 1}`}, []string{"x-[secret]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := poolOf(t, tt.entries...).UnknownKeys; !slices.Equal(got, tt.want) {
				t.Errorf("they are %q, want %q", got, tt.want)
			}
		})
	}
}

// Only entries count: a store has more keys than its pool, and a pool that a
// later one shadows is not there.
func TestUnknownKeysAreThoseOfEntries(t *testing.T) {
	p := decoded(t, `{"invented": 1, "credential_pool": {"p": [{"shadowed": 1}]},
		"credential_pool": {"p": [{"plan": 1}], "q": {"no_list": 1}}}`)
	if got := p.UnknownKeys; !slices.Equal(got, []string{"plan"}) {
		t.Errorf("they are %q", got)
	}
}

func TestUnknownKeysAreBounded(t *testing.T) {
	var entries []string
	for i := range 3 * maxUnknown {
		entries = append(entries, fmt.Sprintf(`{"k%03d": 1}`, i))
	}
	keys := poolOf(t, entries...).UnknownKeys
	equal(t, "how many", len(keys), maxUnknown)
	equal(t, "in order", slices.IsSorted(keys), true)
}
