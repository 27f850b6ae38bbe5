package text

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"pooltop/ui/internal/uitest"
)

const noLimit = 1 << 20

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"other scripts", "ключ-отдела 日本-チーム", "ключ-отдела 日本-チーム"},
		{"emoji", "key 🔑", "key 🔑"},

		{"CSI", "\x1b[31mred\x1b[0m", "�[31mred�[0m"},
		{"OSC 0, title", "\x1b]0;owned\x07x", "�]0;owned�x"},
		{"OSC 8, link", "\x1b]8;;http://x\x1b\\l\x1b]8;;\x1b\\", "�]8;;http://x�\\l�]8;;�\\"},
		{"OSC 52, clipboard", "\x1b]52;c;aGk=\x07", "�]52;c;aGk=�"},
		{"C1 as UTF-8", "a\u009b2Jb\u009dc\u0090d", "a�2Jb�c�d"},
		{"C1 as bytes", "a\x9b2Jb", "a�2Jb"},
		{"NUL, bell, backspace, delete", "\x00a\ab\b\x7fc", "�a�b�c"},

		{"newlines", "a\nb\r\nc", "a b  c"},
		{"tab", "a\tb", "a b"},
		{"line and paragraph separator", "a\u2028b\u2029c", "a b c"},
		{"no-break space", "a\u00a0b", "a b"},

		{"bidi override", "\u202egnp.exe\u202c", "�gnp.exe�"},
		{"bidi marks", "a\u200e\u200f\u061cb", "a�b"},

		{"zero width", "a\u200b\u200c\u200d\u2060\ufeffb", "ab"},
		{"Hangul filler", "a\u3164b\uffa0c", "abc"},
		{"tags", "a\U000e0041\U000e007fb", "ab"},
		{"variation selectors", "❤\ufe0f\U000e0100", "❤"},

		{"combining mark", "e\u0301", "e\u0301"},
		{"many combining marks", "a" + strings.Repeat("\u0301", 99) + "b", "a\u0301\u0301\u0301b"},
		{"combining marks without a base", "\u0301\u0301a", "a"},

		{"vowel signs", "हिन्दी कार्यालय বাংলা தமிழ் తెలుగు ಕನ್ನಡ മലയാളം ગુજરાતી ਪੰਜਾਬੀ ଓଡ଼ିଆ සිංහල", "हिन्दी कार्यालय বাংলা தமிழ் తెలుగు ಕನ್ನಡ മലയാളം ગુજરાતી ਪੰਜਾਬੀ ଓଡ଼ିଆ සිංහල"},
		{"vowel sign after a digit", "1\u0d40", "1"},
		{"conjuncts", "क्षत्रिय कार्त्स्न्य শ্রী ശ്രീ ଶ୍ରୀ", "क्षत्रिय कार्त्स्न्य শ্রী ശ്രീ ଶ୍ରୀ"},
		{"subscripts", "ភាសាខ្មែរ ស្ត្រី ព្រះរាជាណាចក្រ", "ភាសាខ្មែរ ស្ត្រី ព្រះរាជាណាចក្រ"},
		{"stacks", "မြန်မာ မျှော်လင့် བསྒྲུབས", "မြန်မာ မျှော်လင့် བསྒྲུབས"},
		{"sara am", "กำแพง ນໍ້າ ຄຳ", "กำแพง ນໍ້າ ຄຳ"},
		{"joiners", "क्\u200dष श्री\u200cमान ක්\u200dෂ می\u200cخواهم ക്\u200dക", "क्\u200dष श्री\u200cमान ක්\u200dෂ می\u200cخواهم ക്\u200dക"},
		{"joiners that are not part of the spelling", "क्\u200d\u200dष\u200d a\u200db 한\u200d국 क\u200c-", "क्\u200dष ab 한국 क-"},
		{"decomposed Korean", "\u1112\u1161\u11ab\u1100\u116e\u11a8 \u110b\u1167\u11af\u1109\u116c 가\u11a8", "한국 열쇠 각"},
		{"Korean letters that do not compose", "\u1112\u119e\u11ab", "\u1112"},
		{"many vowel signs", "क" + strings.Repeat("ि", 99) + "ख", "कख"},

		{"skin tone", "👍🏽", "👍"},
		{"skin tone alone", "🏽", ""},
		{"flag", "🇩🇪", "DE"},
		{"three regional indicators", "🇩🇪🇫", "DEF"},
		{"keycap", "1\ufe0f\u20e3", "1\u20e3"},

		{"invalid UTF-8", "a\xffb\xc3", "a�b�"},
	} {
		uitest.Equal(t, c.name, Clean(c.in, noLimit), c.want)
		uitest.Equal(t, c.name+": flaw", cleanFlaw(c.in, noLimit), "")
	}
}

// cleanFlaw describes a defect in the result of Clean. It returns "" if there is none.
func cleanFlaw(s string, limit int) string {
	got := Clean(s, limit)
	switch {
	case !utf8.ValidString(got):
		return "invalid UTF-8"
	case ansi.Strip(got) != got:
		return "contains an escape sequence"
	case ansi.StringWidth(" "+got+" ") != ansi.StringWidth(got)+2:
		return "merges with the spaces around it"
	case Clean(got, len(got)) != got:
		return "cleaning again changes it"
	}
	return uitest.TextFlaw(got)
}

func TestClean_Limit(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"abcdef", 6, "abcdef"},
		{"abcdef", 5, "abcde"},
		{"日本", 5, "日"},
		{"日本", 2, ""},
		{"a🔑b", 4, "a"},
		{"e\u0301x", 2, "e"},
		{"\x80\x80\x80", 2, ""},
	} {
		uitest.Equal(t, fmt.Sprintf("%q up to %d", c.in, c.limit), Clean(c.in, c.limit), c.want)
	}
}

// TestClean_LinearTime cleans 256 KB of each worst case, which would take minutes if Clean
// took quadratic time.
func TestClean_LinearTime(t *testing.T) {
	for _, unit := range []string{"a", "\x1b", "\u0301", "👩\u200d", "🇩", "\xff", "\u0d4e0"} {
		s := strings.Repeat(unit, 1<<18/len(unit))
		Clean(s, len(s))
		uitest.Equal(t, fmt.Sprintf("%q: flaw", unit), cleanFlaw(s, 1<<15), "")
		uitest.Equal(t, "length within the limit", len(Clean(s, 512)) <= 3*512, true)
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		in         string
		w          int
		want, left string
	}{
		{"backup", 6, "backup", "backup"},
		{"backup", 5, "back…", "…ckup"},
		{"backup", 1, "…", "…"},
		{"backup", 0, "", ""},
		{"backup", -3, "", ""},
		{"日本語", 6, "日本語", "日本語"},
		{"日本語", 5, "日本…", "…本語"},
		{"日本語", 2, "…", "…"},
		{"नमस्ते", 4, "नमस्ते", "नमस्ते"},
		{"नमस्ते", 3, "नम…", "…स्ते"},
		{"e\u0301te\u0301", 2, "e\u0301…", "…e\u0301"},
	} {
		uitest.Equal(t, "Fit "+c.in, Fit(c.in, c.w), c.want)
		uitest.Equal(t, "FitLeft "+c.in, FitLeft(c.in, c.w), c.left)
		uitest.Equal(t, "Fit of a styled "+c.in+" fits", ansi.StringWidthWc(Fit("\x1b[1m"+c.in+"\x1b[m", c.w)) <= max(c.w, 0), true)
	}
	uitest.Equal(t, "Wrap without room", len(Wrap("text", 0)), 0)
}

func ExampleClean() {
	fmt.Printf("%q\n", Clean("free\x1b]0;owned\x07 \u202emodels\nper day", 40))
	// Output: "free�]0;owned� �models per day"
}

// FuzzClean checks that any bytes become printable text that is equally wide on every
// terminal, even when shortened, and that cleaning it again changes nothing.
func FuzzClean(f *testing.F) {
	for _, words := range slices.Concat(uitest.WideStrings, uitest.HostileStrings) {
		f.Add(words, uint16(1000))
		f.Add(words, uint16(5))
	}
	for _, words := range []string{"\xff\xfe", "\xf0\x9f", "ᄀᆨ\u1160", "ก\u0e33", "\u0600a", "\u0d4eക", "a\u0903\u0903", "🇩🇪\u0301", "각\u200d각"} {
		f.Add(words, uint16(1000))
	}
	f.Fuzz(func(t *testing.T, s string, limit uint16) {
		if flaw := cleanFlaw(s, int(limit)); flaw != "" {
			t.Errorf("%q up to %d becomes %q: %s", s, limit, Clean(s, int(limit)), flaw)
		}
		got := Clean(s, int(limit))
		for w := range 6 {
			for _, cut := range []string{Fit(got, w), FitLeft(got, w)} {
				if Width(cut) > w || uitest.LineFlaw(cut, w) != "" {
					t.Errorf("%q cut to %d is %q: %s", got, w, cut, uitest.LineFlaw(cut, w))
				}
			}
		}
	})
}
