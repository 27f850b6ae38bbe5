package counts

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/gofrs/flock"

	"pooltop/poolstate"
	"pooltop/poolstate/userfile"
)

// Guard describes the process running guard on a store.
type Guard struct {
	Host    string `json:"host"`
	PID     int    `json:"pid"`
	Command string `json:"command"`
	// Only lists the providers that guard handles; nil means all. Sole allows pins on a
	// provider's last live credential. See [poolstate.Curve].
	Only []string `json:"only,omitempty"`
	Sole bool     `json:"sole,omitempty"`
}

// Limit returns a copy of the curve with Only and Sole as in g.
func (g Guard) Limit(c poolstate.Curve) *poolstate.Curve {
	c.Only, c.Sole = g.Only, g.Sole
	return &c
}

// String returns a description such as "pooltop guard (process 312 on box)".
func (g Guard) String() string {
	return fmt.Sprintf("%s (process %d on %s)", g.Command, g.PID, g.Host)
}

// RunningError is returned by [Counter.Guard] if another process is running guard on the store.
type RunningError struct{ Other Guard }

func (e *RunningError) Error() string {
	return "another guard is running on this store: " + e.Other.String()
}

// guardTimeout is how long to wait for the guard lock, which [Counter.Running] may hold
// briefly.
const guardTimeout = 200 * time.Millisecond

// Guard makes this process the only one running guard on the store, until it calls release.
// The error is a [*RunningError] if another process is already running guard.
func (c *Counter) Guard(self Guard) (release func(), err error) {
	l, err := userfile.Lock(c.path+".guard.lock", guardTimeout)
	if errors.Is(err, poolstate.ErrLocked) {
		return nil, &RunningError{c.holder()}
	}
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(self)
	if err == nil {
		err = userfile.Replace(c.path+".guard", data)
	}
	if err != nil {
		_ = l.Unlock()
		return nil, err
	}
	return func() {
		_ = os.Remove(c.path + ".guard")
		_ = l.Unlock()
	}, nil
}

// Running returns the guard running on the store, if there is one. It creates no files.
func (c *Counter) Running() (Guard, bool) {
	path := c.path + ".guard.lock"
	if info, err := os.Stat(path); c.path == "" || err != nil || !info.Mode().IsRegular() {
		return Guard{}, false
	}
	l := flock.New(path)
	free, err := l.TryLock()
	_ = l.Close()
	if free || err != nil {
		return Guard{}, false
	}
	return c.holder(), true
}

// holder returns the description that the running guard has stored.
func (c *Counter) holder() Guard {
	g := Guard{Host: "unknown", Command: "pooltop"}
	if data, err := userfile.Read(c.path + ".guard"); err == nil {
		_ = json.Unmarshal(data, &g)
	}
	return g
}
