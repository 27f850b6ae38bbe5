// Package uitest contains test helpers for ui and its subpackages.
package uitest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Epoch is Monday, 2026-11-23 09:20:00 UTC. Tests use it as the current time.
var Epoch = time.Unix(1795425600, 0).UTC()

// Equal fails the test if got differs from want.
func Equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// SGR matches escape sequences that set a text style. A screen may not contain other sequences.
var SGR = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// LineFlaw describes a defect in a drawn line: more than w cells, sequences other than
// SGR, or colors that are not reset. It returns "" if there is none.
func LineFlaw(line string, w int) string {
	if n := ansi.StringWidthWc(line); n > w {
		return fmt.Sprintf("is %d wide", n)
	}
	if flaw := TextFlaw(SGR.ReplaceAllString(line, "")); flaw != "" {
		return flaw
	}
	if all := SGR.FindAllString(line, -1); len(all) > 0 && all[len(all)-1] != "\x1b[m" {
		return "does not reset its colors"
	}
	return ""
}

// TextFlaw describes a defect in text without styles: a control character, a joiner
// that does not follow a letter or mark, or a cluster whose width depends on the
// terminal, unless the cluster is a syllable. It returns "" if there is none.
func TextFlaw(s string) string {
	last := ' '
	for rest := s; rest != ""; {
		cluster, width := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		rest = rest[len(cluster):]
		if len(cluster) == 1 && cluster[0] >= ' ' && cluster[0] <= '~' {
			last = rune(cluster[0])
			continue
		}
		syllable := true
		for _, r := range cluster {
			joins := (r == '\u200c' || r == '\u200d') && unicode.In(last, unicode.L, unicode.M)
			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Zl, unicode.Zp) && !joins {
				return fmt.Sprintf("contains %U", r)
			}
			syllable = syllable && (joins || unicode.In(r, unicode.L, unicode.M)) && !unicode.Is(unicode.Hangul, r)
			last = r
		}
		if n := ansi.StringWidthWc(cluster); n != width && !syllable {
			return fmt.Sprintf("%q is %d or %d wide, depending on the terminal", cluster, width, n)
		}
	}
	return ""
}

// WideStrings are strings whose width depends on the terminal.
var WideStrings = []string{
	"日本-チーム",
	"한국어 열쇠",
	"ключ-отдела 🔑",
	"👩\u200d💻 team",
	"👍🏽 approved",
	"🇩🇪 Berlin",
	"❤\ufe0f heart",
	"e\u0301te\u0301",
	"नमस्ते",
	"العربية",
	"עברית",
	"ไทยแลนด์",
	"한글",
	"ｆｕｌｌｗｉｄｔｈ",
	"½ ⅓ ™ № …",
	"🏳\ufe0f\u200d🌈 flag",
	"1\ufe0f\u20e3 keycap",
	"𝒇𝒂𝒏𝒄𝒚",
}

// HostileStrings try to control the terminal or to draw outside their cells.
var HostileStrings = []string{
	"\x1b[31mred\x1b[0m",
	"\x1b]0;title\x07after",
	"\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\",
	"\x1b]52;c;aGFja2Vk\x07",
	"\x1bP+q544e\x1b\\dcs",
	"\x1b_apc\x1b\\",
	"\u009b2Jc1",
	"\u202egnp.yek\u202c",
	"\u2066isolated\u2069",
	"zal" + strings.Repeat("\u0301\u0323\u0336", 100) + "go",
	strings.Repeat("\u0301", 50),
	strings.Repeat("\u200b", 300) + "zero",
	strings.Repeat("x", 300),
	strings.Repeat("漢", 300),
	strings.Repeat("👩\u200d👩\u200d👧\u200d👦", 60),
	"two\nlines\r\nand\ttabs",
	"bell\a back\b\b\b\bspace \x7f nul\x00",
	"\U000e0041\U000e0042 tags",
	"   ",
	"\u2028\u2029\u0085",
	"▌ ● ready",
	"joins next letter \u0d4e",
	"\u0d40 joins previous letter",
	"\u0d4e00 \U0001193f",
	"\u1100\u0301\u1161 0\U0001d165\U0003d112",
}
