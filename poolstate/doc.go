// Package poolstate is the credential pool of an LLM agent: what its auth.json
// says, what that means at an instant, and how to change it without losing
// anything. A Go program that imports it can be a good citizen of the file.
//
// # Reading
//
// [Store.Load] returns a [Pool]: providers in order of name, credentials in the
// order the agent rotates through them. Every field is read with tolerance: a
// value of the wrong type means that the field is absent, never that the file
// cannot be loaded. What could not be understood is kept as a note.
//
// # Meaning
//
// A [Credential] says what the file says. What it means depends on the instant
// and on the [Policy] that the agent on this machine obeys; [Policy.Assess] puts
// the three together: availability, deadline with its origin, cooldown and the
// price of one more failure.
//
// # Changing
//
// Transitions ([Exhausted], [RanOut], [OperatorReset], [ForceExhausted],
// [Succeeded]) are pure: a
// credential and an instant in, a [Change] out. [Store.Update] is the only way
// in which a change reaches the file: under the agent's own lock, on a freshly
// read file, replacing it atomically, byte for byte the same except for the
// fields that the change names.
//
// What an operator does is an [Action]: planned without a lock, performed by
// [Store.Perform] on what the operator saw, taken back by [Store.Undo] where the
// file still holds what was written.
//
// # Secrets
//
// No token is kept in any value of this package. Credentials carry a digest
// that tells whether two secrets are equal, and that prints as nothing.
package poolstate
