package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// Exit codes of the commands.
const (
	exitDone         = 0
	exitFailed       = 1
	exitUsage        = 2
	exitNoSuch       = 3
	exitLocked       = 4
	exitRefused      = 5
	exitGuarded      = 6
	exitProviderOut  = 10
	exitNothingReady = 11
	exitClosedPipe   = 128 + int(syscall.SIGPIPE)
)

// codedError is an error with an exit code. If err is nil, no message is printed.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *codedError) Unwrap() error { return e.err }

// readError reports that the store at path cannot be read.
type readError struct {
	path string
	err  error
}

func (e *readError) Error() string { return e.path + ": " + explain(e.path, e.err) }

func (e *readError) Unwrap() error { return e.err }

func usageError(format string, args ...any) error {
	return &codedError{exitUsage, fmt.Errorf(format, args...)}
}

// refusals are errors about files that cannot be used as a store.
var refusals = []error{
	poolstate.ErrReadOnly, poolstate.ErrReadOnlyDisk, poolstate.ErrNotPool, poolstate.ErrNotFile,
	poolstate.ErrTooLarge, poolstate.ErrLockNotFile, fs.ErrNotExist,
}

func exitCode(err error) int {
	if err == nil {
		return exitDone
	}
	if coded, ok := errors.AsType[*codedError](err); ok {
		return coded.code
	}
	if interrupted, ok := errors.AsType[*signalError](err); ok {
		return interrupted.exitCode()
	}
	if errors.Is(err, poolstate.ErrLocked) {
		return exitLocked
	}
	_, syntax := errors.AsType[*poolstate.SyntaxError](err)
	if syntax || slices.ContainsFunc(refusals, func(refused error) bool { return errors.Is(err, refused) }) {
		return exitRefused
	}
	return exitFailed
}

// maxErrorText is the maximum length of a message. A message may quote a path.
const maxErrorText = 4096

// printError prints an error on one line, prefixed with the command's name. It cleans the
// message, which may quote untrusted text.
func printError(w io.Writer, command string, err error) {
	if message := err.Error(); message != "" {
		_, _ = fmt.Fprintln(w, text.Clean(command+": "+message, maxErrorText))
	}
}

// explain describes an error from reading the store at path, and suggests what to do, on one
// line.
func explain(path string, err error) string {
	syntax, isSyntax := errors.AsType[*poolstate.SyntaxError](err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file; specify another with --file, --home or --profile"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied; make the file readable by this user"
	case isSyntax:
		return syntax.Error() + restore(path)
	case errors.Is(err, poolstate.ErrNotPool):
		return poolstate.ErrNotPool.Error() + restore(path)
	case errors.Is(err, poolstate.ErrNotFile):
		return poolstate.ErrNotFile.Error() + "; specify a regular file with --file"
	case errors.Is(err, poolstate.ErrTooLarge):
		return poolstate.ErrTooLarge.Error() + "; specify another file with --file"
	}
	return cause(err) + advice(err)
}

// restore returns advice, with a leading semicolon, on a store that an agent would treat as
// empty.
func restore(path string) string {
	message := "; restore it from a backup"
	if corrupt := poolstate.CorruptCopy(path); corrupt != "" {
		message += " or from " + corrupt + " (an agent's copy)"
	}
	return message + "; otherwise, an agent starts over with an empty pool"
}

// explainWriteBriefly returns a function that describes failed actions for the dashboard's
// status line. Errors other than write errors always occur before anything is written.
func explainWriteBriefly(path string) func(error) string {
	return func(err error) string {
		_, system := pathOf(err)
		if _, damaged := errors.AsType[*poolstate.DamagedError](err); damaged || system != nil {
			return explainWrite(path, err)
		}
		return explainBriefly(path)(err) + "; nothing was written"
	}
}

// explainWrite is like explain, but for a failed write. The description includes the path and
// whether anything was written.
func explainWrite(store string, err error) string {
	if damaged, ok := errors.AsType[*poolstate.DamagedError](err); ok {
		return fmt.Sprintf("%s may be damaged: %s; the complete content is in %s", store, cause(err), damaged.Whole)
	}
	message := "cannot write " + store
	if path, _ := pathOf(err); isLock(path) {
		message = "cannot acquire the lock " + path
	}
	message += ": " + cause(err)
	switch {
	case errors.Is(err, fs.ErrPermission):
		message += "; run as the owner of the file and its directory"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ELOOP):
		message += "; remove the broken symlink"
	default:
		message += advice(err)
	}
	return message + "; nothing was written"
}

// isLock reports whether path is the lock file of a store.
func isLock(path string) bool { return filepath.Ext(path) == ".lock" }

// advice returns what to do about a system error, with a leading semicolon. It returns "" for
// other errors.
func advice(err error) string {
	for _, a := range []struct {
		err error
		do  string
	}{
		{syscall.ENOSPC, "free some space and try again"},
		{syscall.EDQUOT, "delete some files or raise the quota, then try again"},
		{syscall.EROFS, "mount the file system writable"},
		{syscall.EIO, "check the disk; see the system log"},
		{syscall.ELOOP, "the path is a symlink loop; specify a regular file with --file"},
		{syscall.EMFILE, "raise the limit on open files"},
		{syscall.ENFILE, "raise the limit on open files"},
		{syscall.ENOTDIR, "specify another file with --file"},
		{syscall.ENAMETOOLONG, "specify another file with --file"},
		{syscall.ENXIO, "start the reader of the pipe first"}, // see userfile.OpenLog
	} {
		if errors.Is(err, a.err) {
			return "; " + a.do
		}
	}
	return ""
}

// cause returns the message of an error without the path and the operation.
func cause(err error) string {
	if _, cause := pathOf(err); cause != nil {
		return cause.Error()
	}
	return err.Error()
}

// pathOf returns the path and the cause of a file error, or zero values for other errors.
func pathOf(err error) (string, error) {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Path, path.Err
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.New, link.Err
	}
	return "", nil
}

// explainBriefly returns a function that is like explain, but for the dashboard, which shows
// the full path elsewhere and reloads the file automatically.
func explainBriefly(path string) func(error) string {
	return func(err error) string {
		message := explain(path, err)
		if errors.Is(err, fs.ErrNotExist) {
			message = "the file is missing; waiting for it to reappear"
		}
		return filepath.Base(path) + ": " + message
	}
}
