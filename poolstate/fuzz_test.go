package poolstate

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"testing"
	"time"

	"pooltop/poolstate/internal/jsonedit"
)

// FuzzDecode checks that decoding any bytes does not panic, and that every operation on an
// entry of the pool changes only the fields of that operation.
func FuzzDecode(f *testing.F) {
	for _, name := range sampleNames {
		root, err := jsonedit.Parse(sample(f, name))
		wantErr(f, err, nil)
		for _, provider := range root.Find("credential_pool").Members {
			for _, entry := range provider.Value.Items { // the fuzzer is fastest with short seeds
				f.Add([]byte(storeOf(string(entry.Raw))))
			}
		}
	}
	for _, content := range handMade() {
		if len(content) < 1000 {
			f.Add([]byte(content))
		}
	}
	for _, inside := range []string{
		``, ` `, "\n\t\"id\": \"a\",\n\t\"last_status\": \"exhausted\"\n", `"failure_reason":1,"failure_reason":2`,
		`"last_status" : "dead" , "last\u005fstatus":NaN`, `"model_cooldowns":{"m":[{}]},"x":1.50`, "\"a\":\"\xff\",\"request_count\":1e5\r\n",
		`"id":"}","label":"{\"id\":","consecutive_failures":-Infinity`, `"access_token":"SECRET","access_token":null`,
	} {
		f.Add([]byte("{\"credential_pool\": {\"p\": [{\"id\": \"z\"}, {" + inside + "}, 5]},\r\n \"updated_at\": 0 }"))
	}
	for _, content := range []string{"", "{", "\ufeff", `{"credential_pool":[]}`, `{"credential_pool":{"p":[{"id":NaN5}]}}`, `{"credential_pool":{"p":[{}]`} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		pool, err := Decode(data, time.UTC)
		if err != nil {
			return
		}
		pool.Summarize(Backoff(), sampledAt)
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

// FuzzInstant checks that a decoded time is not before the epoch, does not overflow, and
// does not change when it is encoded and decoded again.
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
			t.Fatalf("%q is before the epoch: %v", raw, at)
		}
		c := Credential{Status: StatusExhausted, StatusAt: at, ResetAt: at}
		if a := Backoff().Assess(&c, sampledAt); a.Remaining < 0 || a.Cooldown < 0 {
			t.Fatalf("%q: %+v", raw, a)
		}
		if at.Year() > 2200 || at.Unix() == 0 {
			return // a float64 cannot store later times to the microsecond; tiny numbers round to the epoch
		}
		if again := instantOf(rawSeconds(at), time.UTC); !near(again, at) {
			t.Fatalf("%q is %v, and %v after encoding", raw, at, again)
		}
	})
}

// FuzzStreak checks that any value has a multiplier of 1, 2, 4 or 8, and that another
// failure at most doubles the multiplier and never reduces it.
func FuzzStreak(f *testing.F) {
	type vector struct{ JSON string }
	for _, v := range vectors[vector](f, "backoff.json") {
		f.Add(v.JSON)
	}
	f.Add("123456789012345678901")
	f.Add(fmt.Sprint(math.MinInt))
	f.Fuzz(func(t *testing.T, raw string) {
		streak := streakOf([]byte(raw))
		m, next := Backoff().Multiplier(streak.Count()), Backoff().Multiplier(streak.Next().Count())
		if m != 1 && m != 2 && m != 4 && m != 8 {
			t.Fatalf("%q: multiplier is %d", raw, m)
		}
		if next < m || next > 2*m || streak.Next().Count() < 1 {
			t.Fatalf("%q: multiplier is %d after %d", raw, next, m)
		}
		if _, known := streak.Known(); !known && streak.Count() != 0 {
			t.Fatalf("%q is unknown, but its count is %d", raw, streak.Count())
		}
		if n, err := strconv.ParseInt(raw, 10, 0); err == nil && json.Valid([]byte(raw)) {
			equal(t, raw, streak, KnownStreak(int(n)))
		}
	})
}
