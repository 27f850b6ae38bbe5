package cli

import (
	"bytes"
	"encoding/json"
	"flag"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/poolstate"
)

var (
	update = flag.Bool("update", false, "rewrite the golden files")
	long   = flag.Bool("long", false, "run the long variants: minutes instead of seconds")
)

// amount returns the second argument with -long, and the first otherwise.
func amount(withoutLong, withLong int) int {
	if *long {
		return withLong
	}
	return withoutLong
}

// sampleTime is the time at which the sample stores were written.
const sampleTime = "2026-11-23T09:20:00Z"

// sampleNames are stores written by different builds of the agent.
var sampleNames = []string{"backoff.json", "stock-2026-07.json", "stock-2026-09.json", "stock-2026-10.json"}

// TestMain runs the tests. In a process started by a test, it runs a role or the program
// instead.
func TestMain(m *testing.M) {
	if role, ok := roles[os.Getenv(roleEnv)]; ok {
		os.Exit(role(os.Args[1:]))
	}
	testscript.Main(suite{m}, map[string]func(){"pooltop": func() { os.Exit(Main("dev")) }})
}

// buildDir is the directory for the built program.
var buildDir string

// roleEnv is the environment variable that selects the role of the test binary.
const roleEnv = "POOLTOP_TEST_ROLE"

// roles maps names to functions that the test binary can run instead of the tests. Each
// takes the arguments of the process and returns its exit code.
var roles = map[string]func(args []string) int{}

// helper returns a command that runs the test binary in a role.
func helper(t *testing.T, role string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), roleEnv+"="+role)
	return cmd
}

// suite runs the tests isolated from the machine's time zone, agent, configuration and
// terminal.
type suite struct{ *testing.M }

// Run implements testscript.TestingM.
func (s suite) Run() int {
	time.Local = time.UTC
	for _, name := range []string{"HERMES_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TERM", "LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"} {
		orPanic(os.Unsetenv(name))
	}
	stdin, err := os.Open(os.DevNull)
	orPanic(err)
	os.Stdin = stdin // not a terminal
	state, err := os.MkdirTemp("", "pooltop-test-")
	orPanic(err)
	defer func() { _ = os.RemoveAll(state) }()
	buildDir = state
	debug.SetGCPercent(400)                 // most memory becomes garbage when a command ends
	orPanic(flag.Set("test.parallel", "8")) // the parallel tests mostly wait for a terminal
	orPanic(os.Setenv("XDG_STATE_HOME", filepath.Join(state, "state")))
	orPanic(os.Setenv("XDG_CONFIG_HOME", filepath.Join(state, "no-config")))
	return s.M.Run()
}

func orPanic(err error) {
	if err != nil {
		panic(err)
	}
}

// must fails the test if there is an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// outcome is the output and exit code of a command.
type outcome struct {
	stdout, stderr string
	code           int
}

// running serializes calls of pooltop, which replaces os.Stdout.
var running sync.Mutex

// pooltop runs a command line without a terminal. It runs in a synctest bubble, so that --now
// is exact.
func pooltop(t *testing.T, args ...string) outcome {
	t.Helper()
	return runRoot(t, rootCommand(), args)
}

func runRoot(t *testing.T, root *cobra.Command, args []string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	var code int
	running.Lock()
	defer running.Unlock()
	terminal := os.Stdout
	os.Stdout = os.Stdin // the null device
	defer func() { os.Stdout = terminal }()
	synctest.Test(t, func(t *testing.T) {
		root.SetArgs(args)
		root.SetIn(strings.NewReader(""))
		root.SetOut(&stdout)
		root.SetErr(&stderr)
		code = run(t.Context(), root)
	})
	return outcome{stdout.String(), stderr.String(), code}
}

// at runs a command on a store at sampleTime.
func at(t *testing.T, file string, args ...string) outcome {
	t.Helper()
	root := rootCommand()
	cmd, _, err := root.Find(args)
	must(t, err)
	for name, value := range map[string]string{"file": file, "now": sampleTime} {
		if cmd.Flags().Lookup(name) != nil {
			args = append(args, "--"+name, value)
		}
	}
	return runRoot(t, root, args)
}

// done checks that a command succeeded and returns its output.
func done(t *testing.T, o outcome) string {
	t.Helper()
	if o.code != exitDone || o.stderr != "" {
		t.Fatalf("exit code %d, standard error %q", o.code, o.stderr)
	}
	return o.stdout
}

// refused checks that a command failed with the exit code and printed only one line, to
// standard error. The line must contain the words.
func refused(t *testing.T, o outcome, code int, words ...string) {
	t.Helper()
	equal(t, "the exit code", o.code, code)
	equal(t, "standard output", o.stdout, "")
	if !strings.HasPrefix(o.stderr, "pooltop") || strings.Count(o.stderr, "pooltop: ")+strings.Count(o.stderr, ": pooltop") > 1 || strings.Count(o.stderr, "\n") != 1 || !strings.HasSuffix(o.stderr, "\n") {
		t.Errorf("standard error is not one line: %q", o.stderr)
	}
	for _, w := range words {
		if !strings.Contains(o.stderr, w) {
			t.Errorf("standard error %q does not contain %q", o.stderr, w)
		}
	}
}

// noLog discards the debug log.
var noLog = slog.New(slog.DiscardHandler)

// configAt returns the default configuration for a store at sampleTime.
func configAt(t *testing.T, file string) *config.Config {
	t.Helper()
	now, err := time.Parse(time.RFC3339, sampleTime)
	must(t, err)
	cfg := config.Default()
	cfg.File, cfg.Now, cfg.Stores = file, now, []poolstate.Profile{poolstate.ProfileAt(file)}
	return cfg
}

// sampleFile returns the path of a copy of a sample.
func sampleFile(t *testing.T, name string) string {
	t.Helper()
	return storeFile(t, string(sample(t, name)))
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	return readFile(t, filepath.Join("..", "testdata", "samples", name))
}

// storeFile writes an auth.json into a new directory.
func storeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "auth.json")
	writeFile(t, path, []byte(content))
	return path
}

// poolOf returns a store with the entries of one provider, "p".
func poolOf(entries ...string) string {
	return `{"credential_pool": {"p": [` + strings.Join(entries, ", ") + `]}}`
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return data
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, data, 0o600))
}

// object is a decoded JSON object. Its numbers are of type json.Number.
type object = map[string]any

func decoded(t *testing.T, text string) object {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var o object
	if err := dec.Decode(&o); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	if dec.More() {
		t.Errorf("more than one value in %q", text)
	}
	return o
}

// asJSON encodes a value.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}
