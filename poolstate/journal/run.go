package journal

import (
	"cmp"
	"context"
	"time"

	"pooltop/poolstate"
)

// Task is an action on credentials as they were last seen, or the undo of an
// earlier action.
type Task struct {
	poolstate.Action
	Seen []poolstate.Credential
	// Policy is used to describe the credentials in the journal.
	Policy poolstate.Policy
	// Undoes is the number of the action to undo, and Undos restore what it
	// changed. Both are empty unless Verb is VerbUndo.
	Undoes string
	Undos  []poolstate.Undo
}

// Plan returns what Run would change in the file as it is now.
func (o *Operator) Plan(t Task) (poolstate.Outcome, error) {
	if t.Verb == poolstate.VerbUndo {
		return o.Store.PlanUndo(t.Undos)
	}
	return o.Store.Plan(t.Action, t.Seen)
}

// noticeEvery is how long a wait for the lock may take before it is reported,
// and how often it is reported after that.
const noticeEvery = 200 * time.Millisecond

// Run performs a task and records it in the journal. Until it has the lock it
// can be cancelled by ctx. As long as another process holds the lock, Run calls
// waiting every 200 ms with a description of that process, from a goroutine that
// ends before Run returns.
func (o *Operator) Run(ctx context.Context, t Task, waiting func(holder string)) (Done, error) {
	var stop, stopped chan struct{}
	ctx = poolstate.TraceLock(ctx, func(waits bool) {
		if !waits {
			close(stop)
			<-stopped
			return
		}
		stop, stopped = make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			tick := time.NewTicker(noticeEvery)
			defer tick.Stop()
			for {
				select {
				case <-stop:
					return
				case <-tick.C:
					waiting(cmp.Or(poolstate.LockHolder(o.Store.Path()), "a running agent or another pooltop"))
				}
			}
		}()
	})
	if t.Verb == poolstate.VerbUndo {
		return o.Undo(ctx, t.Undoes, t.Policy, t.Undos)
	}
	return o.Do(ctx, t.Action, t.Policy, t.Seen)
}
