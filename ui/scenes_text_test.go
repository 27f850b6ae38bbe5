package ui

import (
	"fmt"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
)

var (
	wideTexts    = uitest.WideTexts
	hostileTexts = uitest.HostileTexts
)

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
