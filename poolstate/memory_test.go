package poolstate

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A pool keeps no piece of the text that it was decoded from: it may be wiped.
func TestAPoolOutlivesItsText(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "testdata", "samples", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatal("there are no samples", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := bytes.Clone(data)
		pool, err := Decode(text, time.UTC)
		wantErr(t, err, nil)
		for i := range text {
			text[i] = '#'
		}
		again, err := Decode(data, time.UTC)
		wantErr(t, err, nil)
		if !reflect.DeepEqual(pool, again) {
			t.Errorf("%s: the pool changed with its text", path)
		}
	}
}

// Memory is used again if it is large enough, and nothing is left in it.
func TestMemoryIsWiped(t *testing.T) {
	m := &memory{}
	for _, text := range []string{"a secret", "another", strings.Repeat("a long secret ", 1000), "short"} {
		before := cap(m.bytes)
		data, err := readLike(strings.NewReader(text), len(text), nil, m)
		wantErr(t, err, nil)
		equal(t, "read", string(data), text)
		if before > len(text)+bytes.MinRead {
			equal(t, "capacity", cap(data), before)
		}
		m.wipe()
		if strings.Trim(string(data[:cap(data)]), "\x00") != "" {
			t.Errorf("%q is not wiped", text)
		}
	}
}
