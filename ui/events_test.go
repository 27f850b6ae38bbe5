package ui

import (
	"fmt"
	"testing"

	"pooltop/poolstate"
)

func TestRecordName(t *testing.T) {
	for _, tt := range []struct {
		provider, name string
		w              int
		want           string
	}{
		{"openrouter", "key", 30, "openrouter/key"},
		{"openai-codex", "seat-2@example.com", 30, "openai-cod…/seat-2@example.com"},
		{"openrouter", "a-name-that-is-longer-than-the-column", 30, "openrouter/a-name-that-is-lon…"},
		{"a-provider-with-a-long-name", "a-name-that-is-longer-than-the-column", 30, "a-provide…/a-name-that-is-lon…"},
		{"openrouter", "a-name-that-is-long", 20, "openr…/a-name-that-…"},
		{"openrouter", "a-name-that-is-long", 12, "a-name-that…"},
	} {
		r := &poolstate.Record{Provider: tt.provider, Label: tt.name}
		equal(t, fmt.Sprint(tt.provider, " ", tt.name, " in ", tt.w), recordName(r, tt.w), tt.want)
	}
}
