package poolstate

import "slices"

// maxUnknown bounds how many unknown keys a pool names: a garbled file may have
// as many as it has entries.
const maxUnknown = 100

// noteUnknown remembers a key that pooltop does not know, of the entry that o
// is. The name of a secret is none, but a secret may have slipped into a name.
func (p *Pool) noteUnknown(key string, doc *document, o *object) {
	if len(p.UnknownKeys) == maxUnknown {
		return
	}
	if _, found := slices.BinarySearch(p.UnknownKeys, key); found {
		return
	}
	key = newScrubber(doc.secretsOf(o)).clean(key)
	if i, found := slices.BinarySearch(p.UnknownKeys, key); !found {
		p.UnknownKeys = slices.Insert(p.UnknownKeys, i, key)
	}
}
