// Package poolstate reads and safely changes the credential pool of an LLM
// agent: the API keys and OAuth tokens that the agent keeps per provider in
// auth.json and rotates through when a provider refuses one. It has no terminal,
// network or file-watching code.
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
// auth.json is in the agent's home directory; [Location] finds it. Its object
// credential_pool maps the name of a provider to the list of its credentials.
// Everything else in the file belongs to the agent and survives every edit byte
// for byte.
//
// Several processes of an agent may share the file. Each keeps the pool in
// memory and writes it back by renaming a new file over the old one, so the
// content can be relied on only while its lock is held.
//
// # Reading
//
// [Store.Load] takes no lock and writes nothing. It returns a [Pool] with the
// providers in order of name and their credentials in the order in which the
// agent rotates through them. A field with a value of the wrong type is treated
// as absent; entries that cannot be understood are listed in [Provider.Notes].
// All text is untrusted: strip control sequences before writing it to a
// terminal.
//
// # Deadlines and streaks
//
// A [Credential] holds what the file says. What that means at an instant also
// depends on the [Policy] of the agent; [Policy.Assess] returns availability,
// deadline, cooldown and the cost of the next failure.
//
// The deadline that a provider named takes precedence. Otherwise the cooldown
// counts from the failure: one hour, or five minutes after a 401, times the
// policy's multiplier. A credential whose deadline has passed is due: its status
// in the file is still exhausted, and the agent tries it at its next selection.
// A dead credential needs a new login.
//
// The streak is the number of exhaustions since the last real success or
// operator reset; the end of a cooldown does not clear it. Under [Backoff] it
// sets the multiplier: 1, 2, 4, then 8. A file without the count has an unknown
// streak, which differs from zero. Agents without backoff count nothing.
//
// # Changing
//
// Transitions such as [Exhausted] and [Succeeded] are pure functions that return
// a [Change]. Every write goes through [Store.Update], which
//
//  1. takes the agent's own lock, the file at [LockPath], and retries for up to
//     [LockPatience]. The lock file is created if necessary and never deleted;
//  2. reads the file again, because the caller's snapshot may be out of date;
//  3. passes it to the caller as a [Draft], whose Apply returns [ErrGone] for a
//     credential that is no longer there;
//  4. replaces the values of the changed fields and updated_at, and no other
//     byte of the file;
//  5. writes a temporary file of mode 0600 next to the target, syncs it, renames
//     it over the target of any symlink and syncs the directory. A file that
//     cannot be renamed over, such as a bind mount, is overwritten in place;
//  6. releases the lock.
//
// A file that cannot be parsed is never written.
//
// An operator's change is an [Action]: [Store.Plan] previews it, [Store.Perform]
// applies it to the credentials as the operator saw them, and an action of
// [VerbUndo] reverts it. Each refuses a credential that has changed in the meantime.
//
// A change takes effect when the agent next reloads its pool. Until then an older
// build may write its own state over it, so compare later snapshots with an
// [Observer] before reporting that a change is in effect. A hold stores its
// deadline in the file, which all builds obey, and needs an error code that the
// agent does not retry early: see [HoldCode].
//
// # Rules for other writers
//
//   - Do not write from a snapshot that was read without the lock.
//   - Do not decode the file into structs and encode it back: fields that they do
//     not declare would be lost.
//   - Do not delete the lock file, and lock the path as given rather than the
//     target of a symlink.
//   - Do not treat an unknown streak as zero, or clear a streak because a cooldown
//     has ended.
//   - Do not change last_status because a deadline has passed; the agent does.
//
// # Secrets
//
// No value of this package exposes a token. A [Credential] holds digests, which
// tell whether two secrets are equal and format as nothing.
package poolstate
