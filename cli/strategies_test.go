package cli

import (
	"os"
	"path/filepath"
	"testing"

	"pooltop/poolstate"
)

// TestStrategiesOf checks that values that agents do not understand mean fill_first.
func TestStrategiesOf(t *testing.T) {
	for text, want := range map[string]poolstate.Strategy{
		"": poolstate.FillFirst,
		"credential_pool_strategies: {p: random}":                                     poolstate.Random,
		"\ufeffcredential_pool_strategies:\n  p: least_used\n":                        poolstate.LeastUsed,
		"credential_pool_strategies: {p: random}\ncredential_pool_strategies: {p: x}": poolstate.FillFirst,
		"credential_pool_strategies: {P: random}":                                     poolstate.FillFirst,
		"credential_pool_strategies: {p: [random]}":                                   poolstate.FillFirst,
		"credential_pool_strategies: {p: random":                                      poolstate.FillFirst,
		"credential_pool_strategies: random":                                          poolstate.FillFirst,
	} {
		store := filepath.Join(t.TempDir(), "auth.json")
		strategies := strategiesOf(store)
		if got := strategies()["p"]; got != poolstate.FillFirst {
			t.Errorf("without a file: %v", got)
		}
		if err := os.WriteFile(filepath.Join(filepath.Dir(store), "config.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := strategies()["p"]; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
