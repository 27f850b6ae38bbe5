package text_test

import (
	"fmt"

	"pooltop/ui/text"
)

// Text of the file may contain escape sequences for the terminal.
func ExampleClean() {
	fmt.Printf("%q\n", text.Clean("free\x1b]0;owned\x07 \u202emodels\nper day", 40))
	// Output: "free�]0;owned� �models per day"
}
