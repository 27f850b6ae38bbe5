// Package poolstate reads and safely changes the credential pool of an LLM
// agent: the API keys and OAuth tokens that the agent keeps per provider in
// auth.json and rotates through when a provider refuses one. It contains no
// terminal, network or file-watching code.
//
//	store := poolstate.Open(path)
//	snapshot, err := store.Load()
//	policy := poolstate.PolicyChoice{}.Resolve(snapshot.Pool, poolstate.NoEvidence)
//	for c := range snapshot.Pool.All() {
//		fmt.Println(c.Name(), policy.Assess(c, poolstate.Now()).Availability)
//	}
//
// # The file
//
// [Location] finds auth.json. Its credential_pool object maps the name of a provider
// to the list of its credentials. The rest of the file belongs to the agent and is
// preserved byte for byte. Several processes may share the file and replace it at any
// time, so rely on its content only while holding its lock.
//
// [Store.Load] takes no lock and writes nothing. A field with a value of the wrong
// type is treated as absent; entries that cannot be decoded are listed in
// [Provider.Notes]. All text is untrusted: strip control sequences before writing it
// to a terminal. No type in this package exposes a token.
//
// # Deadlines and streaks
//
// A [Credential] holds the fields of an entry. Whether it is available at a given time
// also depends on the [Policy] of the agent; see [Policy.Assess].
//
// A reset time from the provider takes precedence. Otherwise the cooldown starts at
// the failure and lasts one hour, or five minutes after a 401, times the policy's
// multiplier. A credential whose deadline has passed is due: its status in the file is
// still exhausted, and the agent tries it at its next selection.
//
// The streak is the number of failures since the last real success or operator reset;
// the end of a cooldown does not clear it. Under [Backoff] it determines the
// multiplier: 1, 2, 4, then 8. If the file does not contain it, the streak is unknown,
// which is not the same as zero.
//
// # Changing the file
//
// Transitions such as [Exhausted] and [Succeeded] are pure functions that return
// a [Change]. Every write goes through [Store.Update], which takes the agent's own
// lock, reads the file again, changes only the bytes of the edited fields and of
// updated_at, and replaces the file atomically. It never writes a file that cannot
// be parsed.
//
// An operator's change is an [Action]: [Store.Plan] previews it and [Store.Perform]
// applies it to the credentials as the operator saw them, refusing those that have
// changed in the meantime. It takes effect when the agent next reloads its pool.
// Until then an older build may overwrite it with its own state, so compare later
// snapshots with an [Observer]. A hold stores its deadline in the file, where all
// builds honor it. Its error code must be one that the agent does not retry early;
// see [HoldCode].
package poolstate
