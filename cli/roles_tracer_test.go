//go:build linux && amd64

package cli

import "pooltop/cli/internal/testkit"

func init() { roles["tracer"] = testkit.Trace }
