package journal

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"pooltop/poolstate"
)

// leaks reports whether a text shows eight characters of a token in a row that
// no other word has.
func leaks(text, token string) string {
	for i := 0; i+8 <= len(token); i++ {
		if strings.Contains(text, token[i:i+8]) {
			return token[i : i+8]
		}
	}
	return ""
}

// Wherever an entry quotes its own token, and whatever an operator writes, no
// byte of the journal is a piece of a secret.
func TestNoSecretReachesTheJournal(t *testing.T) {
	const a, b = "sk-or-v1-7d0c2a55e1f94b", "oat01:Zm9vYmFyYmF6cXV4é\\\"end"
	quoted := func(s string) string {
		data, _ := json.Marshal(s) // strings marshal
		return string(data)
	}
	entry := func(id, secret, other string) string {
		return fmt.Sprintf(`{"id": %q, "label": %s, "source": %s, "api_key": %s, "last_status": %s, "last_error_reason": %s,
			"last_error_message": %s, "failure_reason": %s, "model_cooldowns": {%s: 1795429000.0, "deep": [{"x": %s}]},
			"last_error_code": %s, "last_status_at": %s, "status_cleared_at": %s, "consecutive_failures": %s, "note": %s}`,
			id, quoted("key "+secret), quoted(secret), quoted(secret), quoted(secret), quoted("bad key "+secret[2:]),
			quoted("Incorrect API key provided: "+secret+"; see "+other), quoted(secret[:12]), quoted(secret), quoted(secret+secret),
			quoted(secret), quoted(secret), quoted(secret), quoted(secret), quoted(secret))
	}
	content := `{"credential_pool": {"p": [` + entry("1", a, "x") + `, ` + entry("2", b, "y") + `]}}`
	for _, words := range []string{"", "leaked: " + a + " and " + b, a, strings.ToUpper(a) + b[4:20]} {
		for _, verb := range []poolstate.Verb{poolstate.VerbReset, poolstate.VerbHold, poolstate.VerbSync} {
			o := newOperator(t, content)
			done := do(t, o, poolstate.Action{
				Verb: verb, Hold: poolstate.Hold{Code: 429, Reason: words},
				ClaudeFile: filepath.Join(t.TempDir(), a),
			})
			number, undos, _ := o.LastUndo() // there is nothing after a sync that found nothing
			back := takeBack(t, o, number, undos)
			texts := []string{fmt.Sprintf("%+v", done), fmt.Sprintf("%+v", back)}
			if verb != poolstate.VerbSync {
				equal(t, "changed", len(done.Changed), 2)
				equal(t, "taken back", len(back.Changed), 2)
				texts = append(texts, readFile(t, o.Journal.path))
			}
			for _, u := range done.Undos() {
				data, _ := json.Marshal(u) // pointers would not show
				texts = append(texts, string(data))
			}
			for _, text := range texts {
				for _, secret := range []string{a, b} {
					if leak := leaks(text, secret); leak != "" {
						t.Errorf("%s with %q: %q is shown in %s", verb, words, leak, text)
					}
				}
			}
			if strings.Contains(words, a) && verb == poolstate.VerbHold {
				equal(t, "the reason says that there was a secret", strings.Contains(entries(t, o.Journal)[0].Reason, "[secret]"), true)
			}
		}
	}
}
