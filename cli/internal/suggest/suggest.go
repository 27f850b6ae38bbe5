// Package suggest suggests corrections of mistyped names.
package suggest

import (
	"fmt"
	"strings"
)

// DidYouMean returns a suggestion such as ` (did you mean "list"?)` with the name
// closest to word. It returns an empty string if at least half of word would have to
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

// editDistance returns how many bytes must be inserted, deleted, replaced or swapped
// with a neighbor to turn a into b.
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
