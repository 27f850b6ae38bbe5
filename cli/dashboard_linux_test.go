package cli

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pooltop/cli/internal/testkit"
)

// visits lists steps that together show all screens: the keys to type, and text that the screen
// and its footer must then show.
var visits = []struct{ keys, words, footer string }{
	{"e", "newest first", pane},
	{"\x1b", "", footerOfTable},
	{"f", "capacity", pane},
	{"f", "capacity of", pane},
	{"f", "", footerOfTable},
	{"?", "page up", pane},
	{"\x1b", "", footerOfTable},
	{"/\x1b[200~a\u009b2J\u202e\x1b[201~", "", "enter keep"},
	{"\x1b", "", footerOfTable},
	{"x", "", "enter hold"},
	{"\x1b", "hold canceled", footerOfTable},
	{"\x12", "", "enter accept"},
	{"\x1b", "reset canceled", footerOfTable},
	{"T", "BACK AT", footerOfTable},
	{"m", "mouse on", footerOfTable},
}

// Text in footers. The footer is drawn last, so the screen is complete when it appears.
const (
	footerOfTable = "space mark"
	pane          = "esc q back"
)

var code = regexp.MustCompile(`(?m)^ +(\d{5}) `)

// visitScreens visits every screen, including the details of n credentials, and returns their
// contents. The credentials must have different error codes.
func visitScreens(t *testing.T, c *testkit.Terminal, n int) []string {
	t.Helper()
	var screens []string
	keep := func() { screens = append(screens, c.Text()) }
	for _, visit := range visits {
		c.Type(visit.keys)
		c.Shows(visit.words, visit.footer)
		keep()
	}
	c.Type("gd")
	c.Shows(pane)
	last := ""
	for i := range n {
		c.Until(fmt.Sprintf("show credential %d of %d", i+1, n), func(p *testkit.Emulator) bool {
			m := code.FindStringSubmatch(p.String())
			return len(m) == 2 && m[1] != last
		})
		keep()
		last = code.FindStringSubmatch(screens[len(screens)-1])[1]
		c.Type("yj")
	}
	return screens
}

// storeOf returns a store with a credential for each given string. Every string field that is
// shown contains it, and two other fields contain secrets.
func storeOf(t *testing.T, texts []string, status string) string {
	t.Helper()
	var lists []string
	for i, text := range texts {
		name := text
		if strings.Contains(text, tokens["access"][8:16]) {
			name = "quoted" // a secret in a name would be shown, because names are not redacted
		}
		q, id, provider := inJSONFile(t, text), inJSONFile(t, name), inJSONFile(t, fmt.Sprintf("p%d %s", i, name))
		lists = append(lists, fmt.Sprintf(`%s: [{"access_token": "none", "id": %s, "label": %s, "source": %s, "auth_type": %s, "last_error_code": %d,
			"access_token": %q, "NEW_TOKEN": %q, "last_status": %q, "last_status_at": 1795425000, "last_error_reset_at": 1795429000,
			"last_error_reason": %s, "last_error_message": %s, "failure_reason": %s, "base_url": %s,
			"model_cooldowns": {%s: 1795426000}, "secret_fingerprint": %s}]`,
			provider, id, q, q, q, 10000+i, tokens["access"], tokens["session"], status, q, q, q,
			inJSONFile(t, "https://host/"+text), q, q))
	}
	return `{"credential_pool": {"ready": [{"access_token": "none", "id": "r"}], ` + strings.Join(lists, ", ") + `}}`
}

// visitStore visits every screen of a dashboard on a store with the given strings, in a
// home directory with the given name, and triggers a notification for each credential. It
// returns the terminal and the text of each screen.
func visitStore(t *testing.T, home string, texts []string) (*testkit.Emulator, []string) {
	t.Helper()
	c := testkit.Open(t)
	home = filepath.Join(t.TempDir(), home)
	file := filepath.Join(home, "auth.json")
	writeFile(t, file, []byte(storeOf(t, texts, "exhausted")))
	runOn(t, c, "pooltop", []string{"TERM_PROGRAM=iTerm.app", "HERMES_HOME=" + home, "XDG_STATE_HOME=" + home}, "--now", sampleTime, "--notify", "--frame-rate", "60")
	c.Shows("r reset", "live")
	screens := visitScreens(t, c, len(texts))
	writeFile(t, file, []byte(storeOf(t, texts, "dead")))
	c.Until("notify of each dead credential", func(p *testkit.Emulator) bool {
		return strings.Count(strings.Join(p.Strings, "\n"), "9;pooltop: ") >= len(texts)
	})
	must(t, os.Remove(file))
	c.Type("\x1b")
	c.Shows("stale", footerOfTable)
	screens = append(screens, c.Text())
	c.Type("q")
	equal(t, "exit code", c.Wait(), exitDone)
	c.CheckRestored()
	return testkit.Read(c, func(p *testkit.Emulator) *testkit.Emulator { return p }), screens
}

// motions matches sequences that move the cursor or erase text. Which of them the program
// sends depends on the previous screen.
var motions = regexp.MustCompile("^CSI [ABCDGHIJKLMPSTXZbdr@`]$")

// TestDashboard_HostileText checks that hostile text causes no escape sequences that harmless
// text does not cause. The text is in the file, in its path and in a paste.
func TestDashboard_HostileText(t *testing.T) {
	t.Parallel()
	texts := []string{"\x1b]1337;File=x:AA==\x07", "\x1b]99;;x\x1b\\", "\x1b_Gf=100\x1b\\", "\x1b]52;c;eA==\x07", "\tx\vy", strings.Repeat("long ", 2_000)}
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		texts = append(texts, hostile[name])
	}
	harmless := make([]string, len(texts))
	for i := range harmless {
		harmless[i] = "harmless"
	}
	plain, _ := visitStore(t, "home", harmless)
	got, _ := visitStore(t, "h\x1b[31m\x1b]0;x\a\u202e\u009b2Jome", texts)
	equal(t, "raw control characters from a harmless file", strings.Join(plain.Raw, " "), "")
	equal(t, "raw control characters from a hostile file", strings.Join(got.Raw, " "), "")
	for shape := range got.Sequences {
		if !plain.Sequences[shape] && !motions.MatchString(shape) {
			t.Errorf("%s is sent only for the hostile file", shape)
		}
	}
	for _, sent := range got.Strings {
		if copied, ok := strings.CutPrefix(sent, "OSC 52 52;c;"); ok {
			text, err := base64.StdEncoding.DecodeString(copied)
			if err != nil {
				t.Error(err)
			}
			sent = string(text)
		}
		if found := raw(sent); found != "" || strings.Contains(sent, "\n") {
			t.Errorf("%s in a string sequence: %q", found, sent)
		}
	}
}

// TestDashboard_NoSecrets checks that no screen shows a part of a secret, even if text in the
// file quotes one.
func TestDashboard_NoSecrets(t *testing.T) {
	t.Parallel()
	token := tokens["access"]
	texts := []string{"plain", "bad key " + token + "!", token[3:20] + " and " + tokens["session"][5:]}
	p, screens := visitStore(t, "home", texts)
	for _, text := range slices.Concat(screens, []string{string(p.All)}, p.Strings) {
		checkNoSecret(t, "a screen", outcome{stdout: text})
	}
}

// TestLog_Dashboard checks that the dashboard logs file changes and actions.
func TestLog_Dashboard(t *testing.T) {
	t.Parallel()
	c, file, path := testkit.Open(t), storeFile(t, secretStore()), filepath.Join(t.TempDir(), "debug.log")
	runOn(t, c, "pooltop", nil, "--file", file, "--log-file", path)
	c.Shows("one", "two")
	c.Type("r")
	c.Shows("reset one")
	writeFile(t, file, bytes.Replace(readFile(t, file), []byte(`"two"`), []byte(`"three"`), 1))
	c.Shows("three") // the dashboard has noticed the change
	c.Type("q")
	equal(t, "the exit code", c.Wait(), exitDone)
	log := string(readFile(t, path))
	contains(t, log, "msg=started", "command=pooltop", `msg="action done"`, "verb=reset", "kind=reset by=operator", `msg="file changed"`, "msg=ended")
	checkNoSecret(t, "the log", outcome{stdout: log})
}

// TestDashboard_Profiles checks that the dashboard shows profiles from their creation until
// their removal. With --profile, it shows only that profile, including borrowed credentials.
func TestDashboard_Profiles(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put := func(profile, label string) {
		writeFile(t, filepath.Join(root, "profiles", profile, "auth.json"), []byte(poolOf(fmt.Sprintf(`{"access_token": "none", "id": "a", "label": %q}`, label))))
	}
	writeFile(t, filepath.Join(root, "auth.json"), []byte(`{"credential_pool": {"q": [{"access_token": "none", "id": "r", "label": "root-key"}]}}`))
	put("work", "work-key")
	c := testkit.Open(t)
	runOn(t, c, "pooltop", []string{"HERMES_HOME=" + root}, "--now", sampleTime)
	c.Shows("2 profiles", "root-key", "work-key", footerOfTable)
	put("new", "new-key")
	c.Shows("3 profiles", "root-key", "work-key", "new-key", "profiles changed; new: new")
	put("new", "newer-key")
	c.Shows("newer-key")
	must(t, os.RemoveAll(filepath.Join(root, "profiles", "work")))
	c.Shows("2 profiles", "root-key", "newer-key", "profiles changed; removed: work")
	lacks(t, c.Text(), "work-key")
	c.Type("q")
	equal(t, "exit code", c.Wait(), exitDone)

	one := testkit.Open(t)
	runOn(t, one, "pooltop", []string{"HERMES_HOME=" + root}, "--now", sampleTime, "--profile", "new")
	one.Shows("newer-key", "root-key", "all borrowed from default", footerOfTable)
	lacks(t, one.Text(), "PROFILE", "1 profile")
	writeFile(t, filepath.Join(root, "auth.json"), []byte(`{"credential_pool": {"q": [{"access_token": "none", "id": "r", "label": "other-key"}]}}`))
	one.Shows("other-key")
	one.Type("q")
	equal(t, "exit code", one.Wait(), exitDone)
}
