package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/ui/text"
)

// stream is the standard output or the standard error of a command.
type stream struct {
	io.Writer
	ascii  bool                        // print ASCII characters only
	failed atomic.Pointer[outputError] // by the first write that failed; a blocked one may fail late
}

// wrapStreams replaces the standard output and the standard error of root. It returns the
// standard output.
func wrapStreams(root *cobra.Command) *stream {
	stdout := &stream{Writer: root.OutOrStdout()}
	root.SetOut(stdout)
	root.SetErr(&stream{Writer: root.ErrOrStderr(), ascii: config.ASCIILocale()})
	return stdout
}

// printASCII sets whether a command prints ASCII characters only. JSON always has all characters.
func printASCII(cmd *cobra.Command, ascii bool) {
	for _, w := range []io.Writer{cmd.OutOrStdout(), cmd.ErrOrStderr()} {
		if s, ok := w.(*stream); ok {
			s.ascii = ascii
		}
	}
}

// inASCII reports whether a stream prints ASCII characters only.
func inASCII(w io.Writer) bool {
	s, ok := w.(*stream)
	return ok && s.ascii
}

// Write writes p. Its error is an [outputError].
func (s *stream) Write(p []byte) (int, error) {
	if !s.ascii {
		return s.Raw().Write(p)
	}
	if _, err := s.Raw().Write([]byte(text.ASCII(string(p)))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Raw returns a writer that writes all characters.
func (s *stream) Raw() io.Writer { return rawStream{s} }

type rawStream struct{ *stream }

func (s rawStream) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	if err != nil {
		failed := &outputError{err}
		s.failed.CompareAndSwap(nil, failed)
		err = failed
	}
	return n, err
}

// outcome returns the error of a command that returned err. A command that only prints ends
// silently if its output is a closed pipe, such as that of "pooltop list | head -1".
func (s *stream) outcome(err error) error {
	if failed := s.failed.Load(); err == nil && failed != nil {
		err = failed // printing help does not return it
	}
	if _, unprinted := errors.AsType[*outputError](err); unprinted && errors.Is(err, syscall.EPIPE) {
		return &codedError{code: exitClosedPipe}
	}
	return err
}

// outputError reports that the output of a command could not be printed.
type outputError struct{ err error }

func (e *outputError) Error() string {
	return "the output could not be printed: " + cause(e.err) + advice(e.err)
}

func (e *outputError) Unwrap() error { return e.err }

// notReported returns the error of an action that changed a file but could not print its result.
func notReported(err error) error {
	return &codedError{exitFailed, fmt.Errorf("written, but this report could not be printed: %s", cause(err))}
}

// catchClosedPipe makes printing to a closed pipe fail instead of ending the process, so that
// commands that have changed a file can say so.
func catchClosedPipe() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
