package cli

import (
	"strings"
	"testing"
)

// listOf is the text of a store with providers a, b, c, … of the given entries.
func listOf(providers ...string) string {
	var out []string
	for i, entries := range providers {
		out = append(out, `"`+string(rune('a'+i))+`": [`+entries+`]`)
	}
	return `{"credential_pool": {` + strings.Join(out, ", ") + `}}`
}

// The line of status and its exit code, at 09:20. Times are those of the clock
// on the wall.
func TestStatus(t *testing.T) {
	for _, c := range []struct {
		name, content, line string
		code                int
	}{
		{"all ready", listOf(readyEntry, readyEntry), "2/2 ready", exitDone},
		{"one of each provider is enough", listOf(readyEntry+","+coolingEntry, deadEntry+","+readyEntry), "2/4 ready", exitDone},
		{"a provider cooling", listOf(readyEntry, coolingEntry), "1/2 ready · b out, back 10:10", exitProviderOut},
		{"the first to come back counts", listOf(readyEntry, coolingEntry+","+briefEntry), "1/3 ready · b out, back 09:30", exitProviderOut},
		{"a provider held", listOf(readyEntry, heldEntry), "1/2 ready · b out, back 13:20", exitProviderOut},
		{"a provider due", listOf(readyEntry, dueEntry), "1/2 ready · b out, due now", exitProviderOut},
		{"due is sooner than cooling", listOf(readyEntry, dueEntry+","+coolingEntry), "1/3 ready · b out, due now", exitProviderOut},
		{"a provider dead", listOf(readyEntry, deadEntry), "1/2 ready · b out", exitProviderOut},
		{"a provider disabled", listOf(readyEntry, disabledEntry), "1/2 ready · b out", exitProviderOut},
		{"two out", listOf(coolingEntry, readyEntry, deadEntry), "1/3 ready · a out, back 10:10 · c out", exitProviderOut},
		{
			"three out", listOf(coolingEntry, deadEntry, readyEntry, dueEntry),
			"1/4 ready · a out, back 10:10 · b out · 1 more out", exitProviderOut,
		},
		{
			"four out", listOf(coolingEntry, deadEntry, readyEntry, dueEntry, heldEntry),
			"1/5 ready · a out, back 10:10 · b out · 2 more out", exitProviderOut,
		},
		{"nothing ready", listOf(coolingEntry), "0/1 ready · a out, back 10:10", exitNothingReady},
		{"nothing ready anywhere", listOf(coolingEntry, dueEntry), "0/2 ready · a out, back 10:10 · b out, due now", exitNothingReady},
		{"a provider without credentials is none that is out", listOf(readyEntry, ""), "1/1 ready", exitDone},
		{"an empty pool has nothing ready", listOf(), "0/0 ready", exitNothingReady},
		{"neither has a file without one", `{}`, "0/0 ready", exitNothingReady},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := at(t, storeFile(t, c.content), "status", "--policy", "backoff")
			equal(t, "the line", o.stdout, c.line+"\n")
			equal(t, "the exit code", o.code, c.code)
			equal(t, "standard error", o.stderr, "")
		})
	}
}

func TestStatusOfTheSamples(t *testing.T) {
	for name, line := range map[string]string{
		"backoff.json":       "4/10 ready · openai-codex out, due now\n",
		"stock-2026-07.json": "4/10 ready · openai-codex out, due now\n",
		"stock-2026-09.json": "4/10 ready · openai-codex out, back Sun 14:20\n",
	} {
		t.Run(name, func(t *testing.T) {
			o := at(t, sampleFile(t, name), "status")
			equal(t, "the line", o.stdout, line)
			equal(t, "the exit code", o.code, exitProviderOut)
		})
	}
}

// --format is a template over the JSON of list, null where that is null. It
// changes the line and not the exit code.
func TestStatusFormat(t *testing.T) {
	file := sampleFile(t, "backoff.json")
	for _, c := range []struct{ format, out string }{
		{`{{.summary.ready}}/{{.summary.credentials}}`, "4/10"},
		{`{{.policy}} {{.read_at}}`, "backoff 2026-11-23T09:20:00.000Z"},
		{`{{.path}}`, file},
		{`{{with .summary.next_ready}}{{.}}{{end}}`, "openrouter/e5b7f2"},
		{`{{len .providers}}`, "4"},
		{`{{range .providers}}{{.name}}={{.ready}} {{end}}`, "anthropic=1 custom:together.ai=1 openai-codex=0 openrouter=2 "},
		{`{{with index .providers 0}}{{(index .credentials 1).label}}{{end}}`, "work-oauth"},
		{`{{range .providers}}{{range .credentials}}{{with .remaining_seconds}}{{.}} {{end}}{{end}}{{end}}`, "11513 536400 723 6500 "},
		{`{{if gt .summary.cooling 3}}many{{else}}few{{end}}`, "many"},
		{`{{if eq .summary.held 0}}none held{{end}}`, "none held"},
		{`{{with index .providers 1}}{{range .credentials}}{{if .streak}}known{{else}}unknown{{end}}{{end}}{{end}}`, "unknown"},
		{`always the same`, "always the same"},
	} {
		t.Run(c.format, func(t *testing.T) {
			o := at(t, file, "status", "--format", c.format)
			equal(t, "the line", o.stdout, c.out+"\n")
			equal(t, "the exit code", o.code, exitProviderOut)
			equal(t, "standard error", o.stderr, "")
		})
	}
}

func TestStatusFormatThatIsNoTemplate(t *testing.T) {
	file := sampleFile(t, "backoff.json")
	for _, format := range []string{
		"{{.summary.ready",
		"{{.no_such_field}}",
		"{{.summary.no_such_field}}",
		"{{nosuchfunction}}",
		"{{index .providers 99}}",
		"{{template \"other\"}}",
		"before {{.summary.ready}} {{.no_such_field}}",
		"two\nlines {{",
	} {
		t.Run(format, func(t *testing.T) {
			refused(t, at(t, file, "status", "--format", format), exitUsage, "--format")
		})
	}
}

func TestStatusOfAFileThatCannotBeRead(t *testing.T) {
	file := storeFile(t, `{"credential_pool": `)
	refused(t, at(t, file, "status"), exitRefused, file)
	refused(t, at(t, file, "status", "--format", "{{.policy}}"), exitRefused, file)
}
