// Package counts saves the state of guard, so that each failure is counted once, no matter how
// many processes observe it. There is one small state file for each store, in the user's state
// directory. It contains no secrets.
package counts

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/guard"
	"pooltop/poolstate/userfile"
)

// lockTimeout is how long to wait for another process that is updating the state.
const lockTimeout = 2 * time.Second

// Counter counts the failures of one store. Create it with [New] or [InMemory]. It is not safe
// for concurrent use, but any number of processes may each have a Counter for the same store.
type Counter struct {
	path  string // without an extension; "" keeps the state in memory
	state *guard.State
	// stored is the content of the file that Peek last read. Peek changes state, but not the file.
	stored []byte
}

// New returns a counter for the store with the given identity; see
// [poolstate.Store.Identity]. The counter's files are in stateDir/counts. New does not
// access them.
func New(stateDir, identity string) *Counter {
	sum := sha256.Sum256([]byte(identity))
	name := hex.EncodeToString(sum[:8])
	return &Counter{path: filepath.Join(stateDir, "counts", name), state: &guard.State{Salt: rand.Text()}}
}

// InMemory returns a counter that starts without a state and stores nothing.
func InMemory() *Counter { return &Counter{state: &guard.State{Salt: rand.Text()}} }

// Observe counts the failures that a snapshot shows, stores the result and annotates the
// pool. If the state cannot be read or stored, it counts in memory and returns the error
// as well.
func (c *Counter) Observe(pool *poolstate.Pool, rules guard.Rules, at time.Time) ([]guard.Note, error) {
	var notes []guard.Note
	err := c.update(func(s *guard.State) { notes = s.Observe(pool, rules, at) })
	c.state.Annotate(pool)
	return notes, err
}

// Decide is like [Counter.Observe] and also returns decisions. If the state cannot be
// stored, it returns only the error, because guard cannot remove a pin later if there is no
// record of it.
func (c *Counter) Decide(pool *poolstate.Pool, rules guard.Rules, at time.Time) ([]guard.Note, []guard.Decision, error) {
	var notes []guard.Note
	var decisions []guard.Decision
	err := c.update(func(s *guard.State) {
		notes = s.Observe(pool, rules, at)
		decisions = s.Decide(pool, rules, at)
	})
	if err != nil {
		return nil, nil, err
	}
	c.state.Annotate(pool)
	return notes, decisions, nil
}

// Written records the decisions that were written to the file.
func (c *Counter) Written(decisions []guard.Decision, at time.Time) error {
	return c.update(func(s *guard.State) {
		for i := range decisions {
			s.Written(&decisions[i], at)
		}
	})
}

// Restore restores the streaks of credentials whose reset is undone; see
// [guard.State.Restore].
func (c *Counter) Restore(refs []poolstate.Ref) error {
	return c.update(func(s *guard.State) { s.Restore(refs) })
}

// Peek annotates a pool as [Counter.Observe] does, but stores nothing. While the stored state
// does not change, repeated calls count in memory. Totals of failures never decrease.
func (c *Counter) Peek(pool *poolstate.Pool, rules guard.Rules, at time.Time) error {
	before := c.state
	data, err := c.load()
	if err == nil && data != nil && !bytes.Equal(data, c.stored) {
		c.stored = data
		c.state, err = c.decode(data, before)
	}
	c.state.Observe(pool, rules, at)
	c.state.Raise(pool, before)
	c.state.Annotate(pool)
	return err
}

// Detach reads the stored state. From then on, the counter works in memory and leaves the
// stored state alone. Detach returns [ErrInMemory] if the counter was already in memory.
func (c *Counter) Detach() error {
	if c.path == "" {
		return ErrInMemory
	}
	err := c.read()
	c.path = ""
	return err
}

// Next returns the time when an unchanged snapshot must be observed again; see
// [guard.State.Next].
func (c *Counter) Next(pool *poolstate.Pool, rules guard.Rules, at time.Time) time.Time {
	return c.state.Next(pool, rules, at)
}

// ErrInMemory is returned if a counter keeps its state only in memory.
var ErrInMemory = errors.New("no state directory: " +
	"enable the journal, and set XDG_STATE_HOME if you have no home directory")

// Check tries to store the state and returns an error if it cannot.
func (c *Counter) Check() error {
	if c.path == "" {
		return ErrInMemory
	}
	return c.withLock(func() error { return c.store(c.state.Encode()) })
}

// update reads the state, changes it with edit and stores it if it has changed. It may
// call edit twice. Without access to the file, it changes the state in memory.
func (c *Counter) update(edit func(*guard.State)) error {
	if err := c.read(); err == nil {
		if _, data, err := edited(c.state, edit); err == nil && data == nil {
			return nil // no lock needed
		}
	}
	return c.withLock(func() error {
		after, data, err := edited(c.state, edit)
		if c.state = after; data == nil {
			return err
		}
		return c.store(data, err)
	})
}

// edited returns a copy of a state after an edit, and its encoding. The encoding is nil if the
// edit changes nothing.
func edited(s *guard.State, edit func(*guard.State)) (after *guard.State, data []byte, err error) {
	before, err := s.Encode()
	if err == nil {
		after, err = guard.Decode(before)
	}
	if err != nil {
		return s, nil, err
	}
	edit(after)
	if data, err = after.Encode(); bytes.Equal(before, data) {
		data = nil
	}
	return after, data, err
}

// withLock reads the stored state and calls fn while holding the lock. If the state cannot be
// locked or read, fn works on the state in memory, and withLock returns that error instead of
// fn's error.
func (c *Counter) withLock(fn func() error) error {
	if c.path == "" {
		return fn()
	}
	l, err := userfile.Lock(c.path+".lock", lockTimeout)
	if err == nil {
		defer func() { _ = l.Unlock() }()
		err = c.read()
	}
	if err != nil {
		path := c.path
		c.path = "" // do not touch the file
		_ = fn()
		c.path = path
		return err
	}
	return fn()
}

// read replaces the state with the stored one, if there is one.
func (c *Counter) read() error {
	data, err := c.load()
	if err == nil && data != nil {
		c.state, err = c.decode(data, c.state)
	}
	return err
}

// load returns the content of the file, or nil if there is none.
func (c *Counter) load() ([]byte, error) {
	if c.path == "" {
		return nil, nil
	}
	data, err := userfile.Read(c.path + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// decode decodes the content of the file. If it is damaged, decode returns the state old.
func (c *Counter) decode(data []byte, old *guard.State) (*guard.State, error) {
	state, err := guard.Decode(data)
	if err != nil {
		return old, fmt.Errorf("%s.json is damaged (%w); remove it to start counting again", c.path, err)
	}
	return state, nil
}

// store writes the result of [guard.State.Encode], unless that failed or the counter is in
// memory.
func (c *Counter) store(data []byte, err error) error {
	if err != nil || c.path == "" {
		return err
	}
	return userfile.Replace(c.path+".json", data)
}
