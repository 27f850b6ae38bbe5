package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// logged runs a command on a file and returns its debug log.
func logged(t *testing.T, file string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "debug.log")
	at(t, file, append(args, "--log-file", path)...)
	return regexp.MustCompile(` pid=\d+`).ReplaceAllString(string(readFile(t, path)), "")
}

func TestLog(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := sampleFile(t, "backoff.json")
	for _, c := range [][]string{
		{"list --theme dark", `msg=started command="pooltop list"`, "msg=setting name=theme value=dark source=\"flag --theme\"", `msg="snapshot loaded"`, "credentials=10", "msg=ended exit=0"},
		{"reset openrouter '#2'", `msg="snapshot loaded"`, "exit=3"},
		{"exhaust openrouter e5b7f2", `msg="action planned" verb=exhaust changed=1`, `msg="action done" verb=exhaust`, "kind=held by=operator", "credential=e5b7f2"},
		{"undo", "verb=undo", "msg=ended exit=0"},
	} {
		contains(t, logged(t, file, strings.Fields(c[0])...), c[1:]...)
	}
	contains(t, logged(t, storeFile(t, "[]"), "status"), `level=ERROR msg="cannot load snapshot"`, "exit=5")
}

func TestLog_JournalError(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", sampleFile(t, "backoff.json")) // a file instead of a directory
	contains(t, logged(t, sampleFile(t, "backoff.json"), "reset", "openrouter", "backup-key"), `msg="cannot write journal"`)
	lacks(t, logged(t, sampleFile(t, "backoff.json"), "reset", "openrouter", "backup-key", "--no-journal"), "journal not")
}

// TestLog_File checks that each run appends to the log, and that only its owner can read it.
func TestLog_File(t *testing.T) {
	file, path := sampleFile(t, "backoff.json"), filepath.Join(t.TempDir(), "debug.log")
	done(t, at(t, file, "list", "--log-file", path))
	done(t, at(t, file, "list", "--config", writeConfig(t, "log-file = "+tomlString(path))))
	equal(t, "the number of logged runs", strings.Count(string(readFile(t, path)), "msg=started"), 2)
	info, err := os.Stat(path)
	must(t, err)
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %v", mode)
	}
	refused(t, at(t, file, "list", "--log-file", filepath.Join(path, "x")), exitFailed, "cannot open the debug log")
}

// TestLog_NoSecrets checks that the log contains no secrets from the file, and that text from
// the file cannot add lines to the log.
func TestLog_NoSecrets(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	stores := brokenStores()
	stores["as names"] = secretNames()
	for name, content := range stores {
		file := storeFile(t, content)
		lines := []string{"reset --all --yes"}
		if name == "whole" || name == "as names" {
			lines = append(lines, "list", "report", "exhaust openrouter #1 #2 --yes", "undo --yes", "sync")
		}
		for _, line := range lines {
			log := logged(t, file, strings.Fields(line)...)
			checkNoSecret(t, name+": the log of "+line, outcome{stdout: log})
			if !strings.Contains(log, "msg=ended") {
				t.Errorf("%s: the log of %s is %q", name, line, log)
			}
		}
	}
	for name, text := range hostile {
		log := logged(t, storeFile(t, hostileStore(t, text)), "reset", "--all", "--yes")
		if found := raw(log); found != "" {
			t.Errorf("%s puts %s into the log", name, found)
		}
		for line := range strings.Lines(log) {
			if !strings.HasPrefix(line, "time=") {
				t.Errorf("%s adds the line %q", name, line)
			}
		}
	}
}
