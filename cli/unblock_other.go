//go:build !linux

package cli

import "os"

// unblock does nothing: the terminal is restored only if it accepts output again before drain
// gives up.
func unblock(*os.File, bool) {}
