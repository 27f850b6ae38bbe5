package report

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// markup lists strings that are special in Markdown or in chat programs.
var markup = map[string]string{
	"cell":             "a|b",
	"row":              "a |\n| b | c |\n",
	"end of span":      "a`b",
	"escaped end":      "a\\`b",
	"backslash":        `a\`,
	"link":             "[text](http://evil.example)",
	"bare link":        "http://evil.example www.evil.example",
	"chat link":        "<http://evil.example|harmless>",
	"tag":              "<img src=x onerror=alert(1)><script>",
	"mention":          "@octocat",
	"mention everyone": "@here @channel @everyone @@all _@all",
	"chat mention":     "<!channel> <@U012AB3CD> <!subteam^S012AB3CD>",
	"fence":            "```\nrm -rf\n```",
	"invisible":        "\u200b",
	"blanks":           "   ",
	"long":             strings.Repeat("|`[@x](y)` ", 4000),
}

var (
	codeSpan = regexp.MustCompile("`[^`|<>]+`")
	mentions = regexp.MustCompile(`(^|[^A-Za-z0-9])@`)
)

// checkSafe checks that untrusted text occurs only inside code spans and cannot end them,
// and that all rows of a table have the same number of cells.
func checkSafe(t *testing.T, text string) {
	t.Helper()
	cells := 0
	for line := range strings.Lines(text) {
		outside := codeSpan.ReplaceAllString(line, "")
		if strings.ContainsAny(outside, "`[]<>@\\&~$!") || strings.Contains(outside, "evil") || strings.Contains(outside, "octocat") {
			t.Errorf("%q is outside code spans in %q", outside, line)
		}
		n := strings.Count(line, "|")
		if !strings.HasPrefix(line, "|") {
			cells = 0
		}
		if (!strings.HasPrefix(line, "|") && n != 0) || (cells != 0 && n != cells) {
			t.Errorf("%d cells, want %d, in %q", n, cells, line)
		}
		cells = n
		if mentions.MatchString(line) {
			t.Errorf("a mention in %q", line)
		}
	}
}

func TestMarkdown_Markup(t *testing.T) {
	for name, text := range markup {
		t.Run(name, func(t *testing.T) {
			quoted, err := json.Marshal(text)
			must(t, err)
			path := agentStore(t, fmt.Sprintf(`{"credential_pool": {"p": [{"access_token": "none", "id": "a"}], %[1]s: [
				{"id": %[1]s, "label": %[1]s, "source": %[1]s, %[1]s: 1, "access_token": "x", "last_status": "exhausted", "last_status_at": 1795425000,
				 "last_error_reason": %[1]s, "last_error_message": %[1]s, "failure_reason": %[1]s, "model_cooldowns": {%[1]s: 1795426000}},
				{"id": %[1]s, "access_token": "x", "last_status": %[1]s}]}}`, quoted))
			o := optionsFor(path)
			o.DisplayPath, o.Version = text, text
			at := now.Add(-time.Minute)
			o.Journal = journalWith(t, path,
				poolstate.Record{At: at, Kind: poolstate.EventHeld, Provider: text, ID: text, Label: text, Reason: text},
				poolstate.Record{At: at, Kind: poolstate.EventDead, Provider: text, Source: text, Reason: text, Message: text},
				poolstate.Record{At: at, Kind: poolstate.EventFileUnreadable, Message: text})
			checkSafe(t, Collect(o).Markdown())
		})
	}
}

func TestQuoted(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{" \t", ""},
		{"work-oauth", "`work-oauth`"},
		{"ключ 🔑", "`ключ 🔑`"},
		{"seat-1@example.com", "`seat-1@example.com`"},
		{"@here", "`＠here`"},
		{"a @b.c", "`a ＠b.c`"},
		{"a|b`c<d>", "`a¦b'c‹d›`"},
		{`C:\pool`, "`C:\\pool`"},
		{`a\`, "`a\\ `"},
		{"a name that is longer than it may be", "`a name that is long…`"},
	} {
		if got := quoted(c.text, 20); got != c.want {
			t.Errorf("%q becomes %s, want %s", c.text, got, c.want)
		}
	}
}
