package cli

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// markup is text that means something in Markdown, or to a chat.
var markup = map[string]string{
	"a cell":           "a|b",
	"an escaped cell":  `a\|b`,
	"many cells":       "|||||",
	"a row":            "a |\n| b | c |\n",
	"a code span":      "`x`",
	"its end":          "a`b",
	"longer ends":      "``a``` b ````",
	"an escaped end":   "a\\`b",
	"a backslash":      `a\`,
	"a link":           "[text](http://evil.example)",
	"an image":         "![x](http://evil.example/p.png)",
	"a reference":      "[text][1]\n\n[1]: http://evil.example",
	"a bare link":      "http://evil.example www.evil.example",
	"an autolink":      "<http://evil.example>",
	"a chat's link":    "<http://evil.example|harmless>",
	"a tag":            "<img src=x onerror=alert(1)><script>",
	"an entity":        "&lt;b&gt;&#64;all",
	"a mention":        "@octocat",
	"everybody":        "@here @channel @everyone",
	"a chat's mention": "<!channel> <@U012AB3CD> <!subteam^S012AB3CD>",
	"a team":           "cc @org/team",
	"an issue":         "#1 org/repo#1",
	"emphasis":         "**a** __b__ ~~c~~",
	"a heading":        "# a\n\n## b",
	"an item":          "- [ ] a\n1. b",
	"a rule":           "---\n***",
	"a fence":          "```\nrm -rf\n```",
	"a formula":        "$`x`$ $$y$$",
	"nothing to see":   "\u200b",
	"blanks":           "   ",
	"a very long text": strings.Repeat("|`[@x](y)` ", 4000),
}

var codeSpan = regexp.MustCompile("`[^`|<>]+`")

// checkSafe checks that a text is Markdown of ours and no other: outside of
// code spans there is nothing but our own words, inside nothing that ends one,
// and a row has the cells of its table.
func checkSafe(t *testing.T, text string) {
	t.Helper()
	cells := 0
	for line := range strings.Lines(text) {
		ours := codeSpan.ReplaceAllString(line, "")
		if strings.ContainsAny(ours, "`[]<>@\\&~$!") || strings.Contains(ours, "evil") || strings.Contains(ours, "octocat") {
			t.Errorf("outside of code spans there is %q in %q", ours, line)
		}
		switch n := strings.Count(line, "|"); {
		case !strings.HasPrefix(line, "|"):
			equal(t, "the cells outside of a table", n, 0)
			cells = 0
		case cells != 0 && n != cells:
			t.Errorf("%d cells instead of %d in %q", n, cells, line)
		default:
			cells = n
		}
		if calling.MatchString(line) {
			t.Errorf("somebody is called in %q", line)
		}
	}
}

var calling = regexp.MustCompile(`(^|[^A-Za-z0-9])@`)

func TestMarkupOfTheFileStaysText(t *testing.T) {
	for name, text := range markup {
		t.Run(name, func(t *testing.T) {
			file := storeFile(t, strings.ReplaceAll(hostileStore(t, text), `"base_url": `, asJSON(t, text)+`: 1, "access_token": "x", "base_url": `))
			now := time.Unix(1795425000, 0)
			keep(t, file,
				poolstate.Record{At: now, Kind: poolstate.EventHeld, Provider: text, ID: text, Label: text, Reason: text},
				poolstate.Record{At: now, Kind: poolstate.EventDead, Provider: text, Source: text, Reason: text, Message: text},
				poolstate.Record{At: now, Kind: poolstate.EventFileUnreadable, Message: text})
			for _, args := range [][]string{{"report"}, {"report", "--anonymous"}} {
				checkSafe(t, done(t, at(t, file, args...)))
			}
		})
	}
}

func TestTheSamplesAreSafe(t *testing.T) {
	for _, name := range sampleNames {
		checkSafe(t, done(t, at(t, sampleFile(t, name), "report")))
	}
}

// What a code span holds is what the file says, as far as it is harmless.
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
		{"a text that is longer than it may be", "`a text that is long…`"},
	} {
		equal(t, c.text, quoted(c.text, 20), c.want)
	}
}

// A table is aligned before it is rendered, and has no column without use.
func TestTable(t *testing.T) {
	table := newTable("name", "unused", "n")
	table.add("`ключ 🔑`", "", "1")
	table.add("`a long one`", "", "100")
	equal(t, "the table", table.String(), "| name         | n   |\n| ------------ | --- |\n| `ключ 🔑`    | 1   |\n| `a long one` | 100 |\n")
}
