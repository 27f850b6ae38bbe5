package cli

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// oddEnglish lists patterns that must not occur in comments, strings and documents, and
// suggestions of what to write instead.
var oddEnglish = []struct{ pattern, instead string }{
	{`\b(nobody|somebody|anybody|someone else's|whoever|whomever)\b`, "name the person or program: user, agent, caller"},
	{`\bstands?\b`, "is, means, remains"},
	{`\b(tells?|told)\b`, "says, shows, reports, distinguishes"},
	{`\b(lies|lying|lay)\b`, "is"},
	{`\b(of|than) ours\b`, "our, this program's"},
	{`\b(of (its|their|his) own)\b`, "its own X, separate"},
	{`\b(anew|hither|thereof|therein|whereof|withal)\b`, "again"},
	{`\bin force\b`, "effective"},
	{`\b(in the midst of|as far as .{1,20} goes)\b`, "during"},
	{`\ball the same\b`, "anyway"},
	{`\b(is|are) what\b`, "begin with the name and say what it does"},
	{`^(Who|Whoever|What|Which) (is|are|has|was|can|must|may|stops|waits|reads|looks|comes)\b[^?]*$`, "give the sentence a subject"},
	{`\b(makes? an end|takes? leave|comes? to grief|gives? way|holds? .{1,20} up)\b`, "say it literally"},
	{`\b(keeps?|keep|gives?) (an )?account\b`, "records in the journal"},
	{`\bby (a|the) hand of\b`, "caused by"},
	{`\bno length of time\b`, "invalid duration"},
	{`\b(for good|in vain|of late)\b`, "permanently, without effect, recently"},
	{`\bpictures?\b`, "snapshot, screen or image"},
	{`\b(mend|betake|henceforth|lest)\b`, "fix"},
	{`\bturns? (it|them|times) round\b`, "reverses"},
	{`\bforce-exhaust`, "hold"},
	{`\bbackoff ladder\b|\bladder of cooldowns\b`, "backoff schedule"},
	{`\bits authority\b|\bauthority's\b`, "token source"},
	{`\b(errands?|oddity|chronicle|patience|rehearsals?)\b`, "use the term of the field"},
}

// TestEnglish checks comments, strings and documents for oddEnglish.
func TestEnglish(t *testing.T) {
	type rule struct {
		re      *regexp.Regexp
		instead string
	}
	var rules []rule
	for _, r := range oddEnglish {
		rules = append(rules, rule{regexp.MustCompile(`(?i)` + r.pattern), r.instead})
	}
	check := func(place, text string) {
		text = strings.Join(strings.Fields(text), " ")
		for _, r := range rules {
			if m := r.re.FindString(text); m != "" {
				t.Errorf("%s: %q (write: %s) in %q", place, m, r.instead, text)
			}
		}
	}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || d.Name() == "docs"):
			return fs.SkipDir
		case d.IsDir() || d.Name() == "english_test.go":
		case strings.HasSuffix(path, ".go"):
			for _, text := range proseOf(readFile(t, path)) {
				check(path, text)
			}
		case strings.HasSuffix(path, ".md"), strings.HasSuffix(path, ".yaml"), strings.HasSuffix(path, ".yml"), filepath.Base(filepath.Dir(path)) == ".ci":
			for line := range strings.Lines(string(readFile(t, path))) {
				if !strings.Contains(line, "picture>") { // HTML
					check(path, strings.TrimLeft(line, "#- "))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// proseOf returns the comments and strings in a Go file. It joins comments on adjacent
// lines.
func proseOf(src []byte) []string {
	var texts []string
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, src, nil, scanner.ScanComments)
	last := -2
	for {
		pos, tok, lit := s.Scan()
		switch line := file.Line(pos); tok {
		case token.EOF:
			return texts
		case token.COMMENT:
			text := strings.TrimSpace(strings.TrimPrefix(lit, "//"))
			if line == last+1 {
				texts[len(texts)-1] += " " + text
			} else {
				texts = append(texts, text)
			}
			last = line
		case token.STRING:
			texts = append(texts, strings.Trim(lit, "`\""))
		}
	}
}
