// Package watch tells when a file may have changed.
//
// It is made for one small file that other processes replace by rename, in
// place, or by way of symbolic links, and that may be missing for a while
// together with any number of the directories above it. The package knows
// nothing of the content: a path goes in, "read it now" comes out.
//
// The operating system's file events are used where they work. Where they do
// not (network file systems, exhausted limits) the file is polled instead, and
// every [Change] says which of the two is in force, so that a user can be told.
//
//	w := watch.New("auth.json")
//	go w.Run(ctx)
//	for range w.Changes() {
//		// read the file
//	}
package watch
