//go:build !linux

package cli

import "os"

// unblock does nothing: the terminal is restored once it has shown the queued output.
func unblock(*os.File, bool) {}
