package ui

import (
	"testing"
	"time"

	"pooltop/poolstate"
)

func TestLoginCommand(t *testing.T) {
	oauth := entry{"auth_type": "oauth", "source": "manual:device_code"}
	for _, c := range []struct {
		name, provider  string
		profile, active string
		fields          entry
		command, words  string
	}{
		{"api key", "openrouter", "", "", entry{"source": "manual"}, "hermes auth add openrouter --type api-key", ""},
		{"oauth", "openai-codex", "", "", oauth, "hermes auth add openai-codex --type oauth", ""},
		{"browser login for an api key", "openrouter", "", "", entry{"source": "manual:openrouter_pkce", "auth_type": "api_key"}, "hermes auth add openrouter --type oauth", ""},
		{"custom endpoint", "custom:lab", "", "", nil, "hermes auth add custom:lab --type api-key", ""},
		{"profile", "anthropic", "work", "", oauth, "hermes -p work auth add anthropic --type oauth", ""},
		{"root", "anthropic", "default", "", oauth, "hermes auth add anthropic --type oauth", ""},
		{"root, another profile is active", "anthropic", "default", "work", oauth, "hermes -p default auth add anthropic --type oauth", ""},
		{"copilot", "copilot", "", "", entry{"source": "gh_cli"}, "gh auth login", ""},
		{"claude code", "anthropic", "", "", entry{"source": "claude_code", "auth_type": "oauth"}, "", "re-auth required: log in with Claude Code, then press A to import its tokens"},
		{"environment", "openrouter", "", "", entry{"source": "env:OPENROUTER_API_KEY"}, "", "re-auth required: set OPENROUTER_API_KEY to a valid secret and restart the agent"},
		{"configuration", "together", "", "", entry{"source": "config:Together.ai"}, "", "re-auth required: set a valid secret for Together.ai in the agent's config.yaml"},
		{"provider name that needs quotes", "x; rm -r y", "", "", nil, "", "will not recover on its own: re-auth required"},
		{"profile name that begins with a hyphen", "anthropic", "-x", "", oauth, "", "will not recover on its own: re-auth required"},
	} {
		s := screenOf(poolOf(t, providers{c.provider: []entry{deadEntry("key").With(c.fields)}})).choose(t, "key")
		s.Profile, s.ActiveProfile, s.CopyKey, s.SyncKey = c.profile, c.active, "y", "A"
		if c.command != "" {
			c.words = "re-auth required: " + c.command + " (y copies this)"
		}
		equal(t, c.name, LoginCommand(s, s.selected()), c.command)
		equal(t, c.name, s.loginSentence(s.selected()), c.words)
	}
	s := screenOf(poolOf(t, providers{"openrouter": []entry{exhaustedEntry("key", time.Minute, 1)}})).choose(t, "key")
	equal(t, "not dead", LoginCommand(s, s.selected()), "")
}

func TestLoginCommand_Borrowed(t *testing.T) {
	root := poolOf(t, providers{"anthropic": []entry{deadEntry("key")}})
	work := poolOf(t, providers{"mistral": []entry{readyEntry("other")}})
	s := screenOf(poolstate.Merge([]poolstate.View{
		{Profile: poolstate.RootProfile, Pool: root}, {Profile: "work", Pool: poolstate.Borrow(work, root)},
	}))
	for _, c := range s.Pool.Provider("anthropic").Credentials {
		equal(t, "row of "+c.Profile, LoginCommand(s, &c), "hermes -p default auth add anthropic --type api-key")
	}
}
