package poolstate

import (
	"cmp"
	"fmt"
	"slices"
)

// Move moves a credential to another position in its provider's rotation order.
type Move struct {
	// Target is the credential to move.
	Target Ref
	// To is its new Index, counted from 1.
	To int
	// Strategy is the strategy of the agents that use the store.
	Strategy Strategy
}

// Refusal returns why the move is impossible or would have no lasting effect, or "" if it is
// allowed. The argument contains all credentials of the provider in rotation order.
func (m Move) Refusal(credentials []Credential) string {
	if !readByAgents(m.Target.Provider) {
		return noteUpperCase
	}
	switch m.Strategy {
	case RoundRobin:
		return "under round_robin, agents rewrite the order on every selection"
	case LeastUsed, Random:
		return "the order has no effect under " + m.Strategy.String()
	}
	from := m.from(credentials)
	switch {
	case from < 0:
		return "no longer in the file"
	case m.To < 1 || m.To > len(credentials):
		return fmt.Sprintf("the position must be between 1 and %d", len(credentials))
	}
	moved := m.order(credentials, from)
	for i := range moved {
		moved[i].Priority = Some(float64(i))
	}
	if !slices.IsSortedFunc(moved, func(a, b Credential) int { return compareRotation(&a, &b) }) {
		return "agents rank anthropic credentials by source, manual ones first, and would undo the move"
	}
	return ""
}

// from returns the current index of the target, or -1.
func (m Move) from(credentials []Credential) int {
	return slices.IndexFunc(credentials, func(c Credential) bool { return c.Ref == m.Target })
}

// order returns a copy of the credentials in the new order. from is the current index of the
// target.
func (m Move) order(credentials []Credential, from int) []Credential {
	moved := slices.Delete(slices.Clone(credentials), from, from+1)
	return slices.Insert(moved, m.To-1, credentials[from])
}

// reorder performs a move. seen lists all credentials of the provider in the order that the
// operator saw. The outcome contains the target first, followed by the other credentials with a
// new priority.
func (d *Draft) reorder(m Move, seen []Credential, out *Outcome) {
	from := m.from(seen)
	if from < 0 {
		out.add(refused(&Credential{Ref: m.Target}, "no longer in the file"))
		return
	}
	prov, find := d.pool.Provider(m.Target.Provider), d.pool.finder()
	if prov == nil || len(prov.Credentials) != len(seen) {
		out.add(refused(&seen[from], "the order has changed since it was displayed"))
		return
	}
	current := prov.Credentials
	for i := range seen {
		if c := find(&seen[i]); c != &current[i] || c.ID == "" && fallbackName(c) != fallbackName(&seen[i]) {
			out.add(refused(&seen[from], "the order has changed since it was displayed"))
			return
		}
	}
	m.Target = current[from].Ref // its position in the list may have changed
	if reason := m.Refusal(current); reason != "" {
		out.add(refused(&current[from], reason))
		return
	}
	if m.To == from+1 {
		out.add(unchanged(&current[from], fmt.Sprintf("already #%d", m.To)))
		return
	}
	for i, c := range m.order(current, from) {
		e := d.prioritize(&current[c.Index-1], i)
		switch {
		case i == m.To-1:
			out.Changed = slices.Insert(out.Changed, 0, e)
		case !e.change.IsEmpty():
			out.Changed = append(out.Changed, e)
		}
	}
}

// prioritize sets the priority of a credential and returns the effect. The change is empty if
// the credential already has that priority.
func (d *Draft) prioritize(c *Credential, priority int) Effect {
	e := Effect{Before: *c}
	if n, ok := c.Priority.Get(); !ok || n != float64(priority) {
		e.change.set(keyPriority, rawInt(priority))
	}
	e.After, e.Undo = e.change.After(*c), d.undoOf(c, e.change)
	e.After.Index, e.Wrote = priority+1, e.Undo
	d.apply(c, e.change)
	return e
}

// Reorders reports whether the undo reverts a change to the rotation order.
func (u *Undo) Reorders() bool {
	return slices.ContainsFunc(u.Fields, func(f UndoField) bool { return f.Key == keyPriority })
}

// undoAll reverts the effects of an action. A change to the rotation order is reverted as a
// whole or not at all.
func (d *Draft) undoAll(undos []Undo, s *Store, out *Outcome) {
	reorders := false
	for i := range undos {
		out.add(d.undo(&undos[i], s.loc))
		reorders = reorders || undos[i].Reorders()
	}
	switch {
	case !reorders:
	case out.Refusals() == 0:
		d.renumber(out.Changed)
	default:
		clear(d.changes)
		for i := range out.Changed {
			out.add(refused(&out.Changed[i].Before, "the order has changed since the action"))
		}
		out.Changed = nil
	}
}

// renumber sets the Index of credentials after a change to their provider's rotation order.
func (d *Draft) renumber(changed []Effect) {
	for i := range changed {
		prov := Provider{Credentials: slices.Clone(d.pool.Provider(changed[i].After.Provider).Credentials)}
		for j := range prov.Credentials {
			if k := slices.IndexFunc(changed, func(e Effect) bool { return e.After.Ref == prov.Credentials[j].Ref }); k >= 0 {
				prov.Credentials[j] = changed[k].After
			}
		}
		slices.SortFunc(prov.Credentials, func(a, b Credential) int { return cmp.Compare(a.Position, b.Position) })
		prov.order()
		j := slices.IndexFunc(prov.Credentials, func(c Credential) bool { return c.Ref == changed[i].After.Ref })
		changed[i].After.Index = prov.Credentials[j].Index
	}
}
