package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// now is the time at which the stores are read.
var now = time.Date(2026, 11, 23, 9, 20, 0, 0, time.UTC)

// agentStore writes a store with the permissions that an agent sets.
func agentStore(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "home", "auth.json")
	must(t, os.Mkdir(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// poolOf returns the content of a store with entries of one provider, "p".
func poolOf(entries ...string) string {
	return `{"credential_pool": {"p": [` + strings.Join(entries, ", ") + `]}}`
}

func optionsFor(path string) Options { return optionsWith(path, poolstate.PolicyChoice{}) }

func optionsWith(path string, choice poolstate.PolicyChoice) Options {
	o := Options{Path: path, DisplayPath: path, Now: now, Version: "dev"}
	snapshot, err := poolstate.Open(path).Load()
	if err != nil {
		o.Problem = err.Error()
		return o
	}
	o.Pool, o.Policy = snapshot.Pool, choice.Resolve(snapshot.Pool, poolstate.NoEvidence)
	return o
}

func collect(t testing.TB, content string) *Report {
	t.Helper()
	return Collect(optionsFor(agentStore(t, content)))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func contains(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	out, err := json.MarshalIndent(v, "", "  ")
	must(t, err)
	return string(out)
}

// unusual is a store with many different findings.
const unusual = `{"updated_at": "2026-11-23T09:10:00+00:00", "credential_pool": {"acme": 7, "openrouter": [
	{"id": "a", "label": "one", "access_token": "x", "last_status": "resting", "auth_type": "api_key", "plan": 1, "a_name_that_is_longer_than_any_field_has": 2},
	{"id": "b", "label": "two", "access_token": "x", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429,
	 "last_error_reason": "rate_limit_error", "last_error_message": "slow down", "last_error_reset_at": 1e17, "expires_at": 1, "failure_reason": "acme_limit"},
	{"access_token": "none", "id": "b", "last_status": "dead", "last_status_at": 1795425010, "model_cooldowns": {"acme-large": 1795426000}}]}}`

func TestCollect_Golden(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no file modes")
	}
	contents := map[string]string{"unusual": unusual}
	for _, name := range []string{"backoff", "stock-2026-07", "stock-2026-09", "stock-2026-10"} {
		content, err := os.ReadFile(filepath.Join("..", "..", "testdata", "samples", name+".json"))
		must(t, err)
		contents[name] = string(content)
	}
	for name, content := range contents {
		for _, anonymous := range []bool{false, true} {
			path := agentStore(t, content)
			changed := time.Date(2026, 11, 23, 9, 18, 0, 0, time.UTC)
			must(t, os.Chtimes(path, changed, changed))
			o := optionsFor(path)
			o.Anonymous, o.DisplayPath = anonymous, "~/.hermes/auth.json"
			r := Collect(o)
			r.Platform = "linux/amd64"
			if anonymous {
				name += ".anonymous"
			}
			t.Run(name+".md", func(t *testing.T) { golden.RequireEqual(t, r.Markdown()) })
			if strings.HasPrefix(name, "unusual") {
				t.Run(name+".json", func(t *testing.T) {
					golden.RequireEqual(t, strings.Replace(asJSON(t, r), path, "/home/me/.hermes/auth.json", 1))
				})
			}
		}
	}
}

func TestCollect_Findings(t *testing.T) {
	const exhausted = `"last_status": "exhausted", "last_error_code": 429, "last_status_at": `
	for name, c := range map[string]struct{ content, want string }{
		"none":        {poolOf(`{"access_token": "none", "id": "a"}`, `{"access_token": "none", "id": "b"}`), "## Findings\n\nnone\n"},
		"no pool":     {`{}`, "- **no pool**: the file has no credential_pool\n"},
		"far ahead":   {poolOf(`{"access_token": "none", "id": "a", ` + exhausted + `1795425000, "last_error_reset_at": 1895425000}`), "- **implausible deadline**: `p/a`: more than 31 days ahead\n"},
		"in the past": {poolOf(`{"access_token": "none", "id": "a", ` + exhausted + `1795425000, "last_error_reset_at": 1795424000}`), "- **implausible deadline**: `p/a`: earlier than the failure\n"},
		"secret in two providers": {
			`{"credential_pool": {"p": [{"id": "a", "access_token": "x"}, {"id": "b", "access_token": "y"}], "q": [{"id": "c", "access_token": "x"}]}}`,
			"- **shared secret**: `p/a`, `q/c`: they share one quota\n",
		},
		"two shared secrets": {
			poolOf(`{"id": "a", "access_token": "x"}`, `{"id": "b", "access_token": "x"}`, `{"id": "c", "access_token": "y"}`, `{"id": "d", "access_token": "y"}`),
			"- **shared secret**: `p/a`, `p/b`: they share one quota\n- **shared secret**: `p/c`, `p/d`: they share one quota\n",
		},
		"malformed":      {poolOf(`{"access_token": "none", "label": "a"}`), "- **malformed**: `p`: entry 1 has no id\n"},
		"expired":        {poolOf(`{"access_token": "none", "id": "a", "expires_at": 1795425600}`, `{"access_token": "none", "id": "b", "expires_at": 1795425601}`), "- **expired token**: `p/a`: independent of any cooldown\n"},
		"no token":       {poolOf(`{"access_token": "", "id": "a"}`), "- **no token**: `p/a`: agents never select it\n"},
		"enabled":        {poolOf(`{"access_token": "none", "id": "a", "enabled": false}`), "- **marked \"enabled\": false**: `p/a`: only some forks of the agent honor it\n"},
		"future":         {poolOf(`{"access_token": "none", "id": "a", "last_status": "dead", "source": "x", "last_status_at": 1795435600}`), "- **timestamp in the future**: `p/x`: its last_status_at is in the future\n"},
		"removal":        {poolOf(`{"access_token": "none", "id": "a", "last_status": "dead", "last_status_at": 1795414800}`), "- **to be removed**: `p/a`: the agent removes it in 21h\n"},
		"never":          {poolOf(`{"access_token": "none", "id": "a", ` + exhausted + `1795425000, "last_error_reset_at": 1e25}`), "- **implausible deadline**: `p/a`: so far in the future that it never recovers on its own\n"},
		"unknown status": {poolOf(`{"access_token": "none", "id": "a", "last_status": "x"}`, `{"access_token": "none", "id": "b", "last_status": "x"}`), "- **unknown status**: `x`: `p/a`, `p/b`: treated as usable"},
		"unknown fields": {poolOf(`{"access_token": "none", "id": "a", "zone": 1, "plan": 2}`, `{"access_token": "none", "id": "b", "plan": 3}`), "- **unknown fields**: `plan`, `zone`\n"},
		"long field":     {poolOf(`{"access_token": "none", "id": "a", "plan": 1, "` + strings.Repeat("x", 33) + `": 2}`), "- **unknown fields**: `plan`: 1 more (names withheld)\n"},
		"outage":         {poolOf(`{"access_token": "none", "id": "a", `+exhausted+`1795425000}`, `{"access_token": "none", "id": "b", `+exhausted+`1795425010}`), "- **outage**: `p`: looks like an outage at the provider, not 2 bad credentials\n"},
	} {
		t.Run(name, func(t *testing.T) { contains(t, collect(t, c.content).Markdown(), c.want) })
	}
}

func TestFindingList_Limits(t *testing.T) {
	var entries []string
	for i := range 100 {
		entries = append(entries, fmt.Sprintf(`{"access_token": "none", "id": "i%d", "last_status": "s%d", "expires_at": 1}`, i, i))
	}
	text := collect(t, poolOf(entries...)).Markdown()
	contains(t, text, "- **unknown status**: further findings omitted\n", ", 80 more: independent of any cooldown\n")
	if n := strings.Count(text, "- **unknown status**"); n != maxItems+1 {
		t.Errorf("%d lines for unknown statuses, want %d", n, maxItems+1)
	}
}

func TestStat_Permissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no file modes")
	}
	for name, c := range map[string]struct {
		file, dir os.FileMode
		want      string
	}{
		"permissions of an agent":  {0o600, 0o700, "none"},
		"directory readable":       {0o600, 0o755, "none"},
		"file readable by others":  {0o604, 0o700, "- **permissions**: file is accessible to group or others\n"},
		"file writable by group":   {0o620, 0o700, "- **permissions**: file is accessible to group or others\n"},
		"file not writable":        {0o400, 0o700, "- **permissions**: owner lacks read/write permission\n"},
		"directory writable":       {0o600, 0o777, "- **permissions**: directory is writable by group or others\n"},
		"directory not modifiable": {0o600, 0o500, "- **permissions**: owner lacks access to the directory\n"},
	} {
		t.Run(name, func(t *testing.T) {
			path := agentStore(t, poolOf(`{"access_token": "none", "id": "a"}`))
			must(t, os.Chmod(path, c.file))
			must(t, os.Chmod(filepath.Dir(path), c.dir))
			text := Collect(optionsFor(path)).Markdown()
			must(t, os.Chmod(filepath.Dir(path), 0o700)) // so that it can be removed
			contains(t, text, c.want, "mode `"+c.file.String()+"`", "directory mode `"+(os.ModeDir|c.dir).String()+"`")
		})
	}
}

func TestStat_Symlink(t *testing.T) {
	target := agentStore(t, poolOf(`{"access_token": "none", "id": "a"}`))
	link := filepath.Join(t.TempDir(), "auth.json")
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links: ", err)
	}
	contains(t, Collect(optionsFor(link)).Markdown(), "auth.json` (a symlink), 65 bytes")
}

func TestPolicyEvidence(t *testing.T) {
	for name, c := range map[string]struct {
		entry  string
		choice poolstate.PolicyChoice
		want   string
	}{
		"streaks":      {`{"access_token": "none", "id": "a", "consecutive_failures": 2}`, poolstate.PolicyChoice{}, "policy **backoff** (file): 1 of 2 credentials have `consecutive_failures`\n"},
		"garbage":      {`{"access_token": "none", "id": "a", "consecutive_failures": []}`, poolstate.PolicyChoice{}, "policy **backoff** (file): `consecutive_failures` is present but never a number\n"},
		"no streaks":   {`{"access_token": "none", "id": "a"}`, poolstate.PolicyChoice{}, "policy **flat** (file): no credential has `consecutive_failures`\n"},
		"newer fields": {`{"access_token": "none", "id": "a", "failure_reason": "x"}`, poolstate.PolicyChoice{}, "has `consecutive_failures`; the file has fields of newer agents"},
		"forced":       {`{"access_token": "none", "id": "a"}`, poolstate.Force(poolstate.Backoff()), "policy **backoff** (forced): set by `--policy` or the configuration; no credential has `consecutive_failures`\n"},
		"measured": {
			`{"access_token": "none", "id": "a"}`, poolstate.PolicyChoice{}.WithMeasured(poolstate.Backoff()),
			"policy **backoff** (measured): measured by `pooltop calibrate`; no credential has `consecutive_failures`\n",
		},
		"configured cooldown": {
			`{"access_token": "none", "id": "a"}`, poolstate.PolicyChoice{}.WithRules(&poolstate.Rules{Cooldowns: map[int][]time.Duration{402: {time.Minute}}}),
			"policy **flat** (file): no credential has `consecutive_failures`; some cooldowns differ from the stock agent's\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := agentStore(t, poolOf(c.entry, `{"access_token": "none", "id": "b"}`))
			contains(t, Collect(optionsWith(path, c.choice)).Markdown(), c.want)
		})
	}
}

// journalWith writes events of a store to a journal.
func journalWith(t testing.TB, store string, records ...poolstate.Record) journal.Journal {
	t.Helper()
	j := journal.At(filepath.Join(t.TempDir(), "events.jsonl"))
	entries := make([]journal.Entry, 0, len(records))
	for _, r := range records {
		entries = append(entries, journal.Entry{Record: r, Store: store})
	}
	must(t, j.Append(entries...))
	return j
}

func TestReadJournal_LastEvents(t *testing.T) {
	o := optionsFor(agentStore(t, poolOf(`{"access_token": "none", "id": "a", "label": "one", "last_status": "dead", "last_status_at": 1795425500}`)))
	var records []poolstate.Record
	for i := range int64(60) {
		records = append(records, poolstate.Record{At: time.Unix(1795420000+i*10, 0), Kind: poolstate.EventReady, Provider: "p", ID: "a"})
	}
	o.Journal = journalWith(t, o.Path, records...)
	events := Collect(o).Events
	if len(events) != maxEvents {
		t.Fatalf("%d events, want %d", len(events), maxEvents)
	}
	if first, last := events[0], events[maxEvents-1]; !time.Time(first.At).Equal(time.Unix(1795420110, 0)) || last.Event != "dead" {
		t.Errorf("the events range from %v to %q", time.Time(first.At), last.Event)
	}
	o.Journal = journal.Journal{}
	if events := Collect(o).Events; len(events) != 1 {
		t.Errorf("%d events without a journal, want one from the file", len(events))
	}
}

func TestReadJournal_Unreadable(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows reports a path below a file as missing")
	}
	o := optionsFor(agentStore(t, poolOf(`{"access_token": "none", "id": "a", "last_status": "dead", "last_status_at": 1795425500}`)))
	o.Journal = journal.At(filepath.Join(o.Path, "events.jsonl"))
	contains(t, Collect(o).Markdown(), "- **journal unavailable**: not a directory\n", "| dead ")
}

// TestCollect_Annotated checks how a report shows streaks counted by pooltop and pins set by
// guard.
func TestCollect_Annotated(t *testing.T) {
	const failed = `, "access_token": "x", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429`
	opts := optionsWith(agentStore(t, poolOf(
		`{"id": "a"`+failed+`, "last_error_reset_at": 1795439400}`, `{"id": "b"`+failed+`}`, `{"id": "c"`+failed+`, "consecutive_failures": 2}`)),
		poolstate.Force(poolstate.Flat()))
	a := &opts.Pool.Providers[0].Credentials[0]
	a.Observed, a.Pinned = poolstate.Some(3), true
	opts.Guard = new(poolstate.DefaultCurve())
	r := Collect(opts)
	lines := strings.Split(r.Markdown(), "\n")
	for _, want := range []string{
		"- `pooltop guard` is running", "| 1 | `a` | 3 (seen) | guard | 8h", "| 2 | `b` | | computed | 1h", "| 3 | `c` | 2 | computed | 4h",
	} {
		cells := func(line string) string {
			if c := strings.Split(line, "|"); len(c) > 10 {
				line = strings.Join([]string{"", c[1], c[2], c[6], c[10], c[11]}, "|")
			}
			return strings.Join(strings.Fields(line), " ")
		}
		if !slices.ContainsFunc(lines, func(l string) bool { return cells(l) == want }) {
			t.Errorf("no line %q in:\n%s", want, strings.Join(lines, "\n"))
		}
	}
	contains(t, asJSON(t, r), `"next_cooldown_seconds": 28800`, `"deadline_origin": "guard"`)
}

func TestCollect_Unreadable(t *testing.T) {
	for name, c := range map[string]struct{ path, problem string }{
		"cut off":   {agentStore(t, `{"credential_pool": {"p": [{"id"`), "not valid JSON at line 1"},
		"directory": {t.TempDir(), "not a regular file"},
		"missing":   {filepath.Join(t.TempDir(), "auth.json"), "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			o := optionsFor(c.path)
			o.Journal = journalWith(t, c.path, poolstate.Record{At: now.Add(-time.Minute), Kind: poolstate.EventHeld, Provider: "p", ID: "a", Reason: "maintenance"})
			r := Collect(o)
			text := r.Markdown()
			contains(t, text, "# pooltop report", "**the file cannot be read**: `", c.problem, "`p/a`", "maintenance")
			if strings.Contains(text, "policy") || strings.Contains(text, "ready**") {
				t.Errorf("the report describes a pool:\n%s", text)
			}
			if err := r.Err(); err == nil || !strings.HasPrefix(err.Error(), c.path+": ") || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("the error is %v", err)
			}
			for _, field := range []string{"policy", "policy_evidence", "summary", "updated_at"} {
				contains(t, asJSON(t, r), `"`+field+`": null`)
			}
			contains(t, asJSON(t, r), `"providers": []`)
		})
	}
}

func TestCollect_PermissionDenied(t *testing.T) {
	path := agentStore(t, poolOf())
	must(t, os.Chmod(path, 0))
	if _, err := os.ReadFile(path); err == nil {
		t.Skip("this user can read any file")
	}
	contains(t, Collect(optionsFor(path)).Markdown(), "permission denied", "mode `----------`", "read-only for this user", "owner lacks read/write permission")
}
