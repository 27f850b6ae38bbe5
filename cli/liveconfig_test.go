package cli

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"

	"pooltop/cli/config"
	"pooltop/model"
)

// TestLiveConfig checks the message to the dashboard when the configuration file changes. Flags
// stay in effect.
func TestLiveConfig(t *testing.T) {
	file := writeConfig(t, "theme = 'dark'\n")
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	bound := config.Bind(flags, config.Theme|config.Dashboard)
	must(t, flags.Parse([]string{"--config", file, "--sort", "worst"}))
	cfg, err := loadConfig(bound)
	must(t, err)
	live := liveConfig{started: cfg, last: cfg}
	for _, c := range []struct{ text, want string }{
		{"theme = 'dark' # the same", "<nil>"},
		{"theme = 'light'\nsort = 'state'\nframe-rate = 5\n[[view]]\nkey = '1'\nname = 'a'", "[theme view] [frame-rate] light worst 1"},
		{"theme = 'light'\nfrme-rate = 5", `config.toml:2:1: unknown key "frme-rate" (did you mean "frame-rate"?); the previous configuration is still in effect`},
		{"[keys]\nreset = ['x']", `config.toml:2:1: the key "x" is bound to both reset and exhaust; choose another for one of them; the previous configuration is still in effect`},
		{"theme = 'light'\nframe-rate = 5\n[[view]]\nkey = '1'\nname = 'a'", "[] [] light worst 1"},
		{"theme = 'light'\n[[view]]\nkey = '1'\nname = 'a'", "<nil>"}, // the frame rate at startup
		{"theme = 'light'\n[backoff]\ncap = 2\n[keys]\nreset = ['f5']", "[keys view] [backoff] light worst 0"},
		{"[theme]\nbase = 'light'\ndead = '#cccccc'\n[backoff]\ncap = 2\n[keys]\nreset = ['f5']", "[theme] [] light worst 0config.toml:3: theme: dead #cccccc is hard to read: its contrast is 1.5:1, less than 4.5:1"},
	} {
		writeFile(t, file, []byte(c.text))
		got := fmt.Sprint(nil)
		switch msg := live.reload().(type) {
		case model.Warning:
			got = string(msg)
		case model.ConfigChanged:
			var m model.Config
			msg.Apply(&m)
			got = fmt.Sprint(msg.Applied, msg.Restart, " ", m.Scheme.Name(), " ", m.Order.Name(), " ", len(m.Views), msg.Warning)
		}
		equal(t, c.text, got, c.want)
	}
}

// TestStoreOf checks that a change to an agent's configuration counts as a change to its store.
func TestStoreOf(t *testing.T) {
	store := storeFile(t, healthy)
	w := newStoreWatch(configAt(t, store), noLog)
	w.strategies = true
	equal(t, "paths", fmt.Sprint(w.paths()), fmt.Sprint([]string{store, filepath.Join(filepath.Dir(store), "config.yaml")}))
	for _, path := range w.paths() {
		equal(t, path, w.storeOf(path), store)
	}
	equal(t, "another path", w.storeOf("/other"), "/other")
}
