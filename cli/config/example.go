package config

import (
	_ "embed"
	"strings"
)

//go:embed example.toml
var example string

// Example returns a configuration file that shows every setting. All lines are commented out.
func Example() string {
	var b strings.Builder
	b.WriteString("# All settings of pooltop. To change one, remove the # before it and before the name of its table.\n\n")
	for line := range strings.Lines(example) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("#")
		}
		b.WriteString(line)
	}
	return b.String()
}
