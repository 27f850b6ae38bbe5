// Package journal keeps what happened to a pool, one JSON object a line, in a
// file of the user's own: what a person did, and what was seen of others. It
// never holds a secret: entries name fields that are none. Lines are only ever
// appended; that an action was undone is a line of its own.
//
// An [Operator] is who acts: it performs an action on a store and writes down
// what came of it, with what it takes to take it back. So the last action of any
// process can be undone by any other, see [Operator.LastUndo]. A [Journal] that
// is the zero value keeps nothing, for operators who want no account.
package journal
