package poolstate

import "slices"

// maxUnknown bounds how many unknown keys a pool names: a garbled file may have
// as many as it has entries.
const maxUnknown = 100

// noteUnknown remembers a key that pooltop does not know, of the entry whose
// secrets s has. The name of a secret is none, but a secret may have slipped
// into a name.
func (p *Pool) noteUnknown(key string, s *scrubber) {
	if len(p.UnknownKeys) == maxUnknown {
		return
	}
	if _, found := slices.BinarySearch(p.UnknownKeys, key); found {
		return
	}
	key = s.clean(key)
	if i, found := slices.BinarySearch(p.UnknownKeys, key); !found {
		p.UnknownKeys = slices.Insert(p.UnknownKeys, i, key)
	}
}
