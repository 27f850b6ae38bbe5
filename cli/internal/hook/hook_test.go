package hook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pooltop/cli/internal/proc"
)

// recorder is a fake command. It ends when a value is sent on release, or at once if release
// is nil.
type recorder struct {
	inputs   []string
	warnings []string
	running  int
	release  chan error
}

func (r *recorder) queue(t *testing.T) *Queue {
	q := NewQueue([]string{"/bin/notify", "x"}, func(problem string) { r.warnings = append(r.warnings, problem) })
	q.run = func(ctx context.Context, c proc.Command) (proc.Output, error) {
		if r.running++; r.running != 1 {
			t.Errorf("%d commands are running", r.running)
		}
		defer func() { r.running-- }()
		r.inputs = append(r.inputs, string(c.Stdin))
		if c.Timeout != Timeout || !slices.Equal(c.Args, []string{"/bin/notify", "x"}) {
			t.Errorf("the command is %+v", c)
		}
		if r.release == nil {
			return proc.Output{}, nil
		}
		select {
		case err := <-r.release:
			return proc.Output{}, err
		case <-ctx.Done():
			return proc.Output{}, ctx.Err()
		}
	}
	return q
}

// TestQueue_Order passes 200 events to a slow command.
func TestQueue_Order(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := recorder{release: make(chan error)}
		q := r.queue(t)
		var want, failed []string
		for i := range 200 {
			want = append(want, fmt.Sprint(i))
			q.Add([]byte(want[i]), func(err error) { failed = append(failed, want[i]+": "+err.Error()) })
		}
		for i := range 200 {
			var err error
			if i%100 == 50 {
				err = errors.New("exit status 1")
			}
			r.release <- err
		}
		synctest.Wait()
		if !slices.Equal(r.inputs, want) {
			t.Errorf("handled %v", r.inputs)
		}
		if got := strings.Join(failed, ", "); got != "50: exit status 1, 150: exit status 1" || r.warnings != nil {
			t.Errorf("failed: %s; warnings: %q", got, r.warnings)
		}
		r.release = nil
		q.Add([]byte("later"), nil)
		synctest.Wait()
		if r.inputs[200] != "later" {
			t.Error("an event after a pause was not handled")
		}
		q.Close()
	})
}

func TestQueue_Backlog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := recorder{release: make(chan error)}
		q := r.queue(t)
		for i := range MaxBacklog + 6 { // the first is running
			q.Add(fmt.Append(nil, i), nil)
			synctest.Wait()
		}
		for range MaxBacklog + 1 {
			r.release <- nil
		}
		synctest.Wait()
		if r.inputs[0] != "0" || r.inputs[1] != "6" || r.inputs[MaxBacklog] != fmt.Sprint(MaxBacklog+5) {
			t.Errorf("handled %v", r.inputs)
		}
		if got := strings.Join(r.warnings, "\n"); got != "hook notify: more than 1000 events are waiting; dropping the oldest\nhook notify: 5 events dropped" {
			t.Errorf("warnings: %s", got)
		}
		q.Close()
	})
}

func TestQueue_Close(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := recorder{release: make(chan error)}
		q := r.queue(t)
		for range 3 {
			q.Add(nil, func(err error) { t.Errorf("failed: %v", err) })
		}
		synctest.Wait()
		q.Close()
		q.Add(nil, nil)
		if len(r.inputs) != 1 || strings.Join(r.warnings, "\n") != "hook notify: 2 events dropped" {
			t.Errorf("handled %d, warnings: %q", len(r.inputs), r.warnings)
		}
	})
}
