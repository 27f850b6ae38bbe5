package cli

import (
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

// tour shows every screen of the dashboard and waits for each: keys, and the
// words of the program's own that stand there then.
var tour = []struct{ keys, words, footer string }{
	{"e", "newest first", pane},
	{"\x1b", "", footerOfTable},
	{"f", "capacity", pane},
	{"f", "capacity of", pane},
	{"f", "", footerOfTable},
	{"?", "a page up", pane},
	{"\x1b", "", footerOfTable},
	{"/\x1b[200~a\u009b2J\u202e\x1b[201~", "", "enter keep"},
	{"\x1b", "", footerOfTable},
	{"x", "", "enter hold"},
	{"\x1b", "exhaust cancelled", footerOfTable},
	{"\x12", "", "enter accept"},
	{"\x1b", "reset cancelled", footerOfTable},
	{"T", "BACK AT", footerOfTable},
	{"m", "mouse on", footerOfTable},
}

// What the last line says, which is drawn last: the picture is whole.
const (
	footerOfTable = "r reset"
	pane          = "esc back"
)

var code = regexp.MustCompile(`(?m)^ +(\d{5}) `)

// takeTour sees every screen, the detail of n credentials among them, whose
// counts of requests tell them apart, and returns all pictures.
func takeTour(t *testing.T, c *testkit.Terminal, n int) []string {
	t.Helper()
	var pictures []string
	see := func() { pictures = append(pictures, c.Text()) }
	for _, stop := range tour {
		c.Type(stop.keys)
		c.Shows(stop.words, stop.footer)
		see()
	}
	c.Type("gd")
	c.Shows(pane)
	last := ""
	for i := range n {
		c.Until(fmt.Sprintf("show credential %d of %d", i+1, n), func(p *testkit.Emulator) bool {
			m := code.FindStringSubmatch(p.String())
			return len(m) == 2 && m[1] != last
		})
		see()
		last = code.FindStringSubmatch(pictures[len(pictures)-1])[1]
		c.Type("yj")
	}
	return pictures
}

// touredStore has a credential for each text, which stands wherever it can, and
// secrets beside it.
func touredStore(t *testing.T, texts []string, status string) string {
	t.Helper()
	var lists []string
	for i, text := range texts {
		name := text
		if strings.Contains(text, tokens["access"][8:16]) {
			name = "quoted" // a provider and an id are names, of which nothing is left out
		}
		q, id, provider := inJSONFile(t, text), inJSONFile(t, name), inJSONFile(t, fmt.Sprintf("p%d %s", i, name))
		lists = append(lists, fmt.Sprintf(`%s: [{"id": %s, "label": %s, "source": %s, "auth_type": %s, "last_error_code": %d,
			"access_token": %q, "NEW_TOKEN": %q, "last_status": %q, "last_status_at": 1795425000, "last_error_reset_at": 1795429000,
			"last_error_reason": %s, "last_error_message": %s, "failure_reason": %s, "base_url": %s,
			"model_cooldowns": {%s: 1795426000}, "secret_fingerprint": %s}]`,
			provider, id, q, q, q, 10000+i, tokens["access"], tokens["tomorrow"], status, q, q, q,
			inJSONFile(t, "https://host/"+text), q, q))
	}
	return `{"credential_pool": {"ready": [{"id": "r"}], ` + strings.Join(lists, ", ") + `}}`
}

// toured takes the tour over a store with texts everywhere, in a home of that
// name, and is notified of each of them.
func toured(t *testing.T, home string, texts []string) (*testkit.Emulator, []string) {
	t.Helper()
	c := testkit.Open(t)
	home = filepath.Join(t.TempDir(), home)
	file := filepath.Join(home, "auth.json")
	writeFile(t, file, []byte(touredStore(t, texts, "exhausted")))
	runOn(t, c, "pooltop", []string{"TERM_PROGRAM=iTerm.app", "HERMES_HOME=" + home, "XDG_STATE_HOME=" + home}, "--now", pictureAt, "--notify")
	c.Shows("r reset", "live")
	pictures := takeTour(t, c, len(texts))
	writeFile(t, file, []byte(touredStore(t, texts, "dead")))
	c.Until("be notified of the dead", func(p *testkit.Emulator) bool {
		return strings.Count(strings.Join(p.Strings, "\n"), "9;pooltop: ") >= len(texts)
	})
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	c.Type("\x1b")
	c.Shows("stale", footerOfTable)
	pictures = append(pictures, c.Text())
	c.Type("q")
	equal(t, "the exit code", c.Wait(), exitDone)
	c.CheckRestored()
	return testkit.Read(c, func(p *testkit.Emulator) *testkit.Emulator { return p }), pictures
}

// motions are the sequences that move the cursor and erase: which of them a
// picture takes depends on the one before.
var motions = regexp.MustCompile("^CSI [ABCDGHIJKLMPSTXZbdr@`]$")

// Whatever stands in the file, in the name of its directory and on the
// clipboard that is pasted: the terminal gets the sequences of a harmless file,
// and nothing that acts on it.
func TestHostileTextOnATerminal(t *testing.T) {
	texts := []string{"\x1b]1337;File=x:AA==\x07", "\x1b]99;;x\x1b\\", "\x1b_Gf=100\x1b\\", "\x1b]52;c;eA==\x07", "\tx\vy", strings.Repeat("1 MB ", 200_000)}
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		texts = append(texts, hostile[name])
	}
	harmless := make([]string, len(texts))
	for i := range harmless {
		harmless[i] = "harmless"
	}
	plain, _ := toured(t, "home", harmless)
	got, _ := toured(t, "h\x1b[31m\x1b]0;x\a\u202e\u009b2Jome", texts)
	for what, p := range map[string]*testkit.Emulator{"a harmless file": plain, "a hostile file": got} {
		equal(t, "what acts on the terminal of "+what, strings.Join(p.Raw, " "), "")
	}
	for shape := range got.Sequences {
		if !plain.Sequences[shape] && !motions.MatchString(shape) {
			t.Errorf("the terminal gets %s, which a harmless file does not give it", shape)
		}
	}
	for _, told := range got.Strings {
		if copied, ok := strings.CutPrefix(told, "OSC 52 52;c;"); ok {
			text, err := base64.StdEncoding.DecodeString(copied)
			if err != nil {
				t.Error(err)
			}
			told = string(text)
		}
		if found := raw(told); found != "" || strings.Contains(told, "\n") {
			t.Errorf("the terminal is told %s: %q", found, told)
		}
	}
}

// No screen shows a piece of a secret, though every text quotes one.
func TestNoSecretOnATerminal(t *testing.T) {
	token := tokens["access"]
	texts := []string{"plain", "bad key " + token + "!", token[3:20] + " and " + tokens["tomorrow"][5:]}
	p, pictures := toured(t, "home", texts)
	for _, text := range slices.Concat(pictures, []string{string(p.All)}, p.Strings) {
		checkNoSecret(t, "a screen", outcome{stdout: text})
	}
}
