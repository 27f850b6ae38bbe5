package poolstate

import (
	"slices"
	"testing"
)

// The position is used only for entries without a unique id.
func TestPool_Find(t *testing.T) {
	p := decoded(t, `{"credential_pool": {"p": [{"id": "a", "priority": 9}, {"label": "no id"}, {"id": "twice", "label": "1st"},
		{"id": "twice", "label": "2nd"}, 5, {"label": "no id either"}], "q": [{"id": "a"}]}}`)
	for _, tt := range []struct {
		name string
		ref  Ref
		at   int // -1: not found
	}{
		{"by id", Ref{Provider: "p", ID: "a", Position: 0}, 0},
		{"by id, moved", Ref{Provider: "p", ID: "a", Position: 7}, 0},
		{"id of another provider", Ref{Provider: "q", ID: "twice", Position: 2}, -1},
		{"duplicate id, at its position", Ref{Provider: "p", ID: "twice", Position: 3}, 3},
		{"duplicate id, unknown position", Ref{Provider: "p", ID: "twice", Position: 9}, 2},
		{"no id, by position", Ref{Provider: "p", ID: "", Position: 1}, 1},
		{"no id, by another position", Ref{Provider: "p", ID: "", Position: 5}, 5},
		{"no id, entry with an id", Ref{Provider: "p", ID: "", Position: 0}, -1},
		{"no id, no entry at the position", Ref{Provider: "p", ID: "", Position: 4}, -1},
		{"unknown id at a known position", Ref{Provider: "p", ID: "gone", Position: 0}, -1},
		{"unknown provider", Ref{Provider: "r", ID: "a", Position: 0}, -1},
		{"ids are case-sensitive", Ref{Provider: "p", ID: "A", Position: 0}, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := p.Find(tt.ref)
			switch {
			case tt.at < 0 && c != nil:
				t.Errorf("found %s at %d", c.Ref, c.Position)
			case tt.at >= 0 && c == nil:
				t.Error("not found")
			case tt.at >= 0:
				equal(t, "position", c.Position, tt.at)
			}
		})
	}
	if p.Provider("missing") != nil {
		t.Error("found a missing provider")
	}
}

func TestCredential_Name(t *testing.T) {
	tests := []struct{ entry, name, ref string }{
		{`{"id": "a1", "label": "mine", "source": "manual"}`, "mine", "p/a1"},
		{`{"id": "a1", "source": "env:KEY"}`, "env:KEY", "p/a1"},
		{`{"id": "a1"}`, "a1", "p/a1"},
		{`{}`, "#1", "p/#1"},
	}
	for _, tt := range tests {
		c := entryOf(t, tt.entry)
		equal(t, "name of "+tt.entry, c.Name(), tt.name)
		equal(t, "ref of "+tt.entry, c.String(), tt.ref)
	}
}

// A referenced secret is recognized by its fingerprint.
func TestCredential_Shares(t *testing.T) {
	p := decoded(t, `{"credential_pool": {
		"p": [{"id": "a", "access_token": "SECRET-shared"}, {"id": "b", "access_token": "SECRET-own"},
			{"id": "c", "access_token": ""}, {"id": "d"}, {"id": "e", "refresh_token": "SECRET-own"}],
		"q": [{"id": "f", "secret_fingerprint": "sha256:5d5d139563c95b59", "access_token": "SECRET-shared"},
			{"id": "g", "secret_fingerprint": "sha256:2cc6ddbd5e685dd5"},
			{"id": "h", "secret_fingerprint": "sha256:5d5d"}, {"id": "i", "secret_fingerprint": "sha256:5d5d13xx63c95b59"},
			{"id": "j", "secret_fingerprint": ""}, {"id": "k", "access_token": ["SECRET-shared"]}],
		"r": [{"id": "l", "access_token": "SECRET-pair"}, {"id": "m", "access_token": "SECRET-pair"}]}}`)
	groups := [][]Ref{{{Provider: "p", ID: "a", Position: 0}, {Provider: "q", ID: "f", Position: 0}, {Provider: "q", ID: "g", Position: 1}}, {{Provider: "r", ID: "l", Position: 0}, {Provider: "r", ID: "m", Position: 1}}}
	for c := range p.All() {
		var want []Ref
		for _, g := range groups {
			if slices.Contains(g, c.Ref) {
				want = g
			}
		}
		if !slices.Equal(c.Shares, want) {
			t.Errorf("%s shares with %v, want %v", c.Ref, c.Shares, want)
		}
	}
	for _, id := range []string{"c", "d", "e"} {
		equal(t, id+" has no secret", find(t, p, Ref{Provider: "p", ID: id}).Secret.IsZero(), true)
	}
}

// Tokens depends on every secret of the entry, but not on their order.
func TestCredential_Tokens(t *testing.T) {
	const base = `{"access_token": "SECRET-a", "refresh_token": "SECRET-r", "agent_key": "SECRET-k"}`
	was := entryOf(t, base).Tokens
	same := []string{
		`{"agent_key": "SECRET-k", "label": "x", "refresh_token": "SECRET-r", "access_token": "SECRET-a", "api_key": ""}`,
		`{"access_token": "SECRET-a", "refresh_token": "SECRET-r", "agent_key": "SECRET-k", "last_status": "dead", "client_secret": null}`,
	}
	for _, entry := range same {
		equal(t, "same tokens in "+entry, entryOf(t, entry).Tokens == was, true)
	}
	different := []string{
		`{}`,
		`{"access_token": "SECRET-a", "refresh_token": "SECRET-r"}`,
		`{"access_token": "SECRET-b", "refresh_token": "SECRET-r", "agent_key": "SECRET-k"}`,
		`{"access_token": "SECRET-a", "refresh_token": "SECRET-k", "agent_key": "SECRET-r"}`,
		`{"access_token": "SECRET-a", "refresh_token": "SECRET-r", "agent_key": "SECRET-k", "new_password": "SECRET-p"}`,
	}
	for _, entry := range different {
		equal(t, "same tokens in "+entry, entryOf(t, entry).Tokens == was, false)
	}
}
