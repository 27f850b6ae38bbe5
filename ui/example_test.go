package ui_test

import (
	"fmt"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

// A screen depends only on its fields, not on a clock or a terminal.
func ExampleRender() {
	pool, err := poolstate.Decode([]byte(`{"credential_pool": {"openrouter": [
		{"access_token": "none", "id": "d4410b", "label": "primary", "consecutive_failures": 0},
		{"access_token": "none", "id": "e5b7f2", "label": "backup-key", "last_status": "exhausted", "last_status_at": 1795425600.0,
		 "last_error_code": 429, "consecutive_failures": 2}]}}`), time.UTC)
	if err != nil {
		fmt.Println(err)
		return
	}
	screen := ui.Render(&ui.Screen{
		Width: 64, Height: 8, Theme: theme.Plain(), Now: time.Unix(1795425600, 0).UTC(),
		Path: "~/.hermes/auth.json", Feed: ui.Feed{State: ui.FeedLive},
		Pool: pool, Groups: filter.Groups(pool), Policy: poolstate.PolicyChoice{}.Resolve(pool, poolstate.NoEvidence),
	})
	for line := range strings.Lines(screen) {
		fmt.Println(strings.TrimRight(line, " \n"))
	}
	// Output:
	// pooltop   …/auth.json       ● live   backoff (file)   09:20:00
	//  1 ready  1 cooling
	//    CREDENTIAL      STATE     WHY            STREAK     BACK IN
	//  openrouter  1 of 2 ready ─────────────────────────────────────
	//  ●→primary         ready                    ····
	//  ◔ backup-key      cooling   429 rate lim…  ▁▃·· 2    2h00m00s·
}
