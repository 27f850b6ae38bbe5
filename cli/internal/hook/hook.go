// Package hook runs configured commands for events.
package hook

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"pooltop/cli/internal/proc"
)

const (
	// Timeout is the maximum duration of a command.
	Timeout = 30 * time.Second
	// MaxBacklog is the maximum number of events that wait for the command.
	MaxBacklog = 1000
	maxOutput  = 4 << 10
)

// Queue runs a command for each event, one at a time and in order. If too many events are
// waiting, the oldest are dropped.
type Queue struct {
	command proc.Command
	run     func(context.Context, proc.Command) (proc.Output, error)
	warn    func(problem string)

	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup

	mu      sync.Mutex
	waiting []event
	running bool
	dropped int // since the backlog was last empty
}

type event struct {
	input  []byte
	failed func(error)
}

// NewQueue returns a queue for a command. It passes dropped events to warn, which may block.
func NewQueue(args []string, warn func(problem string)) *Queue {
	q := &Queue{command: proc.Command{Args: args, Timeout: Timeout, MaxOutput: maxOutput}, warn: warn}
	q.run = func(ctx context.Context, c proc.Command) (proc.Output, error) { return c.Run(ctx) }
	q.ctx, q.cancel = context.WithCancel(context.Background())
	return q
}

// Name returns the name of the program, without its directory.
func (q *Queue) Name() string { return filepath.Base(q.command.Args[0]) }

// Add adds an event, and returns at once. The command gets the input on its standard input.
// If it fails, failed is called from another goroutine.
func (q *Queue) Add(input []byte, failed func(error)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == MaxBacklog {
		q.waiting = q.waiting[1:]
		q.dropped++
	}
	q.waiting = append(q.waiting, event{input, failed})
	if !q.running && q.ctx.Err() == nil {
		q.running = true
		q.group.Go(q.work)
	}
}

// work runs the command for the waiting events.
func (q *Queue) work() {
	warned := false
	for {
		e, dropped, more := q.next()
		if more && dropped > 0 && !warned {
			warned = true
			q.warn(fmt.Sprintf("hook %s: more than %d events are waiting; dropping the oldest", q.Name(), MaxBacklog))
		}
		if !more {
			if dropped > 0 {
				q.warn(fmt.Sprintf("hook %s: %d events dropped", q.Name(), dropped))
			}
			return
		}
		command := q.command
		command.Stdin = e.input
		if _, err := q.run(q.ctx, command); err != nil && q.ctx.Err() == nil {
			e.failed(err)
		}
	}
}

// next removes the next event. It returns false if there is none or the queue is closed.
func (q *Queue) next() (e event, dropped int, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ctx.Err() != nil {
		q.dropped, q.waiting = q.dropped+len(q.waiting), nil
	}
	dropped = q.dropped
	if len(q.waiting) == 0 {
		q.running, q.dropped = false, 0
		return event{}, dropped, false
	}
	e, q.waiting = q.waiting[0], q.waiting[1:]
	return e, dropped, true
}

// Close drops the waiting events, kills the running command and waits for it to end.
func (q *Queue) Close() {
	q.cancel()
	q.group.Wait()
}
