package journal

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"

	"pooltop/poolstate"
)

func TestRun(t *testing.T) {
	o := newOperator(t, pool)
	task := Task{Action: hold, Seen: seen(t, o, "primary"), Policy: poolstate.Backoff}
	silent := func(holder string) { t.Errorf("reports a wait for %q while the lock is free", holder) }
	plan, err := o.Plan(task)
	wantErr(t, err, nil)
	equal(t, "planned changes", len(plan.Changed), 1)
	done, err := o.Run(t.Context(), task, silent)
	wantErr(t, err, nil)
	equal(t, "changes", len(done.Changed), 1)

	undo := Task{Action: poolstate.Action{Verb: poolstate.VerbUndo}, Undoes: done.Number, Undos: done.Undos(), Policy: poolstate.Backoff}
	plan, err = o.Plan(undo)
	wantErr(t, err, nil)
	equal(t, "planned restorations", len(plan.Changed), 1)
	done, err = o.Run(t.Context(), undo, silent)
	wantErr(t, err, nil)
	equal(t, "restorations", len(done.Changed), 1)
	equal(t, "actions in the journal", actions(entries(t, o.Journal)), "n1 n2")
}

func TestRun_Waiting(t *testing.T) {
	run := func(t *testing.T, ctx context.Context, held time.Duration) (notices int, took time.Duration, err error) {
		t.Helper()
		o := newOperator(t, pool)
		l := flock.New(poolstate.LockPath(o.Store.Path()))
		if ok, err := l.TryLock(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		defer func() { _ = l.Close() }()
		time.AfterFunc(held, func() { _ = l.Unlock() })
		began := time.Now()
		_, err = o.Run(ctx, Task{Action: hold, Seen: seen(t, o, "primary"), Policy: poolstate.Backoff}, func(holder string) {
			notices++ // the race detector checks that this ends before Run does
			equal(t, "whether the holder is described", holder != "", true)
		})
		return notices, time.Since(began), err
	}
	for _, tt := range []struct {
		name    string
		held    time.Duration
		cancel  time.Duration // 0 for never
		notices int
		err     error
	}{
		{"a moment", 170 * time.Millisecond, 0, 0, nil},
		{"a second", 990 * time.Millisecond, 0, 4, nil},
		{"cancelled", time.Minute, 500 * time.Millisecond, 2, context.Canceled},
		{"too long", time.Minute, 0, 74, poolstate.ErrLocked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.cancel > 0 {
					time.AfterFunc(tt.cancel, cancel)
				}
				notices, took, err := run(t, ctx, tt.held)
				wantErr(t, err, tt.err)
				if notices < tt.notices || notices > tt.notices+1 {
					t.Errorf("%d notices in %v, want %d", notices, took, tt.notices)
				}
			})
		})
	}
}
