package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

func TestASCII(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"plain ~ text\n", "plain ~ text\n"},
		{"\x1b[1;31m●\x1b[m →primary", "\x1b[1;31mo\x1b[m >primary"},
		{"4/10 ready · openai-codex out", "4/10 ready - openai-codex out"},
		{"▁▃▅· 3 · 2", "_-=. 3 - 2"},
		{"9 ·      ·  ", "9 .      .  "},
		{"· a ·", ". a ."},
		{"ключ 🔑 日本 e\u0301", "???? ?? ???? e"},
		{"“…” – ×2", "\"~\" - x2"},
		{"\ufffd", "?"},
	} {
		if got := ASCII(c.in); got != c.want {
			t.Errorf("ASCII(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	for r, b := range glyphs {
		if ansi.StringWidthWc(string(r)) != 1 || b < ' ' || b > '~' || strings.IndexByte("|<@`", b) >= 0 {
			t.Errorf("%q becomes %q", r, b)
		}
	}
}

// Every character in the source code's strings has a replacement.
func TestASCII_Complete(t *testing.T) {
	root := filepath.Join("..", "..")
	literals := 0
	check := func(path string) {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok {
				return true
			}
			for _, r := range lit.Value {
				if r == '＠' {
					continue // two cells wide; prevents mentions in a report
				}
				if _, known := glyphs[r]; r >= utf8.RuneSelf && !known {
					t.Errorf("%s: %q has no replacement in ASCII", path, r)
				}
			}
			literals++
			return true
		})
	}
	for _, dir := range []string{"cli", "model", "poolstate", "ui"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && slices.Contains([]string{"testkit", "uitest", "testdata"}, d.Name()):
				return fs.SkipDir
			case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
				check(path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if literals < 1000 {
		t.Errorf("only %d literals found", literals)
	}
}
