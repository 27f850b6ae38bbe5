package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"pooltop/cli/internal/testkit"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// traced is the result of running the program under a tracer.
type traced struct {
	outcome
	file   string
	before string   // the content of the file
	calls  []string // the system calls in scope
	hit    string   // the nth call, or "" if the program made fewer calls

	operator *journal.Operator // uses the program's journal
}

// runTraced runs pooltop, by default a reset, on a store in which a credential is held, and kills
// it before its nth system call on files in the directory scope. If errno is not 0, it makes that
// call fail instead.
func runTraced(t *testing.T, program, scope string, n int, errno syscall.Errno, args ...string) traced {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	file := filepath.Join(root, "home", "auth.json")
	writeFile(t, file, []byte(strings.Replace(clearable, `{"credential_pool": {"p"`, `{"providers": {"nous": {"access_token": "newer"}}, "credential_pool": {"nous": [{"id": "n", "source": "device_code", "access_token": "older"}], "p"`, 1)))
	op := &journal.Operator{
		Store:   poolstate.Open(file, poolstate.WithClock(func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) })),
		Journal: journal.At(filepath.Join(root, "state", "pooltop", "events.jsonl")),
	}
	_, err = op.Do(t.Context(), journal.Task{
		Action: poolstate.Action{Verb: poolstate.VerbHold, Hold: poolstate.Hold{Code: 429}}, Seen: []poolstate.Credential{*credential(t, op, "b")},
	})
	must(t, err)
	before := string(readFile(t, file))
	if len(args) == 0 {
		args = []string{"reset", "p", "a"}
	}
	cmd := exec.Command(program, append(args, "--file", file, "--now", sampleTime)...)
	cmd.Env = []string{"XDG_STATE_HOME=" + filepath.Join(root, "state"), "GOMAXPROCS=1", "GOGC=off"} // fewer calls to trace
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	calls, code, err := testkit.Trace(cmd, filepath.Join(root, scope), n, errno)
	if err != nil {
		t.Skip("tracing is not possible here: ", err)
	}
	r := traced{outcome{stdout.String(), stderr.String(), code}, file, before, calls, "", op}
	if n > 0 && n <= len(r.calls) {
		r.hit = r.calls[n-1]
	}
	return r
}

// credential returns a credential as it is in the file.
func credential(t *testing.T, op *journal.Operator, id string) *poolstate.Credential {
	t.Helper()
	snap, err := op.Store.Load()
	must(t, err)
	return snap.Pool.Find(poolstate.Ref{Provider: "p", ID: id})
}

// checkUndo checks that an undo reverts the reset if it was written, and otherwise the hold.
func checkUndo(t *testing.T, r traced, written bool) {
	t.Helper()
	last, undos, err := r.operator.Journal.LastUndo([]*poolstate.Store{r.operator.Store}, nil)
	if err != nil {
		t.Fatalf("%s: %v", r.hit, err)
	}
	equal(t, r.hit+": the last action", last.Verb, map[bool]string{false: "exhaust", true: "reset"}[written])
	done, err := r.operator.Do(t.Context(), journal.Task{Action: poolstate.Action{Verb: poolstate.VerbUndo, Undos: undos[0].Undos}, Undoes: last.Action})
	must(t, err)
	equal(t, r.hit+": undone", len(done.Changed), 1)
	equal(t, r.hit+": the status of a", credential(t, r.operator, "a").StatusText, "exhausted")
	equal(t, r.hit+": b is held", credential(t, r.operator, "b").Held(), written)
}

// checkAfter checks that the file has mode 0600 and either the old or the new content, and
// that later commands succeed and leave only the lock next to it. It reports whether the
// content is new.
func checkAfter(t *testing.T, r traced) (written bool) {
	t.Helper()
	text := string(readFile(t, r.file))
	written = !strings.Contains(text, "1795425000")
	if !json.Valid([]byte(text)) || !written && text != r.before {
		t.Errorf("%s: the file is %q", r.hit, text)
	}
	info, err := os.Stat(r.file)
	must(t, err)
	equal(t, r.hit+": the mode", info.Mode(), 0o600)
	checkUndo(t, r, written)
	done(t, at(t, r.file, "reset", "p", "--yes", "--no-journal"))
	done(t, at(t, r.file, "exhaust", "p", "a", "--no-journal"))
	equal(t, r.hit+": names in the directory", strings.Join(namesIn(t, filepath.Dir(r.file)), " "), "auth.json auth.lock")
	return written
}

// readCalls are system calls that change no file. A kill before one of them has the same
// effect as a kill before the next call.
var readCalls = []string{"newfstatat", "fstat", "faccessat", "faccessat2", "read", "pread64", "getdents64", "readlinkat", "close", "fcntl", "flock", "fsync"}

func TestReset_KilledBeforeEachCall(t *testing.T) {
	t.Parallel()
	program := build(t)
	whole := runTraced(t, program, "", 0, 0)
	done(t, whole.outcome)
	before, after := 0, 0
	for i, call := range whole.calls {
		name, _, _ := strings.Cut(call, " ")
		if slices.Contains(readCalls, name) && !*long {
			continue
		}
		switch r := runTraced(t, program, "", i+1, 0); {
		case r.hit == "": // this run made fewer calls
		case checkAfter(t, r):
			after++
		default:
			before++
		}
	}
	t.Logf("killed before %d of %d calls: the file was old %d times, new %d times", before+after, len(whole.calls), before, after)
	equal(t, "enough calls", before >= 10 && after >= 5, true)
}

// Undo finds an action that was killed if it changed the file, and otherwise the hold before it.
func TestUndo_KilledBeforeEachCall(t *testing.T) {
	t.Parallel()
	program := build(t)
	for verb, args := range map[string]string{
		"undo": "undo --yes", "exhaust": "exhaust p a --yes", "order": "order p b first", "sync": "sync nous",
	} {
		if verb != "undo" && !*long {
			continue
		}
		before, after := 0, 0
		for i, call := range runTraced(t, program, "", 0, 0, strings.Fields(args)...).calls {
			name, _, _ := strings.Cut(call, " ")
			if name != "write" && !strings.HasPrefix(name, "rename") && !*long {
				continue
			}
			r := runTraced(t, program, "", i+1, 0, strings.Fields(args)...)
			want := "exhaust of b"
			if before++; string(readFile(t, r.file)) != r.before {
				after++
				want = map[string]string{"undo": poolstate.ErrNothingToUndo.Error(), "exhaust": "exhaust of a", "order": "order of b", "sync": "sync of n: " + journal.ErrNotUndoable.Error()}[verb]
			}
			last, _, err := r.operator.Journal.LastUndo([]*poolstate.Store{r.operator.Store}, nil)
			got := last.Verb + " of " + last.ID
			if err != nil {
				got = strings.TrimPrefix(got+": "+err.Error(), " of : ")
			}
			equal(t, verb+" killed before "+r.hit+": the last action", got, want)
		}
		t.Logf("%s: killed before %d calls; the file was new %d times", verb, before, after)
		equal(t, verb+": old and new", after > 0 && before > after, true)
	}
}

// TestReset_EachCallFails makes system calls in the store's directory fail, one in each run.
// pooltop reset must report, in at most one line, whether the file was written.
func TestReset_EachCallFails(t *testing.T) {
	t.Parallel()
	program := build(t)
	errnos := []syscall.Errno{
		syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EROFS, syscall.EDQUOT, syscall.EXDEV, syscall.EBUSY, syscall.EPERM,
	}
	whole := runTraced(t, program, "home", 0, 0)
	done(t, whole.outcome)
	failed := 0
	for round := range amount(1, len(errnos)) {
		for n := 1; n <= len(whole.calls); n += amount(4, 1) {
			errno := errnos[(round+n/amount(4, 1))%len(errnos)]
			if r := runTraced(t, program, "home", n, errno); r.hit != "" {
				checkReported(t, r, errno)
				failed++
			}
		}
	}
	t.Logf("%d failures of %d calls", failed, len(whole.calls))
}

func checkReported(t *testing.T, r traced, errno syscall.Errno) {
	t.Helper()
	what := fmt.Sprintf("%s with %v", r.hit, errno)
	lines := strings.Count(r.stderr, "\n")
	if lines > 1 || r.stderr != "" && !strings.HasPrefix(r.stderr, "pooltop reset: ") {
		t.Errorf("%s: standard error is %q", what, r.stderr)
	}
	beside := len(namesIn(t, filepath.Dir(r.file)))
	named := strings.Contains(r.stderr, filepath.Dir(r.file)) || strings.Contains(r.stderr, "remains in")
	switch written := checkAfter(t, r); {
	case written && (r.code != exitDone || lines == 1 && !strings.Contains(r.stderr, "done; warning: ")):
		t.Errorf("%s: the file was written, but exit code %d, %q", what, r.code, r.stderr)
	case !written && (r.code != exitFailed && r.code != exitRefused || lines != 1 || !named || r.stdout != ""):
		t.Errorf("%s: the file was not written, but exit code %d, %q", what, r.code, r.stderr)
	case beside > 2 && !strings.Contains(r.stderr, "remains in"):
		t.Errorf("%s: an unreported temporary file was left behind: %q", what, r.stderr)
	}
}
