package cli

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// update writes the golden files anew: go test . -update. Read the difference
// before it is kept.
var update = flag.Bool("update", false, "write the golden files anew")

// pictureAt is the instant at which the samples were taken.
const pictureAt = "2026-11-23T09:20:00Z"

// sampleNames are files as three builds of the agent write them.
var sampleNames = []string{"backoff.json", "stock-2026-07.json", "stock-2026-09.json"}

// TestMain makes the test binary a helper process, the program itself for a
// script, or the suite.
func TestMain(m *testing.M) {
	if role, ok := roles[os.Getenv(roleEnv)]; ok {
		os.Exit(role(os.Args[1:]))
	}
	testscript.Main(suite{m}, map[string]func(){"pooltop": func() { os.Exit(Main("dev")) }})
}

// suite runs the tests without the influence of the machine: its time zone,
// agent, configuration, terminal and colours.
type suite struct{ *testing.M }

// Run implements testscript.TestingM.
func (s suite) Run() int {
	time.Local = time.UTC
	for _, name := range []string{"HERMES_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"} {
		must(os.Unsetenv(name))
	}
	stdin, err := os.Open(os.DevNull)
	must(err)
	os.Stdin = stdin // no test asks the person who runs it
	state, err := os.MkdirTemp("", "pooltop-test-")
	must(err)
	defer func() { _ = os.RemoveAll(state) }()
	must(os.Setenv("XDG_STATE_HOME", state))
	must(os.Setenv("XDG_CONFIG_HOME", filepath.Join(state, "no-config")))
	return s.M.Run()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// outcome is what a command leaves behind.
type outcome struct {
	stdout, stderr string
	code           int
}

// pooltop runs a command line as the program does, without a terminal. Time
// stands still meanwhile, so that --now is the very instant.
func pooltop(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	var code int
	withoutTerminal(t)
	synctest.Test(t, func(t *testing.T) {
		root := rootCommand(&options{})
		root.SetArgs(args)
		root.SetIn(strings.NewReader(""))
		root.SetOut(&stdout)
		root.SetErr(&stderr)
		code = run(t.Context(), root)
	})
	return outcome{stdout.String(), stderr.String(), code}
}

// withoutTerminal stands in for a standard output that is redirected: a test
// may well be started in a terminal.
func withoutTerminal(t *testing.T) {
	t.Helper()
	void, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdout
	os.Stdout = void
	t.Cleanup(func() { os.Stdout = old; _ = void.Close() })
}

// at runs a command on a file at the instant of the samples.
func at(t *testing.T, file string, args ...string) outcome {
	t.Helper()
	return pooltop(t, append(args, "--file", file, "--now", pictureAt)...)
}

// done is the output of a command that has to succeed.
func done(t *testing.T, o outcome) string {
	t.Helper()
	if o.code != exitDone || o.stderr != "" {
		t.Fatalf("exit code %d, standard error %q", o.code, o.stderr)
	}
	return o.stdout
}

// refused checks that a command failed as every command does: with its code,
// one line on standard error that says each of the words, and no output.
func refused(t *testing.T, o outcome, code int, words ...string) {
	t.Helper()
	equal(t, "the exit code", o.code, code)
	equal(t, "standard output", o.stdout, "")
	if !strings.HasPrefix(o.stderr, "pooltop: ") || strings.Count(o.stderr, "\n") != 1 || !strings.HasSuffix(o.stderr, "\n") {
		t.Errorf("standard error is not one line of pooltop's: %q", o.stderr)
	}
	for _, w := range words {
		if !strings.Contains(o.stderr, w) {
			t.Errorf("standard error %q does not say %q", o.stderr, w)
		}
	}
}

// sampleFile copies a sample to a place of its own, as an agent's store.
func sampleFile(t *testing.T, name string) string {
	t.Helper()
	return storeFile(t, string(sample(t, name)))
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	return readFile(t, filepath.Join("..", "testdata", "samples", name))
}

// storeFile writes an auth.json into a directory of its own.
func storeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "auth.json")
	writeFile(t, path, []byte(content))
	return path
}

// poolOf is the text of a store with the entries of one provider, "p".
func poolOf(entries ...string) string {
	return `{"credential_pool": {"p": [` + strings.Join(entries, ", ") + `]}}`
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// object is a decoded JSON object. Numbers keep their spelling.
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

// listed is the JSON of list for a store with the given content.
func listed(t *testing.T, content string, args ...string) object {
	t.Helper()
	return decoded(t, done(t, at(t, storeFile(t, content), append([]string{"list", "--json"}, args...)...)))
}

// credentialsIn returns all credentials of a list, in its order.
func credentialsIn(list object) []object {
	var all []object
	for _, p := range list["providers"].([]any) {
		for _, c := range p.(object)["credentials"].([]any) {
			all = append(all, c.(object))
		}
	}
	return all
}

// listedEntry is the JSON of list for one entry, beside a ready companion that
// keeps it from being the only one of its provider.
func listedEntry(t *testing.T, entry string, args ...string) object {
	t.Helper()
	list := listed(t, poolOf(entry, `{"id": "companion", "priority": 1000000}`), args...)
	return credentialsIn(list)[0]
}

// asJSON writes a decoded value back, to compare and to print.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}
