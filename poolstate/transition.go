package poolstate

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Change is a set of edits to the fields of one entry. It prints the names of
// the fields and none of their values, which may be secrets.
type Change struct{ edits []memberEdit }

// IsEmpty reports whether the change changes nothing.
func (ch Change) IsEmpty() bool { return len(ch.edits) == 0 }

// Format prints the keys that the change sets or removes, whatever the verb.
func (ch Change) Format(f fmt.State, _ rune) {
	keys := make([]string, 0, len(ch.edits))
	for _, e := range ch.edits {
		keys = append(keys, e.key)
	}
	_, _ = io.WriteString(f, "change of "+strings.Join(keys, ", "))
}

// set adds an edit; raw is a JSON value.
func (ch *Change) set(key string, raw []byte) {
	ch.edits = append(ch.edits, memberEdit{key: key, body: hide(string(raw))})
}

// remove takes a key out of the entry.
func (ch *Change) remove(key string) {
	ch.edits = append(ch.edits, memberEdit{key: key})
}

// After returns the credential as the change leaves it. What depends on other
// entries (Index, Sole, Shares) stays, and Tokens differs after new tokens, but
// only a reload knows the digest that the file will have.
func (ch Change) After(c Credential) Credential {
	v := &values{loc: time.UTC} // the changes of this package write no ISO instants
	for _, e := range ch.edits {
		c.set(e.key, e.raw(), v)
	}
	return c
}

// Failure is what a provider answered when it refused a credential.
type Failure struct {
	// Code is the HTTP status.
	Code int
	// Reason and Message are the provider's words; either may be empty.
	Reason, Message string
	// ResetAt is when the provider says the limit resets; zero when it does not.
	ResetAt time.Time
}

// Exhausted is the transition of a credential that a provider refused: it cools
// down from now on, and its streak rises by one. The deadline is not part of
// the change; policy and reader compute it.
func Exhausted(c Credential, f Failure, at time.Time) Change {
	var ch Change
	ch.set(keyStatus, rawText(wordExhausted))
	ch.set(keyStatusAt, rawSeconds(at))
	ch.set(keyErrorCode, rawInt(f.Code))
	ch.set(keyErrorReason, rawTextOrNull(f.Reason))
	ch.set(keyErrorMessage, rawTextOrNull(f.Message))
	ch.set(keyResetAt, rawSeconds(f.ResetAt))
	ch.set(keyStreak, rawInt(c.Streak.Next().Count()))
	return ch
}

// CooledDown is the transition of a credential whose cooldown is over: an agent may
// use it again. The streak stays, which is what makes the backoff climb while a
// provider is still down. It is empty for a credential that is not due.
func CooledDown(c Credential, p Policy, at time.Time) Change {
	var ch Change
	if p.Availability(&c, at) != Due {
		return ch
	}
	ch.set(keyStatus, rawText(wordOK))
	ch.clearError()
	return ch
}

// OperatorReset is the transition of a credential that an operator declares
// usable: status, error and streak are cleared. It is empty when there is
// nothing to clear.
func OperatorReset(c Credential, at time.Time) Change {
	var ch Change
	if isClear(&c) {
		return ch
	}
	ch.set(keyStatus, rawNull())
	ch.clearError()
	ch.set(keyStreak, rawInt(0))
	ch.remove(keyFailureReason)
	ch.remove(keyModelCooldowns)
	ch.set(keyClearedAt, rawSeconds(at))
	return ch
}

// isClear reports whether nothing of a failure is left in the entry.
func isClear(c *Credential) bool {
	usable := c.Status == StatusNone || c.Status == StatusOK
	wordless := c.ErrorReason == "" && c.ErrorMessage == "" && c.FailureReason == ""
	return usable && wordless && c.Streak.Count() == 0 && !c.ErrorCode.Present() &&
		c.ResetAt.IsZero() && len(c.ModelCooldowns) == 0
}

// Tokens are what a token refresh produced.
type Tokens struct {
	Access, Refresh Secret
	// ExpiresAt is when the access token expires; zero when unknown.
	ExpiresAt time.Time
}

// Succeeded is the transition of a real success: the authority issued new
// tokens. Status and error are cleared and the streak falls to zero.
func Succeeded(t Tokens) Change {
	var ch Change
	ch.set(keyAccessToken, rawText(t.Access.reveal()))
	if refresh := t.Refresh.reveal(); refresh != "" {
		ch.set(keyRefreshToken, rawText(refresh))
	}
	if !t.ExpiresAt.IsZero() {
		ch.set(keyExpiresAtMS, rawInt(int(t.ExpiresAt.UnixMilli())))
	}
	ch.set(keyStatus, rawText(wordOK))
	ch.clearError()
	ch.set(keyStreak, rawInt(0))
	return ch
}

// Used is the bookkeeping of a request that the credential served.
func Used(c Credential, requests int) Change {
	var ch Change
	if requests != 0 {
		ch.set(keyRequestCount, rawInt(c.RequestCount.Or(0)+requests))
	}
	return ch
}

// Join puts changes of one entry together; of two edits of the same field the
// later one counts.
func Join(changes ...Change) Change {
	var ch Change
	place := map[string]int{}
	for _, c := range changes {
		for _, e := range c.edits {
			if i, again := place[e.key]; again {
				ch.edits[i] = e
				continue
			}
			place[e.key] = len(ch.edits)
			ch.edits = append(ch.edits, e)
		}
	}
	return ch
}

func (ch *Change) clearError() {
	ch.set(keyStatusAt, rawNull())
	ch.set(keyErrorCode, rawNull())
	ch.set(keyErrorReason, rawNull())
	ch.set(keyErrorMessage, rawNull())
	ch.set(keyResetAt, rawNull())
}
