package testkit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// The traced system calls, grouped by the arguments that identify the file: a path, a
// directory and a path, or a descriptor.
var (
	byPath  = map[uint64]string{2: "open", 4: "stat", 6: "lstat", 21: "access", 82: "rename", 87: "unlink", 89: "readlink"}
	byPlace = map[uint64]string{
		257: "openat", 258: "mkdirat", 262: "newfstatat", 263: "unlinkat", 264: "renameat", 267: "readlinkat", 268: "fchmodat",
		269: "faccessat", 316: "renameat2", 332: "statx", 439: "faccessat2",
	}
	byFile = map[uint64]string{
		0: "read", 1: "write", 3: "close", 5: "fstat", 17: "pread64", 18: "pwrite64", 73: "flock", 74: "fsync", 77: "ftruncate",
		91: "fchmod", 93: "fchown", 217: "getdents64",
	}
)

// tracer runs a program and counts its system calls on files in one directory. It kills
// the program before the nth of these calls, or makes that call fail.
type tracer struct {
	dir     string
	n       int           // the call to act on, from 1
	errno   syscall.Errno // the error that the call returns; 0 kills the program instead
	calls   []string      // the calls so far
	inside  map[int]bool  // threads inside a system call
	failing map[int]bool  // threads whose call must fail
}

// Trace runs a command and returns its system calls on files in dir and its exit code. It
// kills the program before the nth of these calls or, if errno is not 0, makes that call
// fail. It returns an error if tracing fails, for example for lack of permission.
func Trace(cmd *exec.Cmd, dir string, n int, errno syscall.Errno) (calls []string, code int, err error) {
	tr := &tracer{dir: dir, n: n, errno: errno, inside: map[int]bool{}, failing: map[int]bool{}}
	code, err = tr.run(cmd)
	return tr.calls, code, err
}

func (tr *tracer) run(cmd *exec.Cmd) (code int, err error) {
	runtime.LockOSThread() // only this thread may trace
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() { _ = cmd.Wait() }() // waits for the output; the exit code is already known
	pid := cmd.Process.Pid
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &ws, 0, nil); err != nil {
		return 0, err
	}
	const exitKill = 0x100000
	if err := syscall.PtraceSetOptions(pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|exitKill); err != nil {
		return 0, err
	}
	for tid, sig := pid, 0; ; {
		// ESRCH means that the thread no longer exists, because the program is ending.
		if err := syscall.PtraceSyscall(tid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return 0, err
		}
		tid, err = syscall.Wait4(-pid, &ws, syscall.WALL, nil) // waits for any thread of this process group
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil:
			return 0, err
		case ws.Exited() && tid == pid:
			return ws.ExitStatus(), nil
		case ws.Signaled() && tid == pid:
			return 128 + int(ws.Signal()), nil
		}
		sig = 0
		if ws.Stopped() {
			sig = tr.stopped(pid, tid, ws.StopSignal())
		}
	}
}

// stopped handles a stopped thread and returns the signal to deliver to it.
func (tr *tracer) stopped(pid, tid int, sig syscall.Signal) int {
	switch sig {
	case syscall.SIGTRAP | 0x80: // before or after a system call
		tr.inside[tid] = !tr.inside[tid]
		tr.call(pid, tid)
	case syscall.SIGTRAP, syscall.SIGSTOP: // a new thread
	default:
		return int(sig)
	}
	return 0
}

func (tr *tracer) call(pid, tid int) {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return // the thread was killed
	}
	switch {
	case tr.inside[tid]:
		name := tr.describe(tid, &regs)
		if name == "" {
			return
		}
		if tr.calls = append(tr.calls, name); len(tr.calls) != tr.n {
			return
		}
		if tr.errno == 0 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			return
		}
		tr.failing[tid] = true
		regs.Orig_rax = ^uint64(0) // an invalid call number, so that the kernel does nothing
		_ = syscall.PtraceSetRegs(tid, &regs)
	case tr.failing[tid]:
		delete(tr.failing, tid)
		regs.Rax = -uint64(tr.errno)
		_ = syscall.PtraceSetRegs(tid, &regs)
	}
}

// describe returns the name of a call and its path relative to the directory, or an empty
// string if the path is outside the directory.
func (tr *tracer) describe(tid int, regs *syscall.PtraceRegs) string {
	name, path := "", ""
	switch nr := regs.Orig_rax; {
	case byPath[nr] != "":
		name, path = byPath[nr], textAt(tid, regs.Rdi)
	case byPlace[nr] != "":
		name, path = byPlace[nr], textAt(tid, regs.Rsi)
	case byFile[nr] != "":
		name = byFile[nr]
		path, _ = os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, regs.Rdi))
	}
	rest, ok := strings.CutPrefix(path, tr.dir)
	if !ok || rest != "" && rest[0] != filepath.Separator {
		return ""
	}
	return name + " " + rest
}

// textAt reads a NUL-terminated path from the memory of a thread.
func textAt(tid int, at uint64) string {
	var text []byte
	for part := make([]byte, 8); len(text) < 4096; at += 8 {
		if _, err := syscall.PtracePeekData(tid, uintptr(at), part); err != nil {
			return ""
		}
		if end := bytes.IndexByte(part, 0); end >= 0 {
			return string(append(text, part[:end]...))
		}
		text = append(text, part...)
	}
	return ""
}
