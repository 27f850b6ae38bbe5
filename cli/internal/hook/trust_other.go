//go:build !unix

package hook

// Untrusted always returns nil: on this system, permissions do not show who can write a file.
func Untrusted(string) error { return nil }
