package poolstate

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"
)

// FuzzDecode: whatever the bytes are, they are a pool or an error. If they are
// a pool, every edit of every entry changes what it is about and nothing else,
// by the word of a second reader.
func FuzzDecode(f *testing.F) {
	for _, name := range sampleNames {
		for _, entry := range entriesOf(f, sample(f, name)) {
			f.Add([]byte(storeOf(entry)))
		}
	}
	for _, content := range handMade() {
		if len(content) < 1000 {
			f.Add([]byte(content))
		}
	}
	for _, content := range []string{"", "{", "\ufeff", `{"credential_pool":[]}`, `{"credential_pool":{"p":[{"id":NaN5}]}}`, `{"credential_pool":{"p":[{}]`} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		pool, err := Decode(data, time.UTC)
		if err != nil {
			return
		}
		pool.Summarize(Backoff, pictureAt)
		entries := 0
		for c := range pool.All() {
			if entries++; entries > 5 {
				break
			}
			for _, op := range operations {
				checkEdit(t, data, c, op)
			}
		}
	})
}

// entriesOf cuts the entries out of a file: short seeds are good seeds.
func entriesOf(f *testing.F, data []byte) []string {
	f.Helper()
	top, err := readJSON(data)
	if err != nil {
		f.Fatal(err)
	}
	var entries []string
	for _, provider := range top.last("credential_pool").value.members {
		for _, entry := range provider.value.items {
			entries = append(entries, string(data[entry.start:entry.end]))
		}
	}
	return entries
}

func checkEdit(t *testing.T, data []byte, c *Credential, op operation) {
	t.Helper()
	change, want := op.change(*c)
	out, err := editInMemory(data, func(d *Draft) error { return d.Apply(c.Ref, change) })
	if err == nil {
		err = checkEdited(data, out, c.Provider, c.Position, want)
	}
	if err != nil {
		t.Fatalf("%s of %s: %v\nbefore: %q\nafter:  %q", op.name, c.Ref, err, data, out)
	}
	if _, err := Decode(out, time.UTC); err != nil {
		t.Fatalf("%s of %s: the result is no pool: %v\nbefore: %q\nafter:  %q", op.name, c.Ref, err, data, out)
	}
}

// FuzzEditLossless aims at the inside of one entry: whatever its members are,
// and whatever form they have, an edit changes what it is about.
func FuzzEditLossless(f *testing.F) {
	for _, inside := range []string{
		``, ` `, `"id":"a"`, "\n\t\"id\": \"a\",\n\t\"last_status\": \"exhausted\"\n", `"failure_reason":1,"failure_reason":2`,
		`"last_status" : "dead" , "last\u005fstatus":NaN`, `"model_cooldowns":{"m":[{}]},"x":1.50`, "\"a\":\"\xff\",\"request_count\":1e5\r\n",
		`"id":"}","label":"{\"id\":","consecutive_failures":-Infinity`, `"access_token":"SECRET","access_token":null`,
	} {
		for op := range operations {
			f.Add(inside, uint8(op))
		}
	}
	f.Fuzz(func(t *testing.T, inside string, op uint8) {
		data := []byte("{\"credential_pool\": {\"p\": [{\"id\": \"z\"}, {" + inside + "}, 5]},\r\n \"updated_at\": 0 }")
		pool, err := Decode(data, time.UTC)
		if err != nil {
			return
		}
		for c := range pool.All() {
			checkEdit(t, data, c, operations[int(op)%len(operations)])
		}
	})
}

// FuzzInstant: what is read as an instant lies after the epoch, can be computed
// with, and survives being written.
func FuzzInstant(f *testing.F) {
	type vector struct{ JSON string }
	for _, v := range vectors[vector](f, "timestamps.json") {
		f.Add(v.JSON)
	}
	for _, s := range []string{`NaN`, `1e308`, `1.7976931348623157e308`, `5e-324`, `"2026-05-11T15:28:55.999999999Z"`, `"9999-12-31T23:59:59Z"`, `"20260511T1528"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		at := instantOf([]byte(raw), time.UTC)
		if at.IsZero() {
			return
		}
		if at.Unix() < 0 {
			t.Fatalf("%q lies before the epoch: %v", raw, at)
		}
		c := Credential{Status: StatusExhausted, StatusAt: at, ResetAt: at}
		if a := Backoff.Assess(&c, pictureAt); a.Remaining < 0 || a.Cooldown < 0 {
			t.Fatalf("%q: %+v", raw, a)
		}
		if at.Year() > 2200 || at.Unix() == 0 {
			return // a float of so many seconds resolves no microsecond any more, one of so few rounds to none
		}
		if again := instantOf(rawSeconds(at), time.UTC); !near(again, at) {
			t.Fatalf("%q is %v, and %v once written", raw, at, again)
		}
	})
}

// FuzzStreak: whatever stands in the field, the multiplier is on the ladder, and
// one more failure never makes it smaller. Integers are read exactly.
func FuzzStreak(f *testing.F) {
	type vector struct{ JSON string }
	for _, v := range vectors[vector](f, "backoff.json") {
		f.Add(v.JSON)
	}
	f.Add("123456789012345678901")
	f.Add(fmt.Sprint(math.MinInt))
	f.Fuzz(func(t *testing.T, raw string) {
		streak := streakOf([]byte(raw))
		m, next := Multiplier(streak.Count()), Multiplier(streak.Next().Count())
		if m != 1 && m != 2 && m != 4 && m != 8 {
			t.Fatalf("%q multiplies by %d", raw, m)
		}
		if next < m || next > 2*m || streak.Next().Count() < 1 {
			t.Fatalf("%q: %d comes after %d", raw, next, m)
		}
		if _, known := streak.Known(); !known && streak.Count() != 0 {
			t.Fatalf("%q is unknown and counts as %d", raw, streak.Count())
		}
		if n, err := strconv.ParseInt(raw, 10, 0); err == nil && json.Valid([]byte(raw)) {
			equal(t, raw, streak, KnownStreak(int(n)))
		}
	})
}
