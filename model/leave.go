package model

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"pooltop/poolstate"
	"pooltop/ui"
)

// patience is that of an action with the lock. When it is over, waiting for the
// lock ends; a write that has begun does not.
type patience struct {
	waits, over atomic.Bool
	cancel      context.CancelFunc
}

// told is what the store tells of the lock.
func (p *patience) told(waits bool) {
	p.waits.Store(waits)
	if waits && p.over.Load() {
		p.cancel()
	}
}

func (p *patience) end() {
	p.over.Store(true)
	if p.waits.Load() {
		p.cancel()
	}
}

// leaveWithin is how long an action waits for the lock when the program has
// ended.
const leaveWithin = time.Second

// Leave carries an action to its end that was under way as the program ended,
// and returns what came of it, in one line, for whoever sees the shell again; no
// action is no line. It waits no longer than a second for the lock. An action
// that failed is an error.
func (m Model) Leave() (said string, err error) {
	if m.running == nil {
		return "", nil
	}
	late := time.AfterFunc(leaveWithin, m.running.patience.end)
	defer late.Stop()
	msg, ok := m.running.work().(actionDone)
	switch {
	case !ok:
		return "", nil
	case msg.err == nil:
		return ui.DoneWords(msg.verb, &msg.done.Outcome, m.policy, m.now), nil
	case errors.Is(msg.err, context.Canceled) && !m.running.waits: // nobody cancelled it
		return "", fmt.Errorf("%s gave up: %w; nothing was written, try again", msg.verb, poolstate.ErrLocked)
	}
	return "", &failedAction{m.actionError(msg.verb, msg.err), msg.err}
}

// failedAction is an error with what it means in a line.
type failedAction struct {
	said string
	err  error
}

func (e *failedAction) Error() string { return e.said }
func (e *failedAction) Unwrap() error { return e.err }
