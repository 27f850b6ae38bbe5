package cli

import (
	"strings"
	"testing"
)

func TestStatus(t *testing.T) {
	const (
		ready   = `{"access_token": "none", "id": "ready"}`
		cooling = `{"access_token": "none", "id": "cooling", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429}`
		brief   = `{"access_token": "none", "id": "brief", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_reset_at": 1795426200}`
		held    = `{"access_token": "none", "id": "held", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_reason": "operator_hold", "last_error_reset_at": 1795440000}`
		due     = `{"access_token": "none", "id": "due", "last_status": "exhausted", "last_status_at": 1795400000, "last_error_code": 429}`
		dead    = `{"access_token": "none", "id": "dead", "last_status": "dead", "last_status_at": 1795425000, "last_error_reset_at": 1795426000}`
	)
	for _, c := range []struct {
		name      string
		providers []string // the entries of the providers a, b, c, …
		line      string
		code      int
	}{
		{"all ready", []string{ready, ready}, "2/2 ready", exitDone},
		{"each provider ready", []string{ready + "," + cooling, dead + "," + ready}, "2/4 ready", exitDone},
		{"provider cooling", []string{ready, cooling + "," + brief}, "1/3 ready · b out, back 09:30", exitProviderOut},
		{"provider held", []string{ready, held}, "1/2 ready · b out, back 13:20", exitProviderOut},
		{"provider due and cooling", []string{ready, due + "," + cooling}, "1/3 ready · b out, due now", exitProviderOut},
		{"provider dead", []string{ready, dead}, "1/2 ready · b out", exitProviderOut},
		{"two out", []string{cooling, ready, dead}, "1/3 ready · a out, back 10:10 · c out", exitProviderOut},
		{"four out", []string{cooling, dead, ready, due, held}, "1/5 ready · a out, back 10:10 · b out · 2 more out", exitProviderOut},
		{"none ready", []string{cooling, due}, "0/2 ready · a out, back 10:10 · b out, due now", exitNothingReady},
		{"provider without credentials", []string{ready, ""}, "1/1 ready", exitDone},
		{"empty pool", nil, "0/0 ready", exitNothingReady},
	} {
		t.Run(c.name, func(t *testing.T) {
			var providers []string
			for i, entries := range c.providers {
				providers = append(providers, `"`+string(rune('a'+i))+`": [`+entries+`]`)
			}
			content := `{"credential_pool": {` + strings.Join(providers, ", ") + `}}`
			o := at(t, storeFile(t, content), "status", "--policy", "backoff")
			equal(t, "the line", o.stdout, c.line+"\n")
			equal(t, "the exit code", o.code, c.code)
			equal(t, "standard error", o.stderr, "")
		})
	}
}

func TestStatus_LongNames(t *testing.T) {
	const dead = `[{"access_token": "none", "id": "x", "last_status": "dead", "last_status_at": 1795425000}]`
	name := strings.Repeat("é", 1<<15)
	store := storeFile(t, `{"credential_pool": {"`+name+`a": `+dead+`, "`+name+`b": `+dead+`, "`+name+`c": `+dead+`}}`)
	short := name[:2*(maxStatusName-1)] + "… out"
	line := "0/3 ready · " + short + " · " + short + " · 1 more out\n"
	for _, format := range [][]string{nil, {"--format", "tmux"}} {
		equal(t, "the line", at(t, store, append([]string{"status"}, format...)...).stdout, line)
	}
	bar := at(t, store, "status", "--format", "waybar").stdout
	contains(t, bar, short)
	if len(bar) > 1000 {
		t.Errorf("the output for Waybar has %d bytes", len(bar))
	}
	names := at(t, store, "status", "--format", "{{range .providers}}{{.name}}{{end}}").stdout
	if len(names) > 3*maxStatusText+1 {
		t.Errorf("the names in a template have %d bytes", len(names))
	}
}

func TestStatus_LongMessage(t *testing.T) {
	message := strings.Repeat("m", 4000)
	store := storeFile(t, poolOf(`{"access_token": "none", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_message": "`+message+`"}`))
	const format = "{{range .providers}}{{range .credentials}}{{.error_message}}{{end}}{{end}}"
	equal(t, "the message in a template", at(t, store, "status", "--format", format).stdout, message+"\n")
}
