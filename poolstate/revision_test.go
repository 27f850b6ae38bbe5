package poolstate

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// What is read is what is there; like itself comes back only where it is that.
func TestReadingWhatIsLikely(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 10_000) // more than one chunk
	tests := []struct {
		name, there, like string
		same              bool
	}{
		{"nothing likely", long, "", false},
		{"the same", long, long, true},
		{"the same, short", "{}", "{}", true},
		{"longer", long + "x", long, false},
		{"longer by far", long + long, long, false},
		{"shorter", long[:len(long)-1], long, true},
		{"another beginning", "x" + long[1:], long, false},
		{"another end", long[:len(long)-1] + "x", long, false},
		{"a chunk, and no more", long[:chunkSize], long[:chunkSize], true},
		{"empty", "", long, true},
		{"empty, and nothing likely", "", "", true},
	}
	for _, tt := range tests {
		for _, size := range []int{len(tt.there), 0, 3 * len(tt.there)} { // what was seen of it before may be wrong
			like := []byte(tt.like)
			got, err := readLike(iotest.OneByteReader(strings.NewReader(tt.there)), size, like, nil)
			if err != nil || string(got) != tt.there {
				t.Errorf("%s: %d bytes and %v, want %d", tt.name, len(got), err, len(tt.there))
			}
			if same := len(got) == 0 || len(like) > 0 && &got[0] == &like[0]; same != tt.same {
				t.Errorf("%s: it is in the same memory: %v, want %v", tt.name, same, tt.same)
			}
		}
	}
	errGone := errors.New("gone")
	for _, like := range []string{"", long} {
		r := io.MultiReader(strings.NewReader(long[:100_000]), iotest.ErrReader(errGone))
		_, err := readLike(r, len(long), []byte(like), nil)
		wantErr(t, err, errGone)
	}
}

// Each way to make the text comes to the same, and few pieces are few writes.
func TestATextInPieces(t *testing.T) {
	data := []byte(strings.Repeat("0123456789", 30_000))
	text := spliced(data, []splice{
		{span{0, 0}, []byte("in front ")},
		{span{5, 8}, nil},
		{span{100_000, 100_001}, []byte("in the middle")},
		{span{100_000, 100_005}, nil}, // it begins with what goes already
		{span{300_000, 300_000}, []byte(" behind")},
	})
	want := "in front 01234" + string(data[8:100_000]) + "in the middle" + string(data[100_005:]) + " behind"
	equal(t, "joined", string(text.join()), want)
	equal(t, "size", text.size(), len(want))
	var w countedWriter
	wantErr(t, text.writeTo(&w), nil)
	equal(t, "written", w.String(), want)
	if w.writes > 6 {
		t.Errorf("it takes %d writes", w.writes)
	}
	equal(t, "equal to itself", text.equal([]byte(want)), true)
	for _, other := range []string{"", want[1:], want + "x", "x" + want[1:], want[:len(want)-1] + "x"} {
		equal(t, "equal to another", text.equal([]byte(other)), false)
	}
}

type countedWriter struct {
	bytes.Buffer
	writes int
}

func (c *countedWriter) Write(p []byte) (int, error) {
	c.writes++
	return c.Buffer.Write(p)
}

// A disk that silently takes less than it was given is an error, however long
// the text is.
func TestAShortWriteIsAnError(t *testing.T) {
	for _, size := range []int{1, 100, 1 << 20} {
		for lost := range 2 {
			err := pieces{make([]byte, size)}.writeTo(forgetful(lost))
			if lost > 0 {
				wantErr(t, err, io.ErrShortWrite)
			} else {
				wantErr(t, err, nil)
			}
		}
	}
}

// forgetful takes all but so many bytes of each write.
type forgetful int

func (f forgetful) Write(p []byte) (int, error) { return len(p) - int(f), nil }

// The proof of an edit is short, and holds where the text does: entries that no
// edit touches are left out of it, and nothing else is.
func TestTheProofOfAnEdit(t *testing.T) {
	tests := []struct{ name, provider, store, proof string }{
		{
			"one of three", "p", `{"x": [1, {"y": "z"}], "credential_pool": {"p": [{"id": "a", "n": {}}, {"id": "b"}, 7, {"id": "c"}]}}`,
			`{"x": [1, {"y": "z"}], "credential_pool": {"p": [{}, {"id": "b", "new": 1}, 7, {}]}, "updated_at": ` + stamp + `}`,
		},
		{
			"in the midst of many", "o", `{"credential_pool": {"p": [{"id": "a"}, 7, {"id": "c"},{"id": "d"}], "o": [{"id": "e"},
  {"id": "f"} , [], {"id": "b"},{"id": "g"},	{"id": "h"}]}}`,
			`{"credential_pool": {"p": [{}], "o": [{} , [], {"id": "b", "new": 1},{}]}, "updated_at": ` + stamp + `}`,
		},
		{
			"of a provider given twice, the last counts", "p", `{"credential_pool":{"p":[{"id":"a"}],"q":[{"id":"b"},{"id":"c"}],"p":[{"id":"d"},{"id":"b"}]}}`,
			`{"credential_pool":{"p":[{"id":"a"}],"q":[{}],"p":[{},{"id":"b","new":1}]},"updated_at":` + stamp + `}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := parse([]byte(tt.store))
			wantErr(t, err, nil)
			d := &Draft{doc: doc, pool: doc.pool(nil), changes: map[place]Change{}}
			wantErr(t, d.Apply(Ref{tt.provider, "b", 0}, Change{[]memberEdit{to("new", "1")}}), nil)
			next := d.revision(stampAt)
			equal(t, "proof", string(next.proof), tt.proof)
			wantErr(t, next.verify(), nil)
		})
	}
}

// What an edit breaks shows in its proof, wherever it is.
func TestABrokenEditHasNoProof(t *testing.T) {
	store := `{"credential_pool": {"p": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}, "z": 1}`
	doc, err := parse([]byte(store))
	wantErr(t, err, nil)
	for at := range len(store) {
		for _, text := range []string{`"`, `}`, `{`, `,`, `\`} {
			e := &editor{doc: doc, splices: []splice{{span{at, at}, []byte(text)}}}
			next := e.apply()
			_, err := parse(next.text.join())
			if (err == nil) != (next.verify() == nil) {
				t.Errorf("%s at %d: the text is %v, its proof %v", text, at, err, next.verify())
			}
		}
	}
}
