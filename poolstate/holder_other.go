//go:build !linux

package poolstate

// LockHolder returns an empty string, because the holder is known only on Linux.
func LockHolder(string) string { return "" }
