package cli

import "flag"

// long makes the tests of crowds and crashes do more of the same.
var long = flag.Bool("long", false, "run the long variants: minutes instead of seconds")

// amount is how much a test does of something: a little, unless -long.
func amount(short, longer int) int {
	if *long {
		return longer
	}
	return short
}
