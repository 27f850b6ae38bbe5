// Command pooltop is a live view of an LLM agent's credential pool, and the
// operator's tool to change it.
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
