package poolstate

import "sync"

// memory is what a store is read into when nothing of it is kept afterwards. It
// is used again, so that looking at a large file again and again takes no memory
// each time, and is wiped in between: there are secrets in it.
type memory struct{ bytes []byte }

var memories sync.Pool

// borrowMemory returns memory, to be given back when what was read is done with.
func borrowMemory() *memory {
	if m, ok := memories.Get().(*memory); ok {
		return m
	}
	return &memory{}
}

func (m *memory) giveBack() {
	m.wipe()
	memories.Put(m)
}

// take returns room for size bytes. Without a memory it is new.
func (m *memory) take(size int) []byte {
	if m == nil || cap(m.bytes) < size {
		return make([]byte, 0, size)
	}
	return m.bytes[:0]
}

// put notes what was made of the room that was taken.
func (m *memory) put(bytes []byte) {
	if m != nil {
		m.bytes = bytes
	}
}

// wipe leaves nothing of what was read, which must not be used any more.
func (m *memory) wipe() { clear(m.bytes) }
