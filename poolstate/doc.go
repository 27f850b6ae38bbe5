// Package poolstate is the credential pool of an LLM agent: what its auth.json
// says, what that means at an instant, and how to change it without losing
// anything. A Go program that imports it can be a good citizen of a file that
// belongs to somebody else. It knows no terminal, no network and no watcher.
//
//	store := poolstate.Open(path)
//	snapshot, err := store.Load()
//	policy := poolstate.PolicyAuto.Resolve(snapshot.Pool, poolstate.NoEvidence)
//	for c := range snapshot.Pool.All() {
//		fmt.Println(c.Name(), policy.Assess(c, time.Now()).Availability)
//	}
//
// # The file
//
// auth.json lies in the agent's home, and [Location] finds it. credential_pool
// in it is an object: a provider's name, and the list of its credentials. What
// else the file holds, at any depth, is the agent's own and nobody else's
// business; it survives every edit to the byte.
//
// The agent may run in several processes. Each holds a picture of the pool in
// memory, writes it back when something happens, and replaces the file by
// renaming another over it. So what was read a moment ago is history, a file
// that is open is the old one, and only who holds the lock knows what is there.
//
// # Reading
//
// [Store.Load] takes no lock, writes nothing and creates nothing. It returns a
// [Pool]: providers in order of name, credentials in the order the agent rotates
// through them, which is their priority and not their place in the list. Every
// field is read with tolerance: a value of the wrong type means that the field is
// absent, never that the file cannot be loaded, and what could not be understood
// is kept as a note. Texts are the file's, and those of failures the provider's:
// they are untrusted, and have to be made harmless before a terminal gets them.
//
// # Meaning
//
// A [Credential] says what the file says. What it means depends on the instant
// and on the [Policy] that the agent on this machine obeys; [Policy.Assess] puts
// the three together: availability, deadline, cooldown, and the price of one more
// failure.
//
// A deadline is a value with its [Origin]. The time that the provider named comes
// first, sooner or later than anything computed. Without it the cooldown counts
// from the failure: an hour, or five minutes after a 401, times the multiplier. No
// time of failure is no deadline. When the deadline has passed the credential is
// due: the file says exhausted still, and the agent tries it at its next turn. The
// dead wait for nothing but a new authentication.
//
// The streak counts failures in a row. Every exhaustion raises it; only a real
// success or an operator's reset takes it back to zero, and a cooldown that ran
// out does not. That is why the next one is longer: the multiplier is 1, 2, 4 and
// then 8. A file without the count says that it is unknown, which is not zero.
// Agents without the backoff count nothing and multiply nothing; [PolicyChoice]
// tells which kind writes the file by what it finds there.
//
// # Changing
//
// Transitions ([Exhausted], [CooledDown], [OperatorReset], [held],
// [Succeeded]) are pure: a credential and an instant in, a [Change] out.
// [Store.Update] is the only way in which a change reaches the file, and takes
// these steps:
//
//  1. It takes the agent's own lock, the path of the store with .lock for its
//     suffix, as the agent does: exclusively, asking every 50 ms, for 15 seconds
//     at the most. The lock is created if it is missing and never deleted. With
//     [TraceLock] it tells whether it waits.
//  2. It reads the file anew. What the caller saw before is no ground to write on.
//  3. It lets the caller find the credential by provider and id. One that is gone
//     is [ErrGone], and nothing is written.
//  4. It changes the fields that the change names, and updated_at. Everything else
//     stays byte for byte the same: order, blanks, numbers, keys nobody knows.
//  5. It writes a temporary file of mode 0600 beside the target, syncs it, renames
//     it over what a link points to, and syncs the directory. Where the file
//     cannot be renamed over, as on a bind mount, it is copied into. Nothing is
//     left behind, whatever fails.
//  6. It gives the lock back.
//
// A file that cannot be parsed, or whose pool is not an object, is never written.
//
// What an operator does is an [Action]: planned by [Store.Plan] without a lock,
// performed by [Store.Perform] on what the operator saw, taken back by
// [Store.Undo] where the file still holds what was written. Where the entry has
// changed meanwhile, its own state wins and the action is refused.
//
// # What an agent does with it
//
// It sees the change when it next loads its pool, at the beginning of a session or
// a job, and until then goes on with what it has in memory. An older build may
// write that back over the change. A newer one gives way to an exhaustion that is
// newer than its own, and the newest to status_cleared_at, which a reset sets. So
// say "written", never "in effect"; keep watching the entry, by comparing two
// pictures with [diff] or an [Observer]; and say so when it is back as it was.
//
// A forced exhaustion writes its deadline into the file, so that every build obeys
// it, and takes a code that the agent does not look behind: [holdCode].
//
// # What never to do
//
//   - Write from a picture that was read before the lock was held.
//   - Decode the file into structs and encode it back: what they do not name is lost.
//   - Delete the lock, or lock the target of a link instead of the path as given.
//   - Write in place, or leave a mode that others can read.
//   - Take an unknown streak for zero, or clear one because a cooldown is over.
//   - Touch last_status of a credential because its deadline has passed: that turn
//     is the agent's.
//   - Print what a provider said as it is, or anything that may be a token.
//
// # Secrets
//
// No token is kept in any value of this package. Credentials carry a digest
// that tells whether two secrets are equal, and that prints as nothing.
package poolstate
