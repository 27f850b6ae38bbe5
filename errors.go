package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"pooltop/poolstate"
	"pooltop/ui"
)

// Exit codes of every command.
const (
	exitDone         = 0
	exitFailed       = 1
	exitUsage        = 2
	exitNoSuch       = 3
	exitLocked       = 4
	exitRefused      = 5
	exitProviderOut  = 10
	exitNothingReady = 11
)

// codedError carries the exit code of a failure. A nil err is an exit code
// without a message.
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

func usageError(format string, args ...any) error {
	return &codedError{exitUsage, fmt.Errorf(format, args...)}
}

func exitCode(err error) int {
	var coded *codedError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &coded):
		return coded.code
	case errors.Is(err, poolstate.ErrLocked):
		return exitLocked
	case errors.Is(err, poolstate.ErrReadOnly), errors.Is(err, poolstate.ErrNotPool), errors.Is(err, fs.ErrNotExist):
		return exitRefused
	}
	var syntax *poolstate.SyntaxError
	if errors.As(err, &syntax) {
		return exitRefused
	}
	return exitFailed
}

// maxErrorText bounds what is printed of an error, which may quote a path.
const maxErrorText = 4096

// printError writes one line. What the error quotes is untrusted.
func printError(w io.Writer, err error) {
	if text := err.Error(); text != "" {
		_, _ = fmt.Fprintln(w, "pooltop: "+ui.Clean(text, maxErrorText))
	}
}

// cannotRead is the error of a command that found no pool to read.
func cannotRead(path string, err error) error {
	return &codedError{exitRefused, fmt.Errorf("%s: %s", path, explain(err))}
}

// explain turns an error of the store into one clause that says what to do.
func explain(err error) string {
	var syntax *poolstate.SyntaxError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file; name another with --file, --home or --profile"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied; make it readable for this user"
	case errors.As(err, &syntax):
		return syntax.Error() + "; mend it, or let the agent write it anew"
	case errors.Is(err, poolstate.ErrNotPool):
		return poolstate.ErrNotPool.Error() + "; mend it, or let the agent write it anew"
	case errors.Is(err, poolstate.ErrNotFile):
		return poolstate.ErrNotFile.Error() + "; name the file itself with --file"
	case errors.Is(err, poolstate.ErrTooLarge):
		return poolstate.ErrTooLarge.Error()
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// explainBriefly is explain for a line of the dashboard, which shows the path
// already and recovers by itself.
func explainBriefly(path string) func(error) string {
	return func(err error) string {
		said := explain(err)
		var syntax *poolstate.SyntaxError
		switch {
		case errors.Is(err, fs.ErrNotExist):
			said = "the file is gone; waiting for it to come back"
		case errors.As(err, &syntax):
			said = syntax.Error()
		}
		return filepath.Base(path) + ": " + said
	}
}
