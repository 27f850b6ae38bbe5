// Command pooltop shows the state of an LLM agent's credential pool as it changes.
// Operators can also use it to reset or hold credentials.
package main

import (
	"os"

	"pooltop/cli"
)

// version is set by release builds.
var version = "dev"

func main() {
	os.Exit(cli.Main(version))
}
