package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pooltop/cli/internal/testkit"
)

// traced is a run of the program on a store of its own.
type traced struct {
	outcome
	file  string
	calls []string // those that concern the store
	hit   string   // the one that was met, if there were so many
}

// runTraced resets a credential. It kills the program before the n-th call of
// those that concern the directory that scope names, or lets that call fail.
func runTraced(t *testing.T, program, scope string, n int, errno syscall.Errno) traced {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "home", "auth.json")
	writeFile(t, file, []byte(clearable))
	report := filepath.Join(t.TempDir(), "report")
	cmd := helper(t, "tracer", filepath.Join(root, scope), fmt.Sprint(n), fmt.Sprint(int(errno)), report,
		program, "reset", "p", "a", "--file", file, "--now", pictureAt)
	cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+filepath.Join(root, "state"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // its exit code says how it went
	r := traced{outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}, file, nil, ""}
	if r.code == testkit.CannotTrace {
		t.Skip("no program can be traced here: ", r.stderr)
	}
	r.calls = strings.Split(string(readFile(t, report)), "\n")
	if n > 0 && n <= len(r.calls) {
		r.hit = r.calls[n-1]
	}
	return r
}

// checkAfter proves that the file is the old or the new one, whole and for its
// owner only, that the next run does what is left to do and that nothing but
// the lock lies beside the file then. It returns whether the file was new.
func checkAfter(t *testing.T, r traced) (written bool) {
	t.Helper()
	text := string(readFile(t, r.file))
	written = !strings.Contains(text, "exhausted")
	if !json.Valid([]byte(text)) || !written && text != clearable {
		t.Errorf("%s: the file is %q", r.hit, text)
	}
	info, err := os.Stat(r.file)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, r.hit+": the mode", info.Mode(), 0o600)
	done(t, at(t, r.file, "reset", "p", "--no-journal"))
	done(t, at(t, r.file, "exhaust", "p", "a", "--no-journal"))
	equal(t, r.hit+": what lies beside it", strings.Join(namesIn(t, filepath.Dir(r.file)), " "), "auth.json auth.lock")
	return written
}

// looking are the calls that change nothing: who is killed before one of them
// is killed as well before the next.
var looking = []string{"newfstatat", "fstat", "faccessat", "faccessat2", "read", "pread64", "getdents64", "readlinkat"}

// The program may be killed before any of its system calls.
func TestAKilledProgramLeavesAWholeFile(t *testing.T) {
	program := build(t)
	whole := runTraced(t, program, "", 0, 0)
	done(t, whole.outcome)
	before, after := 0, 0
	for i, call := range whole.calls {
		name, _, _ := strings.Cut(call, " ")
		if slices.Contains(looking, name) && !*long {
			continue
		}
		switch r := runTraced(t, program, "", i+1, 0); {
		case r.hit == "": // one call less than before
		case checkAfter(t, r):
			after++
		default:
			before++
		}
	}
	t.Logf("killed before %d of %d calls: %d times the file was the old one, %d times the new one", before+after, len(whole.calls), before, after)
	equal(t, "enough calls", before >= 10 && after >= 5, true)
}

// Any of its system calls on the store may fail, with anything: the program
// says in one line what is so.
func TestAFailingCallIsSaid(t *testing.T) {
	program := build(t)
	errnos := []syscall.Errno{
		syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EROFS, syscall.EDQUOT, syscall.EXDEV, syscall.EBUSY, syscall.EPERM,
	}
	whole := runTraced(t, program, "home", 0, 0)
	done(t, whole.outcome)
	failed := 0
	for round := range amount(1, len(errnos)) {
		for n := 1; n <= len(whole.calls); n += amount(2, 1) {
			errno := errnos[(round+n/amount(2, 1))%len(errnos)]
			if r := runTraced(t, program, "home", n, errno); r.hit != "" {
				checkSaid(t, r, errno)
				failed++
			}
		}
	}
	t.Logf("%d times one of %d calls failed", failed, len(whole.calls))
}

func checkSaid(t *testing.T, r traced, errno syscall.Errno) {
	t.Helper()
	what := fmt.Sprintf("%s with %v", r.hit, errno)
	lines := strings.Count(r.stderr, "\n")
	if lines > 1 || r.stderr != "" && !strings.HasPrefix(r.stderr, "pooltop: reset: ") {
		t.Errorf("%s: standard error is %q", what, r.stderr)
	}
	beside := len(namesIn(t, filepath.Dir(r.file)))
	said := strings.Contains(r.stderr, filepath.Dir(r.file)) || strings.Contains(r.stderr, "stays in")
	switch written := checkAfter(t, r); {
	case written && (r.code != exitDone || lines == 1 && !strings.Contains(r.stderr, "the change is in place")):
		t.Errorf("%s: it was written, but exit code %d, %q", what, r.code, r.stderr)
	case !written && (r.code != exitFailed && r.code != exitRefused || lines != 1 || !said || r.stdout != ""):
		t.Errorf("%s: it was not written, but exit code %d, %q", what, r.code, r.stderr)
	case beside > 2 && !strings.Contains(r.stderr, "stays in"):
		t.Errorf("%s: a temporary file was left and not said: %q", what, r.stderr)
	}
}
