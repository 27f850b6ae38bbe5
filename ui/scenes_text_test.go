package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// wideTexts are honest names on whose width terminals disagree.
var wideTexts = []string{
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

// hostileTexts try to act on the terminal, or to paint where they must not.
var hostileTexts = []string{
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
	"joins what follows \u0d4e",
	"\u0d40 joins what is before",
	"\u0d4e00 \U0001193f",
	"\u1100\u0301\u1161 0\U0001d165\U0003d112",
}

// wideLabels is a pool of honest names, in every part that shows text.
func wideLabels(t testing.TB) *poolstate.Pool {
	t.Helper()
	var list []entry
	for i, text := range wideTexts {
		e := readyEntry(text)
		if i%2 == 0 {
			e = exhaustedEntry(text, time.Duration(i)*time.Minute, i%5)
		}
		list = append(list, e.with(entry{"id": fmt.Sprintf("wide-%d", i)}))
	}
	return poolOf(t, providers{"日本 提供者 🔑": list})
}

// hostileLabels is a pool with hostile text in every field that is shown.
func hostileLabels(t testing.TB) *poolstate.Pool {
	t.Helper()
	all := providers{}
	for i, text := range hostileTexts {
		name := fmt.Sprintf("p%d%s", i/7, hostileTexts[i-i%7])
		list, _ := all[name].([]entry)
		all[name] = append(list, exhaustedEntry(text, time.Duration(i)*time.Minute, i%5).with(entry{
			"id": fmt.Sprintf("%d%s", i, text), "source": text, "auth_type": text, "base_url": text,
			"last_error_reason": text, "last_error_message": text, "failure_reason": text, "secret_fingerprint": text,
			"model_cooldowns": map[string]any{text: secondsAt(time.Hour)},
		}))
	}
	return poolOf(t, all)
}
