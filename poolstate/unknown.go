package poolstate

import "slices"

// maxUnknown bounds how many unknown keys a pool names: a garbled file may have
// as many as it has entries.
const maxUnknown = 100

// noteUnknown records a key that pooltop does not know. It must be scrubbed: a
// secret may have slipped into it.
func (p *Pool) noteUnknown(key string) {
	if len(p.UnknownKeys) == maxUnknown {
		return
	}
	if i, found := slices.BinarySearch(p.UnknownKeys, key); !found {
		p.UnknownKeys = slices.Insert(p.UnknownKeys, i, key)
	}
}
