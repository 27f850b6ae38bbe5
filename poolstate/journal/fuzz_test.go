package journal

import (
	"bytes"
	"encoding/json"
	"testing"

	"pooltop/poolstate"
)

// FuzzRead: whatever the bytes of a journal are, what is read of them is
// entries, and written again they are the same ones. Nothing of it can break
// what looks for the last action or tells of the past.
func FuzzRead(f *testing.F) {
	line, err := json.Marshal(Entry{
		Record: poolstate.Record{At: at, Kind: poolstate.EventHeld, Provider: "p", ID: "a", Reason: "why", After: poolstate.State{Status: new("exhausted")}},
		Store:  "/store", Action: "n1", Verb: "exhaust", Undo: &poolstate.Undo{},
	})
	if err != nil {
		f.Fatal(err)
	}
	for _, content := range []string{
		"", "\n\n", "{}", "null\n[]\n5", string(line), string(line) + "\n" + string(line[:len(line)/2]),
		`{"action":"n2","undoes":"n1","store":"/store"}`, `{"at":"9999-12-31T23:59:59Z","event":"nonsense","by":7}`,
		`{"at":"2026-11-23T09:20:06Z","event":"due","before":null,"after":{"streak":-1},"cooldown_seconds":-9223372036854775808}`,
	} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list := read(bytes.NewReader(data), 1<<12)
		for i := range list {
			Last(list, list[i].Store)
			Records(list, list[i].Store)
			list[i].Same(&list[0].Record)
			list[i].Credential()
		}
		text, err := linesOf(list)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := linesOf(read(bytes.NewReader(text), maxLine))
		if err != nil || !bytes.Equal(again, text) {
			t.Errorf("%q was read from what was written of\n%q, %v", again, text, err)
		}
	})
}
