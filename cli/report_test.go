package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// agentFile writes a store where an agent of the user has it, last changed a
// little before the picture.
func agentFile(t *testing.T, content string) string {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	file := filepath.Join(home, ".hermes", "auth.json")
	writeFile(t, file, []byte(content))
	changed := time.Date(2026, 11, 23, 9, 18, 0, 0, time.UTC)
	if err := os.Chtimes(file, changed, changed); err != nil {
		t.Fatal(err)
	}
	return file
}

// Each sample, as report tells it, is a golden file: with all names, and
// anonymous.
func TestReportTellsTheSamplesAsReviewed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes there")
	}
	for _, name := range sampleNames {
		for suffix, args := range map[string][]string{".report.md": {"report"}, ".anonymous.md": {"report", "--anonymous"}} {
			t.Run(name+suffix, func(t *testing.T) {
				o := at(t, agentFile(t, string(sample(t, name))), args...)
				o.stdout = strings.Replace(o.stdout, platform(), "linux/amd64", 1)
				golden(t, strings.TrimSuffix(name, ".json")+suffix, o, "/home/me/.hermes/auth.json")
			})
		}
	}
}

// Whatever may be odd about a pool is told, once, with whom it is about.
func TestReportTellsOddities(t *testing.T) {
	const exhausted = `"last_status": "exhausted", "last_error_code": 429, "last_status_at": `
	for _, c := range []struct{ name, content, says string }{
		{"nothing", poolOf(`{"id": "a"}`, `{"id": "b"}`), "## Oddities\n\nnone found\n"},
		{"no pool", `{}`, "- **no pool**: the file has no `credential_pool`\n"},
		{"far ahead", poolOf(`{"id": "a", ` + exhausted + `1795425000, "last_error_reset_at": 1895425000}`), "- **suspect deadline**: `p/a`: more than 31 days ahead\n"},
		{"before its exhaustion", poolOf(`{"id": "a", ` + exhausted + `1795425000, "last_error_reset_at": 1795424000}`), "- **suspect deadline**: `p/a`: before its own exhaustion\n"},
		{
			"one secret twice", `{"credential_pool": {"p": [{"id": "a", "access_token": "x"}, {"id": "b", "access_token": "y"}], "q": [{"id": "c", "access_token": "x"}]}}`,
			"- **same secret**: `p/a`, `q/c`: they share one quota\n",
		},
		{
			"two pairs", poolOf(`{"id": "a", "access_token": "x"}`, `{"id": "b", "access_token": "x"}`, `{"id": "c", "access_token": "y"}`, `{"id": "d", "access_token": "y"}`),
			"- **same secret**: `p/a`, `p/b`: they share one quota\n- **same secret**: `p/c`, `p/d`: they share one quota\n",
		},
		{"one id twice", poolOf(`{"id": "a"}`, `{"id": "a"}`), "- **not understood**: `p`: entry 2 has the id of an earlier one\n"},
		{"no id", poolOf(`{"label": "a"}`), "- **not understood**: `p`: entry 1 has no id\n"},
		{"no object", poolOf(`7`), "- **not understood**: `p`: entry 1 is no object, left as it is\n"},
		{"no list", `{"credential_pool": {"p": 7}}`, "- **not understood**: `p`: not a list, left as it is\n"},
		{"expired", poolOf(`{"id": "a", "expires_at": 1795425600}`, `{"id": "b", "expires_at": 1795425601}`), "- **expired token**: `p/a`: apart from any cooldown\n"},
		{
			"a word nobody knows", poolOf(`{"id": "a", "last_status": "resting"}`, `{"id": "b", "last_status": "resting"}`),
			"- **unknown status**: `resting`: `p/a`, `p/b`: taken for usable, as the agent does\n",
		},
		{"unknown fields", poolOf(`{"id": "a", "zone": 1, "plan": 2}`, `{"id": "b", "plan": 3}`), "- **unknown fields**: `plan`, `zone`\n"},
		{"a name that is none", poolOf(`{"id": "a", "plan": 1, "a_name_that_is_longer_than_any_field_has": 2}`), "- **unknown fields**: `plan`: 1 more whose names are no words\n"},
		{"an outage", poolOf(`{"id": "a", `+exhausted+`1795425000}`, `{"id": "b", `+exhausted+`1795425010}`), "- **outage**: `p`: looks like an outage at the provider, not 2 bad keys\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			says(t, done(t, at(t, privateStore(t, c.content), "report")), c.says)
		})
	}
}

// Of very many there are as many as one reads.
func TestReportBoundsOddities(t *testing.T) {
	var entries []string
	for i := range 100 {
		entries = append(entries, `{"id": "`+strings.Repeat("i", i+1)+`", "last_status": "s`+strings.Repeat("i", i)+`", "expires_at": 1}`)
	}
	text := done(t, at(t, privateStore(t, poolOf(entries...)), "report"))
	equal(t, "lines of statuses", strings.Count(text, "- **unknown status**"), maxOddities+1)
	says(t, text, "- **unknown status**: and more\n", ", 80 more: apart from any cooldown\n")
}

// privateStore is a store in a directory for its owner only.
func privateStore(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "home", "auth.json")
	writeFile(t, file, []byte(content))
	return file
}

func TestReportTellsOddPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes there")
	}
	for _, c := range []struct {
		name      string
		file, dir os.FileMode
		says      string
	}{
		{"as the agent leaves them", 0o600, 0o700, "none found"},
		{"a directory that others may look into", 0o600, 0o755, "none found"},
		{"a file that others may read", 0o644, 0o700, "- **permissions**: not only its owner has access to the file\n"},
		{"a file of a group", 0o620, 0o700, "- **permissions**: not only its owner has access to the file\n"},
		{"a file that its owner may not write", 0o400, 0o700, "- **permissions**: its own owner may not read and write the file\n"},
		{"a directory that others may write", 0o600, 0o777, "- **permissions**: not only its owner may write into the directory\n"},
		{"a directory that its owner may not write", 0o600, 0o500, "- **permissions**: its own owner may not use the directory\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := privateStore(t, poolOf(`{"id": "a"}`))
			if err := os.Chmod(file, c.file); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Dir(file), c.dir); err != nil {
				t.Fatal(err)
			}
			text := done(t, at(t, file, "report"))
			_ = os.Chmod(filepath.Dir(file), 0o700) // so that it can be removed
			says(t, text, c.says, "mode `"+c.file.String()+"`", "directory `"+(os.ModeDir|c.dir).String()+"`")
		})
	}
}

// Behind a link it is the target that counts, and that it is one is told.
func TestReportOfALink(t *testing.T) {
	target := privateStore(t, poolOf(`{"id": "a"}`))
	link := filepath.Join(t.TempDir(), "auth.json")
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no links here: ", err)
	}
	file := decoded(t, done(t, at(t, link, "report", "--json")))["file"].(object)
	equal(t, "link", file["link"], any(true))
	equal(t, "size", asJSON(t, file["size"]), "41")
	says(t, done(t, at(t, link, "report")), "auth.json` (a link), 41 bytes")
}

// Why the policy is the one it is.
func TestReportTellsTheEvidence(t *testing.T) {
	for _, c := range []struct{ name, entry, policy, says string }{
		{"counted", `{"id": "a", "consecutive_failures": 2}`, "auto", "policy **backoff**: 1 of 2 credentials carry `consecutive_failures`\n"},
		{"counted with garbage", `{"id": "a", "consecutive_failures": []}`, "auto", "policy **backoff**: `consecutive_failures` is there, and holds no number\n"},
		{"not counted", `{"id": "a"}`, "auto", "policy **flat**: no credential carries `consecutive_failures`\n"},
		{"not counted, newer", `{"id": "a", "enabled": true}`, "auto", "policy **flat**: no credential carries `consecutive_failures`; fields of newer agents are there"},
		{"asked for", `{"id": "a"}`, "backoff", "policy **backoff**: asked for by `--policy`; no credential carries `consecutive_failures`\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			says(t, done(t, at(t, storeFile(t, poolOf(c.entry, `{"id": "b"}`)), "report", "--policy", c.policy)), c.says)
		})
	}
}

// keep writes events of a store into the user's journal, and returns the path
// of the journal.
func keep(t *testing.T, store string, records ...poolstate.Record) string {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	path, err := journal.DefaultPath()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := journal.At(path).Append(journal.Entry{Record: r, Store: store}); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// The last fifty events are told, of the journal and of the file, oldest first.
func TestReportTellsTheLastEvents(t *testing.T) {
	file := storeFile(t, poolOf(`{"id": "a", "label": "one", "last_status": "dead", "last_status_at": 1795425500}`))
	var records []poolstate.Record
	for i := range 60 {
		at := time.Unix(1795420000+int64(i)*10, 0)
		records = append(records, poolstate.Record{At: at, Kind: poolstate.EventReady, Provider: "p", ID: "a", Label: "one"})
	}
	keep(t, file, records...)
	events := decoded(t, done(t, at(t, file, "report", "--json")))["events"].([]any)
	equal(t, "how many", len(events), maxReported)
	equal(t, "the first", events[0].(object)["at"], any("2026-11-23T07:48:30.000Z"))
	equal(t, "the last", events[maxReported-1].(object)["event"], any("dead"))

	events = decoded(t, done(t, at(t, file, "report", "--json", "--no-journal")))["events"].([]any)
	equal(t, "how many without a journal", len(events), 1)
}

// A secret may have slipped into the name of a field as well.
func TestReportTellsNoSecretInAName(t *testing.T) {
	file := storeFile(t, poolOf(`{"id": "a", "access_token": "`+tokens["access"]+`", "of `+tokens["access"][:12]+`": 1}`))
	for _, args := range reportCommands {
		checkNoSecret(t, strings.Join(args, " "), at(t, file, args...))
	}
	says(t, done(t, at(t, file, "report")), "`of [secret]`")
}

// A journal that cannot be read is odd, and no reason to tell nothing.
func TestReportWithoutAJournal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a journal below a file is one that is missing there")
	}
	file := storeFile(t, poolOf(`{"id": "a", "last_status": "dead", "last_status_at": 1795425500}`))
	path := keep(t, file)
	writeFile(t, filepath.Dir(path), []byte("no directory"))
	text := done(t, at(t, file, "report"))
	says(t, text, "- **journal without use**: not a directory\n", "| dead ")
}

// A file that cannot be read is when one needs a report most: it says why, what
// the file is like, and what the journal knows; the exit code is that of every
// command.
func TestReportOfAFileThatCannotBeRead(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "auth.json")
	for _, c := range []struct {
		name, file string
		found      bool
		says       string
	}{
		{"cut off", storeFile(t, `{"credential_pool": {"p": [{"id"`), true, "fix it"},
		{"empty", storeFile(t, ""), true, "the file is empty"},
		{"no pool", storeFile(t, `{"credential_pool": []}`), true, "fix it"},
		{"a directory", t.TempDir(), true, "not a regular file"},
		{"missing", gone, false, "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			keep(t, c.file, poolstate.Record{At: time.Unix(1795425000, 0), Kind: poolstate.EventHeld, Provider: "p", ID: "a", Reason: "for the night"})
			o := at(t, c.file, "report")
			equal(t, "the bytes", strings.Contains(o.stdout, " bytes"), c.found)
			says(t, o.stdout, "# pooltop report", "**the file cannot be read**: `", c.says, "`p/a`", "for the night")
			saysNot(t, o.stdout, "policy", "ready**")
			o.stdout = ""
			refused(t, o, exitRefused, c.file+": ", c.says)

			o = at(t, c.file, "report", "--json")
			equal(t, "the exit code", o.code, exitRefused)
			r := decoded(t, o.stdout)
			checkFields(t, "report", r, reportFields)
			why, _ := r["file"].(object)["error"].(string)
			says(t, why, c.says)
			for _, field := range []string{"policy", "policy_evidence", "summary", "updated_at"} {
				equal(t, field, r[field], any(nil))
			}
		})
	}
}

// Root may read everything; so this is for everybody else.
func TestReportOfAFileThatMayNotBeRead(t *testing.T) {
	file := storeFile(t, poolOf())
	if err := os.Chmod(file, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(file); err == nil {
		t.Skip("this user may read it all the same")
	}
	o := at(t, file, "report")
	equal(t, "the exit code", o.code, exitRefused)
	says(t, o.stdout, "permission denied; make it readable", "mode `----------`", "read-only for this user", "its own owner may not read and write")
}
