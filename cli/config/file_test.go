package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPathOn(t *testing.T) {
	x := filepath.ToSlash(t.TempDir())
	for _, c := range []struct {
		name, goos, home string
		env              map[string]string
		want             string
	}{
		{"XDG_CONFIG_HOME", "linux", "/home/me", map[string]string{"XDG_CONFIG_HOME": x}, x + "/pooltop/config.toml"},
		{"default", "linux", "/home/me", nil, "/home/me/.config/pooltop/config.toml"},
		{"relative XDG_CONFIG_HOME", "linux", "/home/me", map[string]string{"XDG_CONFIG_HOME": "x"}, "/home/me/.config/pooltop/config.toml"},
		{"macOS", "darwin", "/Users/me", nil, "/Users/me/.config/pooltop/config.toml"},
		{"Windows", "windows", "/home", map[string]string{"APPDATA": "/roaming"}, "/roaming/pooltop/config.toml"},
		{"Windows with XDG_CONFIG_HOME", "windows", "/home", map[string]string{"APPDATA": "/roaming", "XDG_CONFIG_HOME": x}, x + "/pooltop/config.toml"},
		{"Windows without APPDATA", "windows", "/home", nil, "/home/.config/pooltop/config.toml"},
		{"APPDATA on Linux", "linux", "/home/me", map[string]string{"APPDATA": "/roaming"}, "/home/me/.config/pooltop/config.toml"},
		{"no home", "linux", "", nil, ""},
	} {
		home := func() (string, error) {
			if c.home == "" {
				return "", errors.New("no home")
			}
			return c.home, nil
		}
		got := defaultPath(c.goos, func(name string) string { return c.env[name] }, home)
		if filepath.ToSlash(got) != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestParse_Errors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"thme = 'dark'", `1:1: unknown key "thme" (did you mean "theme"?)`},
		{"agent = 3", "1:1: agent must be a table, such as"},
		{"[agent]\npolcy = 'flat'", `2:1: unknown key "polcy" in agent (did you mean "policy"?)`},
		{"agent = {key.up = 1}", `1:10: unknown key "key" in agent`},
		{"[agent]\npolicy = 'steep'", `2:1: agent.policy must be auto, backoff, flat, flat-2026-08 or flat-2026-10, not "steep"`},
		{"[agent]\npolicy = 3", `2:1: agent.policy must be auto`},
		{"[agent]\nttl = '2m'", `2:1: agent.ttl must be a table of error codes and durations, such as { 402 = "2m" }`},
		{"[agent]\nttl = {429 = '1h', 402 = '2x'}", `2:20: agent.ttl: 402 must be a duration of at most a year, such as "2m" or "1h30m", not "2x"`},
		{"[agent.ttl]\n429 = '1h'\n402 = 120", `3:1: agent.ttl: 402 must be a duration`},
		{"[agent]\nttl.402 = '400d'", `2:1: agent.ttl: 402 must be a duration of at most a year`},
		{"[agent]\nttl = {0 = '2m'}", `2:8: agent.ttl: "0" must be an error code from 100 to 599, or other`},
		{"[agent]\nttl = {any = '2m'}", `2:8: agent.ttl: "any" must be an error code`},
		{"[agent]\nttl = {'0402' = '2m'}", `2:8: agent.ttl: "0402" must be an error code`},
		{"[agent]\nttl.402.5 = '2m'", `agent.ttl: 402 must be a duration`},
		{"[agent]\nttl = 99999999999999999999", `2:7: the number for "agent.ttl" is too large`},
		{"backoff = 3", "1:1: backoff must be a table, such as { factor = 2, cap = 8 }"},
		{"[[backoff]]", "1:3: backoff must be a table"},
		{"[backof]\ncap = 2", `1:2: unknown key "backof" (did you mean "backoff"?)`},
		{"[backoff]\ncap = 2\nfactr = 2", `3:1: unknown key "factr" in backoff (did you mean "factor"?)`},
		{"[backoff]\nCap = 2", `2:1: unknown key "Cap" in backoff (did you mean "cap"?)`},
		{"[backoff]\nfactor = '2'", `2:1: backoff.factor must be a number from 1 to 10, not "2"`},
		{"[backoff]\nfactor = 0.999", "2:1: backoff.factor must be a number from 1 to 10, not 0.999"},
		{"[backoff]\nfactor = 11", "2:1: backoff.factor must be a number from 1 to 10, not 11"},
		{"[backoff]\nfactor = nan", "2:1: backoff.factor must be a number from 1 to 10, not NaN"},
		{"[backoff]\nfactor = true", "2:1: backoff.factor must be a number from 1 to 10, not \"true\""},
		{"[backoff]\ncap = inf", "2:1: backoff.cap must be a number from 1 to 100, not +Inf"},
		{"[backoff]\ncap = 100.5", "2:1: backoff.cap must be a number from 1 to 100"},
		{"[backoff]\ncap = -1", "2:1: backoff.cap must be a number from 1 to 100"},
		{"[backoff]\ncap = 1e999", `2:7: the number for "backoff.cap" is too large`},
		{"[backoff]\ncap = 99999999999999999999", `2:7: the number for "backoff.cap" is too large`},
		{"[backoff]\nforget-after = '59s'", `2:1: backoff.forget-after must be a duration from 1m to a year, such as "24h", not "59s"`},
		{"[backoff]\nforget-after = '367d'", "2:1: backoff.forget-after must be a duration from 1m to a year"},
		{"[backoff]\nforget-after = 24", "2:1: backoff.forget-after must be a duration from 1m to a year"},
		{"[backoff]\nstagger = 'yes'", `2:1: backoff.stagger must be true or false, not "yes"`},
		{"[backoff]\nbase = '1h'", "2:1: backoff.base must be a table of error codes and durations"},
		{"[backoff]\nbase = {429 = '1h', 402 = '0s'}", "2:21: backoff.base: 402 must be a duration of at most a year"},
		{"[backoff.base]\n429 = '1h'\nother = '1h'", `3:1: backoff.base: "other" must be an error code from 100 to 599`},
		{"[backoff]\nbase = {600 = '1h'}", `2:9: backoff.base: "600" must be an error code from 100 to 599`},
		{"[backoff]\nproviders = 3", "2:1: backoff.providers must be a table of providers, such as { openrouter = { cap = 4 } }"},
		{"[backoff.providers]\nx = 3", "2:1: backoff.providers.x must be a table, such as { cap = 4 }"},
		{"[backoff.providers.x]\ncap = 2\nstagger = true", `3:1: unknown key "stagger" in backoff.providers.x`},
		{"[backoff.providers.x]\n\nfacto = 2", `3:1: unknown key "facto" in backoff.providers.x (did you mean "factor"?)`},
		{"[backoff.providers]\nx = {cap = 2}\ny = {cap = 2, factor = 0}", "3:15: backoff.providers.y.factor must be a number from 1 to 10"},
		{"[backoff.providers.x]\nbase = {429 = '1h', 402 = '2x'}", `2:21: backoff.providers.x.base: 402 must be a duration`},
		{"[backoff.providers]\n'custom:t' = {cap = 0}", `2:15: backoff.providers.custom:t.cap must be a number from 1 to 100, not 0`},
		{"[Keys]\nreset = ['r']", `1:2: unknown key "Keys" (did you mean "keys"?)`},
		{"\"a\\nb\" = 1", `1:1: unknown key "a\nb"`},
		{"theme = 'drak'", `1:1: theme must be auto, dark, high-contrast-dark, catppuccin-mocha, gruvbox-dark, light, high-contrast-light or terminal, not "drak" (did you mean "dark"?)`},
		{"theme = 3", "1:1: theme must be auto, dark, high-contrast-dark, catppuccin-mocha, gruvbox-dark, light, high-contrast-light or terminal"},
		{"policy = 'steep'", `1:1: policy must be auto, backoff, flat, flat-2026-08 or flat-2026-10, not "steep"`},
		{"sort = 'deadlin'", `1:1: sort must be pool, worst, deadline, streak, state, change or requests, prefixed with - to reverse the order, not "deadlin" (did you mean "deadline"?)`},
		{"sort = '--streak'", `not "-streak"`},
		{"notify = 'yes'", `1:10: notify must be true or false`},
		{"frame-rate = 0", "1:1: frame-rate must be a whole number from 1 to 60"},
		{"frame-rate = 24.5", "1:14: frame-rate must be a whole number from 1 to 60"},
		{"frame-rate = 9999999999999999999999", "1:14: frame-rate must be"},
		{"columns = 'why'", `1:11: columns must be a list of profile, why, streak, at, cooldown, next-fail`},
		{"columns = ['why', 'streek']", `not "streek" (did you mean "streak"?)`},
		{"file = 'auth.json'", `1:1: file must be an absolute path or one that begins with ~/, not "auth.json"`},
		{"file = '$UNSET/auth.json'", `not "$UNSET/auth.json"`},
		{"keys = ['r']", "1:8: keys must be a table"},
		{"[keys]\nreset = 'r'", `2:9: "reset" must be a list of keys, such as ["r", "ctrl+d"]`},
		{"theme = 'dark'\ntheme = 'light'", "2:1: key theme is already defined"},
		{"[keys]\n[keys]", "2:2: table keys already exists"},
		{"theme = dark", "1:9: "},
		{"theme = \"\x1b[31m\"", "1:10: "},
		{strings.Repeat("[", 20000), ":1:"},
		{"b = 1\na = 1\ntheme = 1\n[keys]\nzz = 1\naa = 1\n", `1:1: unknown key "b"`},
	} {
		if _, err := Parse("config.toml", []byte(c.text)); err == nil {
			t.Errorf("%.80q: no error", c.text)
		} else if got := err.Error(); !strings.HasPrefix(got, "config.toml:") || !strings.Contains(got, c.want) {
			t.Errorf("%.80q: %q, want %q", c.text, err, c.want)
		}
	}
}

func TestParse_Valid(t *testing.T) {
	for _, text := range []string{
		"", "\n\n", "# nothing\n", "\ufefftheme = 'dark'", "theme = 'dark'\r\nsort = 'pool'\r\n", "\"theme\" = \"dark\"",
		"columns = [\n  'why', # comment\n  'at',\n]\n", "keys = {reset = ['f5']}", "keys.reset = ['f5']\nkeys.undo = ['f6']",
		"[keys]", "[keys]\nreset = []", "columns = []", "columns = ['at', 'at']", "log-file = ''",
	} {
		if _, err := Parse("config.toml", []byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestLoad_Files(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, size int) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(strings.Repeat("#", size)), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	largest := file("largest.toml", MaxSize)
	for path, want := range map[string]string{
		filepath.Join(dir, "missing.toml"): ": no such file or directory; use --config to specify another file",
		filepath.Join(largest, "x"):        "; use --config",
		dir:                                ": not a regular file; use --config",
		os.DevNull:                         ": not a regular file; use --config",
		file("large.toml", MaxSize+1):      ": larger than 32 KiB; use --config",
		largest:                            "",
		"":                                 "",
	} {
		_, err := load(t, "--config", path)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), path) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	for _, base := range []string{dir, largest} { // the default file is optional
		t.Setenv("XDG_CONFIG_HOME", base)
		if _, err := load(t); err != nil {
			t.Errorf("no file in %s: %v", base, err)
		}
	}
}
