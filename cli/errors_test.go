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

var (
	// readingCommands read the store and fail if it is unreadable.
	readingCommands = commands("list", "list --json", "list openrouter", "list no-such-provider",
		"status", "status --format {{.}}", "status --format {{.no_such_field}}")
	// passiveCommands write nothing. Some of them succeed even if the store is
	// unreadable.
	passiveCommands = slices.Concat(readingCommands, commands(
		"metrics", "metrics --no-labels", "report", "report --json", "report --anonymous", "report --anonymous --json",
		"reset openrouter --dry-run", "reset --all --dry-run --json", "reset openrouter no-such-target --dry-run",
		"exhaust openrouter primary --dry-run", "exhaust openrouter #1 --dry-run --json", "sync --dry-run", "undo --dry-run"))
)

// commands splits command lines at spaces.
func commands(lines ...string) (all [][]string) {
	for _, line := range lines {
		all = append(all, strings.Fields(line))
	}
	return all
}

func TestCommands_UnreadableFile(t *testing.T) {
	dir := t.TempDir()
	files := map[string][]string{ // parts of the error, by path
		dir:                                  {"not a regular file", "--file"},
		filepath.Join(dir, "auth.json"):      {"no such file", "--file", "--home", "--profile"},
		filepath.Join(dir, "no", "dir", "f"): {"no such file"},
		filepath.Join(sampleFile(t, "backoff.json"), "auth.json"): nil, // a path below a regular file
	}
	for _, content := range []string{
		"", " \n\t", `{"credential_pool": {"p": [{"access_token": "none", "id": "a"`, "credential_pool: {}", "\ufeff", `{} {}`, `[]`, `null`,
		`{"credential_pool": []}`, `{"credential_pool": "x"}`, `{"credential_pool": 1}`,
	} {
		files[storeFile(t, content)] = []string{"; restore it from a backup; otherwise, an agent starts over with an empty pool"}
	}
	for file, words := range files {
		for _, args := range readingCommands {
			refused(t, at(t, file, args...), exitRefused, append(words, file+": ")...)
		}
	}
	equal(t, "files created", len(namesIn(t, dir)), 0)
}

func TestExplain(t *testing.T) {
	_, syntax := poolstate.Decode([]byte(`{"credential_pool": `), nil)
	_, notPool := poolstate.Decode([]byte(`{"credential_pool": 1}`), nil)
	for _, c := range []struct {
		name           string
		err            error
		message, brief string
	}{
		{"missing", fs.ErrNotExist, "no such file; specify another", "auth.json: the file is missing; waiting for it to reappear"},
		{"forbidden", &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrPermission}, "permission denied; make the file readable", "auth.json: permission denied; make the file readable"},
		{"syntax", syntax, "; restore it from a backup; otherwise", "auth.json: not valid JSON at line 1, column 21; restore it"},
		{"no pool", notPool, "; restore it from a backup; otherwise", "auth.json: "},
		{"not a file", fmt.Errorf("/x: %w", poolstate.ErrNotFile), "not a regular file", "auth.json: not a regular file"},
		{"too large", poolstate.ErrTooLarge, "too large for a credential pool", "auth.json: "},
		{"system", &fs.PathError{Op: "read", Path: "/x", Err: errors.New("input/output error")}, "input/output error", "auth.json: input/output error"},
		{"other", errors.New("something"), "something", "auth.json: something"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join("home", "auth.json")
			contains(t, explain(path, c.err), c.message)
			brief := explainBriefly(path)(c.err)
			if !strings.HasPrefix(brief, c.brief) {
				t.Errorf("the brief form is %q, want it to begin with %q", brief, c.brief)
			}
			lacks(t, explain(path, c.err)+brief, "\n", "/x")
		})
	}
}

func TestExitCode(t *testing.T) {
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
		{fs.ErrNotExist, exitRefused},
		{poolstate.ErrTooLarge, exitRefused},
	} {
		equal(t, fmt.Sprint("the exit code of ", c.err), exitCode(c.err), c.code)
	}
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
