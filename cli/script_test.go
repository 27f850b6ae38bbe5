package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScript runs the sessions in testdata/script. In each session, pooltop runs
// the program, auth.json is a copy of the sample store backoff.json, $NOW is the
// time of the sample, and the home directory is $WORK/home.
//
// In addition to the commands of testscript, a session can use these:
//
//	exits CODE pooltop ARGUMENT...  # runs a command and checks its exit code
//	replace FILE OLD NEW            # replaces text in a file
//	stamp FROM TO                   # sets updated_at in TO to its value in FROM
func TestScript(t *testing.T) {
	samples, err := filepath.Abs(filepath.Join("..", "testdata", "samples"))
	must(t, err)
	store := readFile(t, filepath.Join(samples, "backoff.json"))
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("USERPROFILE", home)
			env.Setenv("TZ", "UTC")
			env.Setenv("SAMPLES", samples)
			env.Setenv("AGENTS", filepath.Join(filepath.Dir(samples), "agents"))
			env.Setenv("NOW", sampleTime)
			if err := os.MkdirAll(home, 0o700); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "auth.json"), store, 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "replace": replaceText, "stamp": stamp,
		},
	})
}

// exits runs a command and checks its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func replaceText(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not contain %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o600))
}

var updatedAt = regexp.MustCompile(`"updated_at": "[^"]*"`)

func stamp(ts *testscript.TestScript, _ bool, args []string) {
	from := updatedAt.FindString(ts.ReadFile(args[0]))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(updatedAt.ReplaceAllLiteralString(ts.ReadFile(args[1]), from)), 0o600))
}
