//go:build !linux

package cli

import "os"

// unblock does nothing: the terminal is restored once it has shown what is queued.
func unblock(*os.File, bool) {}
