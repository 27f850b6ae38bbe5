package poolstate

import (
	"bufio"
	"bytes"
	"io"
)

// revision is what a store shall hold from now on.
type revision struct {
	text pieces
	// proof is the text with values that were whole before, and stay as they are,
	// shortened to empty objects: where one is a store the other is too. Of ten
	// thousand entries it has those that were edited. If nil, the text has to
	// prove itself.
	proof []byte
}

// whole is the revision of a text that is nobody's edit.
func whole(text []byte) revision { return revision{text: pieces{text}} }

// verify returns why the text is no store. An edit that would break the file is
// our mistake; it must not become the agent's.
func (r revision) verify() error {
	proof := r.proof
	if proof == nil {
		proof = r.text.join()
	}
	_, err := parse(proof)
	return err
}

// pieces are a text that is not in one place: most of it lies in the document
// from which it was made, and is not copied for a few bytes that changed.
type pieces [][]byte

// spliced returns data with splices, sorted by where they begin, in their places.
func spliced(data []byte, splices []splice) pieces {
	text := make(pieces, 0, 2*len(splices)+1)
	at := 0
	for _, s := range splices {
		if s.start > at {
			text = append(text, data[at:s.start])
		}
		text = append(text, s.text)
		at = max(at, s.end)
	}
	return append(text, data[at:])
}

func (p pieces) size() int {
	n := 0
	for _, piece := range p {
		n += len(piece)
	}
	return n
}

func (p pieces) join() []byte { return bytes.Join(p, nil) }

// equal reports whether the text is data.
func (p pieces) equal(data []byte) bool {
	if p.size() != len(data) {
		return false
	}
	for _, piece := range p {
		if !bytes.HasPrefix(data, piece) {
			return false
		}
		data = data[len(piece):]
	}
	return true
}

// writeTo writes the text, in few writes.
func (p pieces) writeTo(w io.Writer) error {
	b := bufio.NewWriterSize(unshortened{w}, min(p.size(), chunkSize))
	for _, piece := range p {
		if _, err := b.Write(piece); err != nil {
			return err
		}
	}
	return b.Flush()
}

// unshortened makes an error of a write that leaves something out.
type unshortened struct{ io.Writer }

func (u unshortened) Write(data []byte) (int, error) {
	n, err := u.Writer.Write(data)
	if err == nil && n < len(data) {
		err = io.ErrShortWrite
	}
	return n, err
}
