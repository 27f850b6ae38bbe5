package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pooltop/cli/config"
	"pooltop/cli/internal/testkit"
)

func TestDashboard_Configured(t *testing.T) {
	t.Parallel()
	config, file := t.TempDir(), sampleFile(t, "backoff.json")
	writeFile(t, filepath.Join(config, "pooltop", "config.toml"), []byte(
		"file = "+tomlString(file)+"\ntheme = 'light'\nsort = 'deadline'\ncolumns = ['streak']\njournal = false\nframe-rate = 60\n"+
			"[keys]\nhelp = ['f5', '?']\nquit = ['Q']\ntheme = ['ctrl+t']\nreset = []\n"))
	c := testkit.Open(t)
	runOn(t, c, "pooltop", []string{"XDG_CONFIG_HOME=" + config}, "--now", sampleTime, "--key", "sort=F")
	c.Shows("BACK IN▾", "F sort", "? help", "Q quit")
	text := c.Text()
	lacks(t, text, "WHY", "COOLDOWN", "r reset")
	if sent := testkit.Read(c, func(p *testkit.Emulator) string { return string(p.All) }); strings.Contains(sent, "\x1b]11;?") {
		t.Error("the terminal was queried for its background")
	}
	c.Type("F")
	c.Shows("STREAK▾")
	c.Type("\x14") // ctrl+t
	c.Shows("theme: high contrast on a light background; ctrl+t switches to the terminal's own colors")
	c.Type("\x1b[15~") // f5
	c.Shows("policy backoff", "f5 ?", "esc Q back")
	c.Type("\x1b")
	c.Shows("F sort") // otherwise Esc and Q would be read as alt+Q
	c.Type("Q")
	equal(t, "the exit code", c.Wait(), exitDone)
	c.CheckRestored()
}

// TestList_Themes checks that each theme has different colors.
func TestList_Themes(t *testing.T) {
	program, file := build(t), sampleFile(t, "backoff.json")
	drawn := map[string]string{}
	for _, theme := range config.Find("theme").Words[1:] {
		cmd := exec.Command(program, "list", "--theme", theme, "--file", file, "--now", sampleTime)
		cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor")
		shown := outputOnTerminal(t, cmd)
		contains(t, shown, "work-oauth", "\x1b[")
		if other, same := drawn[shown]; same {
			t.Errorf("%s has the same colors as %s", theme, other)
		}
		drawn[shown] = theme
	}
}
