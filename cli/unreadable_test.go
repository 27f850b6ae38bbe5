package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pooltop/poolstate"
)

// lookingCommands are the command lines that look at a store.
var lookingCommands = [][]string{
	{"list"},
	{"list", "--json"},
	{"list", "openrouter"},
	{"list", "no-such-provider"},
	{"status"},
	{"status", "--format", "{{.}}"},
	{"status", "--format", "{{.no_such_field}}"},
}

// reportCommands look as well, and have something to say of a file that cannot
// be read.
var reportCommands = [][]string{
	{"report"},
	{"report", "--json"},
	{"report", "--anonymous"},
	{"report", "--anonymous", "--json"},
}

func everyLookingCommand() [][]string { return slices.Concat(lookingCommands, reportCommands) }

// dryCommands are the command lines that would write, and are told not to.
var dryCommands = [][]string{
	{"reset", "openrouter", "--dry-run"},
	{"reset", "--all", "--dry-run", "--json"},
	{"reset", "openrouter", "no-such-target", "--dry-run"},
	{"exhaust", "openrouter", "primary", "--dry-run"},
	{"exhaust", "openrouter", "#1", "--dry-run", "--json"},
	{"sync", "--dry-run"},
	{"undo", "--dry-run"},
}

// A file that is no pool is refused with 5, in one line that names the path and
// says what to do.
func TestAFileThatCannotBeRead(t *testing.T) {
	for _, c := range []struct{ name, content, says string }{
		{"empty", "", "fix it"},
		{"blank", " \n\t", "fix it"},
		{"cut off", `{"credential_pool": {"p": [{"id": "a"`, "fix it"},
		{"no JSON", "credential_pool: {}", "fix it"},
		{"a byte order mark and nothing", "\ufeff", "fix it"},
		{"more than one value", `{} {}`, "fix it"},
		{"a list", `[]`, "fix it"},
		{"null", `null`, "fix it"},
		{"pool is a list", `{"credential_pool": []}`, "fix it"},
		{"pool is a string", `{"credential_pool": "x"}`, "fix it"},
		{"pool is a number", `{"credential_pool": 1}`, "fix it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := storeFile(t, c.content)
			for _, args := range lookingCommands {
				refused(t, at(t, file, args...), exitRefused, file+": ", c.says)
			}
		})
	}
}

func TestAMissingFile(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{
		filepath.Join(dir, "auth.json"),
		filepath.Join(dir, "no", "such", "directory", "auth.json"),
	} {
		for _, args := range lookingCommands {
			refused(t, at(t, file, args...), exitRefused, file+": no such file", "--file", "--home", "--profile")
		}
	}
	equal(t, "what was created", len(namesIn(t, dir)), 0)
}

func TestADirectoryIsNoStore(t *testing.T) {
	dir := t.TempDir()
	for _, args := range lookingCommands {
		refused(t, at(t, dir, args...), exitRefused, dir+": ", "not a regular file", "--file")
	}
}

func TestAFileBelowAFile(t *testing.T) {
	file := filepath.Join(sampleFile(t, "backoff.json"), "auth.json")
	refused(t, at(t, file, "list"), exitRefused, file)
}

// The clause that stands behind the path, for a person to act on.
func TestExplain(t *testing.T) {
	_, syntax := poolstate.Decode([]byte(`{"credential_pool": `), nil)
	_, notPool := poolstate.Decode([]byte(`{"credential_pool": 1}`), nil)
	for _, c := range []struct {
		name        string
		err         error
		says, brief string
	}{
		{"missing", fs.ErrNotExist, "no such file; name another", "auth.json: the file is missing; waiting for it to reappear"},
		{"forbidden", &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrPermission}, "permission denied; make it readable", "auth.json: permission denied; make it readable"},
		{"broken", syntax, "; fix it, or let the agent rewrite it", "auth.json: "},
		{"no pool", notPool, "; fix it, or let the agent rewrite it", "auth.json: "},
		{"no file", fmt.Errorf("/x: %w", poolstate.ErrNotFile), "not a regular file", "auth.json: not a regular file"},
		{"too large", poolstate.ErrTooLarge, "too large for a credential pool", "auth.json: "},
		{"else", &fs.PathError{Op: "read", Path: "/x", Err: errors.New("input/output error")}, "input/output error", "auth.json: input/output error"},
		{"unknown", errors.New("something"), "something", "auth.json: something"},
	} {
		t.Run(c.name, func(t *testing.T) {
			says(t, explain(c.err), c.says)
			brief := explainBriefly(filepath.Join("home", "auth.json"))(c.err)
			if !strings.HasPrefix(brief, c.brief) {
				t.Errorf("it is %q, want it to begin with %q", brief, c.brief)
			}
			saysNot(t, explain(c.err), "\n", "/x")
			saysNot(t, brief, "\n", "/x")
		})
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
	}{
		{nil, exitDone},
		{errors.New("anything"), exitFailed},
		{usageError("%d", 7), exitUsage},
		{fmt.Errorf("around: %w", usageError("inside")), exitUsage},
		{fmt.Errorf("around: %w", poolstate.ErrLocked), exitLocked},
		{&codedError{code: exitNothingReady}, exitNothingReady},
		{cannotRead("/x", fs.ErrNotExist), exitRefused},
	} {
		equal(t, fmt.Sprint("the exit code of ", c.err), exitCode(c.err), c.code)
	}
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
