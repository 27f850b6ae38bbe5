// Package suggest suggests corrections for mistyped names.
package suggest

import (
	"fmt"
	"strings"
)

// DidYouMean suggests the name closest to word, as in ` (did you mean "list"?)`. It returns
// an empty string if no name is close, that is, if at least half of word would have to
// change.
func DidYouMean(word string, names []string) string {
	best, distance := "", (len(word)+1)/2
	for _, name := range names {
		if d := editDistance(strings.ToLower(word), strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// editDistance returns the number of edits that turn a into b. An edit inserts, deletes or
// replaces a byte, or swaps two adjacent bytes.
func editDistance(a, b string) int {
	d := make([][]int, len(a)+1) // d[i][j] is the distance from a[:i] to b[:j]
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			if i == 0 || j == 0 {
				d[i][j] = i + j
				continue
			}
			replaced := d[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
