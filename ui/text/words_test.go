package text

import (
	"testing"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
)

// TestCredentialName falls back from labels without a visible character.
func TestCredentialName(t *testing.T) {
	for _, c := range []struct{ label, source, id, want string }{
		{"label", "source", "id", "label"},
		{"", "source", "id", "source"},
		{"  ", "source", "id", "source"},
		{"\u200b\u200d", "source", "id", "source"},
		{"\u0301", "\n\t", "id", "id"},
		{"\ufe0f", "\U000e0041", "\u00ad", "#3"},
		{" padded ", "", "", "padded"},
	} {
		cred := &poolstate.Credential{Ref: poolstate.Ref{ID: c.id}, Index: 3, Label: c.label, Source: c.source}
		uitest.Equal(t, "name", CredentialName(cred), c.want)
	}
}

func TestProviderName(t *testing.T) {
	for name, want := range map[string]string{"anthropic\t": "anthropic", "": "(no name)", "\u200b": "(no name)", "a\x1bb": "a\ufffdb"} {
		uitest.Equal(t, "name", ProviderName(name), want)
	}
}
