// Package journal records what happens to a credential pool, one JSON object per
// line, in a file of the user: the actions of an operator and the events seen by
// any process that watches the pool. Lines are only appended; the undo of an
// action is a line of its own. No line contains a secret.
//
// An [Operator] performs actions on a store and records each with what is needed
// to undo it, so that any process can undo the last action of another; see
// [Operator.LastUndo]. The zero [Journal] records nothing.
package journal
