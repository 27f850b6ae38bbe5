package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// configIn is a configuration in a file of its own.
func configIn(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	writeFile(t, path, []byte(text))
	return path
}

// isHome makes a directory the user's home, on any platform.
func isHome(t *testing.T, dir string) {
	t.Helper()
	for name, value := range map[string]string{"HOME": dir, "USERPROFILE": dir, "APPDATA": "", "LOCALAPPDATA": "", "XDG_CONFIG_HOME": ""} {
		t.Setenv(name, value)
	}
}

// The file need not be there, unless somebody names it.
func TestAConfigurationThatIsNotThere(t *testing.T) {
	file, home := sampleFile(t, "backoff.json"), t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	done(t, at(t, file, "list"))
	t.Setenv("XDG_CONFIG_HOME", file) // a file where the directory should be
	done(t, at(t, file, "list"))

	missing := filepath.Join(home, "mine.toml")
	refused(t, at(t, file, "list", "--config", missing), exitUsage, missing+": no such file or directory", "--config")
	refused(t, at(t, file, "list", "--config", filepath.Join(file, "x")), exitUsage, filepath.Join(file, "x"))
}

// A configuration that is broken stops everything but what says what to do, and
// what is asked not to read it.
func TestABrokenConfiguration(t *testing.T) {
	file, home := sampleFile(t, "backoff.json"), t.TempDir()
	isHome(t, home)
	t.Setenv("XDG_CONFIG_HOME", home)
	writeFile(t, filepath.Join(home, "pooltop", "config.toml"), []byte("# colours\n\nthme = 'dark'\n"))
	before := string(readFile(t, file))
	says := filepath.Join(home, "pooltop", "config.toml") + ":3:1: unknown key \"thme\" (did you mean \"theme\"?)\n"
	for _, line := range []string{
		"", "demo", "list", "list --json", "status", "report", "backoff", "config", "config --json",
		"reset openrouter --yes", "reset --all --dry-run", "exhaust openrouter primary", "sync", "undo",
	} {
		out := pooltop(t, strings.Fields(line)...)
		refused(t, out, exitUsage)
		if !strings.HasSuffix(out.stderr, ": "+says) {
			t.Errorf("%s: %q does not end with %q", line, out.stderr, says)
		}
	}
	equal(t, "the store", string(readFile(t, file)), before)
	for _, line := range []string{"--help", "list --help", "help list", "--version", "completion bash", "completion zsh"} {
		done(t, pooltop(t, strings.Fields(line)...))
	}
	done(t, at(t, file, "list", "--config", ""))
	done(t, at(t, file, "list", "--config="))
	done(t, at(t, file, "list", "--config", configIn(t, "")))
	refused(t, pooltop(t, "nonsense"), exitUsage, "unknown command")
}

// Each mistake is one line that says where, what, and what would be right.
func TestMistakesInAConfiguration(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"thme = 'dark'", `1: unknown key "thme" (did you mean "theme"?)`},
		{"\n\ncolour = 'dark'", `3: unknown key "colour"`},
		{"Theme = 'dark'", `1: unknown key "Theme" (did you mean "theme"?)`},
		{"[Keys]\nreset = ['r']", `1: unknown key "Keys" (did you mean "keys"?)`},
		{"[colours]\ntext = 'red'", `1: unknown key "colours"`},
		{"theme.name = 'dark'", `1: theme must be auto`},
		{"\"a\\nb\" = 1", `1: unknown key "a\nb"`},
		{"'' = 1", `1: unknown key ""`},

		{"theme = 'drak'", `1: theme must be auto, dark, high-contrast-dark, light or high-contrast-light, not "drak" (did you mean "dark"?)`},
		{"theme = 3", "1: theme must be auto, dark, high-contrast-dark, light or high-contrast-light"},
		{"theme = ''", `not ""`},
		{"policy = 'steep'", `1: policy must be auto, backoff or flat, not "steep"`},
		{"policy = true", "1: policy must be auto, backoff or flat"},
		{"sort = 'deadlin'", `1: sort must be pool, worst, deadline, streak, state, change or requests, prefixed with - to reverse the order, not "deadlin" (did you mean "deadline"?)`},
		{"sort = '--streak'", `not "-streak"`},
		{"sort = ['streak']", "1: sort must be"},
		{"notify = 'yes'", `1: notify must be true or false`},
		{"journal = 0", "1: journal must be true or false"},
		{"frame-rate = 0", "1: frame-rate must be a whole number from 1 to 60"},
		{"frame-rate = 61", "1: frame-rate must be a whole number from 1 to 60"},
		{"frame-rate = 24.5", "1: frame-rate must be a whole number from 1 to 60"},
		{"frame-rate = '24'", "frame-rate must be"},
		{"frame-rate = -9223372036854775808", "frame-rate must be"},
		{"columns = 'why'", `1: columns must be a list of why, streak, at, cooldown, next-fail`},
		{"columns = ['why', 'streek']", `not "streek" (did you mean "streak"?)`},
		{"columns = ['why,streak']", `not "why,streak"`},
		{"columns = [1]", "columns must be"},
		{"file = 'auth.json'", `1: file must be an absolute path or one that begins with ~/, not "auth.json"`},
		{"file = ''", `not ""`},
		{"file = '~'", `not "~"`},
		{"file = 1979-05-27", "file must be"},

		{"keys = ['r']", "1: keys must be a table"},
		{"keys = 1", "1: keys must be a table"},
		{"[[keys]]\nreset = ['r']", "1: keys must be a table"},
		{"[keys]\n\nrset = ['r']", `3: unknown action "rset" (did you mean "reset"?)`},
		{"[keys]\nreset = 'r'", `2: "reset" must be a list of keys, such as ["r", "ctrl+d"]`},
		{"[keys]\nreset = [1]", `"reset" must be a list of keys`},
		{"[keys]\nreset = ['entr']", `2: unknown key "entr" for reset (did you mean "enter"?)`},
		{"[keys]\nreset = ['r', 'r']", `2: reset has the key "r" twice`},
		{"[keys]\nreset = ['esc']", "2: esc always goes back"},
		{"[keys]\nreset = ['ctrl+c']", "2: ctrl+c always quits"},
		{"[keys]\nquit = []", "2: quit needs a key"},
		{"[keys]\nup = ['i']\nreset = ['x']", `3: the key "x" is bound to both reset and exhaust`},
		{"[keys]\nexhaust = ['z']\nreset = ['z']", `2: the key "z" is bound to both exhaust and reset`},
		{"[keys]\nreset.a = ['r']", `"reset" must be a list of keys`},
		{"keys = {rset = ['r']}", `1: unknown action "rset"`},

		{"theme = 'dark'\ntheme = 'light'", "2: key theme is already defined"},
		{"[keys]\nup = ['i']\nup = ['o']", "3: key up is already defined"},
		{"[keys]\n[keys]", "2: table keys already exists"},
		{"theme = dark", "1: "},
		{"theme = ", "1: "},
		{"theme", "1: "},
		{"theme = 'dark", "1: "},
		{"theme = 'dark' sort = 'pool'", "1: "},
		{"x = \xff", "1: "},
		{"theme = \"\x1b[31m\"", "1: "},
		{strings.Repeat("[", 20000), "1: "},
		{"x = " + strings.Repeat("[", 20000), "1: "},
	} {
		path := configIn(t, c.text)
		out := pooltop(t, "config", "--config", path)
		refused(t, out, exitUsage)
		said, is := strings.CutPrefix(out.stderr, "pooltop config: "+path+":")
		if said = regexp.MustCompile(`^(\d+):\d+: `).ReplaceAllString(said, "$1: "); !is || !strings.Contains(said, c.says) {
			t.Errorf("%.80q: %q does not say %q", c.text, out.stderr, c.says)
		}
	}
}

// The first mistake is the one that is said.
func TestTheFirstMistakeIsSaid(t *testing.T) {
	for range 20 { // a map would change its order
		path := configIn(t, "b = 1\na = 1\ntheme = 1\n[keys]\nzz = []\naa = []\n")
		refused(t, pooltop(t, "config", "--config", path), exitUsage, path+`:1:1: unknown key "b"`)
	}
}

// What is no configuration at all says so at once, and keeps nobody waiting.
func TestFilesThatAreNoConfiguration(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.toml")
	writeFile(t, large, []byte(strings.Repeat("#", 32<<10+1)))
	largest := filepath.Join(dir, "largest.toml")
	writeFile(t, largest, []byte(strings.Repeat("#", 32<<10)))
	refused(t, pooltop(t, "config", "--config", dir), exitUsage, dir+": not a regular file", "--config")
	refused(t, pooltop(t, "config", "--config", os.DevNull), exitUsage, "not a regular file")
	refused(t, pooltop(t, "config", "--config", large), exitUsage, large+": larger than 32 KiB", "--config")
	done(t, pooltop(t, "config", "--config", largest))
}

// Spelling that TOML allows is no mistake.
func TestAConfigurationIsTOML(t *testing.T) {
	for _, text := range []string{
		"", "\n\n", "# nothing\n", "\ufefftheme = 'dark'", "theme = 'dark'\r\nsort = 'pool'\r\n", "\"theme\" = \"dark\"",
		"columns = [\n  'why', # the reason\n  'at',\n]\n", "keys = {reset = ['f5']}", "keys.reset = ['f5']\nkeys.undo = ['f6']",
		"[keys]", "[keys]\nreset = []", "[keys]\n'reset' = ['\\'] # a key like any other", "columns = []",
	} {
		done(t, pooltop(t, "config", "--config", configIn(t, text)))
	}
}

// Whatever a configuration holds, an error of it is one harmless line.
func TestHostileConfiguration(t *testing.T) {
	for name, text := range hostile {
		for _, c := range []string{
			tomlString(text) + " = 1", "theme = " + tomlString(text), "columns = [" + tomlString(text) + "]", "file = " + tomlString(text),
			"[keys]\n" + tomlString(text) + " = []", "[keys]\nreset = [" + tomlString(text) + "]", "theme = '" + text + "'", text,
			tomlString(text) + " = 1\n" + tomlString(text) + " = 1",
		} {
			out := pooltop(t, "config", "--config", configIn(t, c))
			if out.code != exitDone {
				refused(t, out, exitUsage)
			}
			checkHarmless(t, name, out)
		}
	}
}
