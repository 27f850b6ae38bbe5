package model

import (
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// Store is one of the stores that a dashboard shows.
type Store struct {
	// Profile is the name of the store's profile.
	Profile string
	// Path is the path as displayed.
	Path string
	// Operator performs actions on the store and records them in the journal. The path with
	// which its store was opened identifies the store to the dashboard.
	Operator *journal.Operator
	// Count counts the failures in a pool and, if isNew, annotates the pool with them. It
	// runs outside Update, one call at a time. If nil, failures are not counted.
	Count func(pool *poolstate.Pool, policy poolstate.Policy, at time.Time, isNew bool) Counted
	// ExplainError describes an error from reading the store. ExplainWrite describes a
	// failed write, including whether anything was written.
	ExplainError, ExplainWrite func(error) string
	// Hidden is true for a root that is not shown, but lends its credentials to the
	// profiles that are.
	Hidden bool
}

// StoresChanged reports that stores have appeared or vanished. Stores lists all of them; the
// dashboard keeps the state of those that it shows already.
type StoresChanged struct{ Stores []Store }

// only returns the store that is shown.
func (m *Model) only() *Store { return &m.cfg.Stores[0] }
