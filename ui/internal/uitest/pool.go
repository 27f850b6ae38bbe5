package uitest

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"pooltop/poolstate"
)

// Entry is a credential as in the file: a map from fields to values.
type Entry map[string]any

// Providers maps provider names to entries.
type Providers map[string]any

// PoolOf returns the pool in a file with the given providers.
func PoolOf(t testing.TB, p Providers) *poolstate.Pool {
	t.Helper()
	data, err := json.Marshal(map[string]any{"credential_pool": p})
	if err != nil {
		t.Fatal(err)
	}
	pool, err := poolstate.Decode(data, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

// Ready returns a credential without a failure.
func Ready(label string) Entry {
	return Entry{
		"id": "id-" + label, "access_token": "none", "label": label, "auth_type": "api_key", "source": "manual",
		"request_count": 7, "consecutive_failures": 0,
	}
}

// Exhausted returns a credential that failed at the given time before Epoch. Under the
// backoff policy, its cooldown is 1h, 2h, 4h or 8h, depending on the streak.
func Exhausted(label string, ago time.Duration, streak int) Entry {
	return Ready(label).With(Entry{
		"last_status": "exhausted", "last_status_at": Seconds(-ago), "last_error_code": 429,
		"last_error_reason": "rate_limit_error", "consecutive_failures": streak,
	})
}

// Cooling returns a credential with a deadline, set by the provider, at the given time
// after Epoch. If the time is negative, the credential is due.
func Cooling(label string, in time.Duration) Entry {
	return Exhausted(label, time.Hour, 1).With(Entry{"last_error_reset_at": Seconds(in)})
}

// Held returns a credential that is held until the given time after Epoch.
func Held(label string, in time.Duration) Entry {
	return Cooling(label, in).With(Entry{"last_error_reason": poolstate.HoldReason})
}

// Dead returns a credential that needs re-authentication.
func Dead(label string) Entry {
	return Ready(label).With(Entry{
		"last_status": "dead", "last_status_at": Seconds(-24 * time.Hour), "last_error_code": 401,
		"last_error_reason": "token_revoked", "last_error_message": "OAuth token has been revoked",
	})
}

// With returns a copy of the entry with the given fields. A nil value removes a field.
func (e Entry) With(fields Entry) Entry {
	out := maps.Clone(e)
	maps.Copy(out, fields)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

// Seconds returns the Unix time that is d after Epoch.
func Seconds(d time.Duration) float64 { return float64(Epoch.Add(d).Unix()) }

// BigPool returns a pool of n credentials, divided equally between two providers.
func BigPool(t testing.TB, n int) *poolstate.Pool {
	t.Helper()
	all := Providers{}
	for p := range 2 {
		list := make([]Entry, n/2)
		for i := range list {
			label := fmt.Sprintf("key-%d-%d", p, i)
			list[i] = Ready(label)
			if i%3 == 1 {
				list[i] = Exhausted(label, time.Duration(i%50)*time.Minute, i%7)
			}
		}
		all[fmt.Sprintf("provider-%d", p)] = list
	}
	return PoolOf(t, all)
}
