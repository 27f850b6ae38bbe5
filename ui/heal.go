package ui

import (
	"regexp"
	"strings"

	"pooltop/poolstate"
)

// shellWord matches a name that needs no quotes in a shell.
var shellWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]*$`)

// LoginCommand returns the shell command that replaces a dead credential, such as "hermes -p
// work auth add anthropic --type oauth". It returns "" if the credential is not dead, if
// no command replaces it, or if a name would need quotes in the shell.
func LoginCommand(s *Screen, c *poolstate.Credential) string {
	if s.Policy.Availability(c, s.Now) != poolstate.Dead {
		return ""
	}
	source, kind := strings.ToLower(c.Source), "api-key"
	switch {
	case source == "gh_cli":
		return "gh auth login"
	case source == "claude_code", strings.HasPrefix(source, "env:"), strings.HasPrefix(source, "config:"):
		return ""
	case c.AuthType == "oauth", strings.HasSuffix(source, "pkce"):
		kind = "oauth"
	}
	words := []string{"hermes"}
	profile := c.Original().Profile
	if profile == "" {
		profile = s.Profile
	}
	if profile != "" && (profile != poolstate.RootProfile || s.several() || s.ActiveProfile != "") {
		words = append(words, "-p", profile)
	}
	words = append(words, "auth", "add", c.Provider, "--type", kind)
	for _, w := range words {
		if w != "--type" && w != "-p" && !shellWord.MatchString(w) {
			return ""
		}
	}
	return strings.Join(words, " ")
}

// loginSentence explains how to replace a dead credential.
func (s *Screen) loginSentence(c *poolstate.Credential) string {
	const need = "re-auth required: "
	kind, name, _ := strings.Cut(c.Source, ":")
	switch command := LoginCommand(s, c); {
	case command != "" && s.CopyKey != "":
		return need + command + " (" + s.CopyKey + " copies this)"
	case command != "":
		return need + command
	case c.Source == "claude_code" && s.SyncKey != "":
		return need + "log in with Claude Code, then press " + s.SyncKey + " to import its tokens"
	case c.Source == "claude_code":
		return need + "log in with Claude Code, then run pooltop sync"
	case kind == "env" && name != "":
		return need + "set " + clean(name) + " to a valid secret and restart the agent"
	case kind == "config" && name != "":
		return need + "set a valid secret for " + clean(name) + " in the agent's config.yaml"
	}
	return "will not recover on its own: re-auth required"
}
