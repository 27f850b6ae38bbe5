package cli

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
)

// signalError is the cause of a context that a signal has canceled.
type signalError struct{ signal syscall.Signal }

func (e *signalError) Error() string { return "interrupted" }

func (e *signalError) Unwrap() error { return context.Canceled }

// exitCode returns the exit code that a shell reports for a process that the signal ended.
func (e *signalError) exitCode() int { return 128 + int(e.signal) }

// notifyContext returns a context that the first SIGINT, SIGTERM or SIGHUP cancels, and a
// function that stops handling these signals.
func notifyContext() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	// Do not catch signals that this process inherited as ignored, such as SIGHUP under nohup.
	signals := slices.DeleteFunc([]os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored)
	if len(signals) == 0 { // Notify would catch all signals
		return ctx, func() { cancel(nil) }
	}
	received := make(chan os.Signal, 1)
	signal.Notify(received, signals...)
	go func() {
		s, ok := <-received
		if !ok {
			return
		}
		// Restore the default handling so that a second signal kills a hung shutdown. Ignore
		// further SIGHUPs, because a closed terminal may send two.
		signal.Ignore(syscall.SIGHUP)
		signal.Stop(received)
		number, _ := s.(syscall.Signal)
		cancel(&signalError{number})
	}()
	return ctx, sync.OnceFunc(func() { signal.Stop(received); close(received); cancel(nil) })
}
