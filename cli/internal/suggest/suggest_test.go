package suggest

import "testing"

func TestDidYouMean(t *testing.T) {
	providers := []string{"anthropic", "openai-codex", "openrouter"}
	for _, c := range []struct{ word, want string }{
		{"opnrouter", ` (did you mean "openrouter"?)`},
		{"OpenRouter", ` (did you mean "openrouter"?)`},
		{"antropic", ` (did you mean "anthropic"?)`},
		{"codex", ""},
		{"something-else-entirely", ""},
		{"", ""},
	} {
		if got := DidYouMean(c.word, providers); got != c.want {
			t.Errorf("DidYouMean(%q) = %q, want %q", c.word, got, c.want)
		}
	}
}
