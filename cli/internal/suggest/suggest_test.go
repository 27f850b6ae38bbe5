package suggest

import "testing"

func TestDidYouMean(t *testing.T) {
	names := []string{"anthropic", "openai-codex", "openrouter", "bash"}
	for _, c := range []struct{ word, want string }{
		{"opnrouter", ` (did you mean "openrouter"?)`},
		{"OpenRouter", ` (did you mean "openrouter"?)`},
		{"antropic", ` (did you mean "anthropic"?)`},
		{"codex", ""},
		{"bsh", ` (did you mean "bash"?)`},
		{"bahs", ` (did you mean "bash"?)`},
		{"tcsh", ""}, // half of the letters differ
		{"something-else-entirely", ""},
		{"", ""},
	} {
		if got := DidYouMean(c.word, names); got != c.want {
			t.Errorf("DidYouMean(%q) = %q, want %q", c.word, got, c.want)
		}
	}
}
