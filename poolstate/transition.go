package poolstate

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// Change is a set of edits to the fields of one entry. The zero value changes
// nothing. It prints only the names of the fields, because values may be secrets.
type Change struct{ edits []jsonedit.Edit }

// IsEmpty reports whether the change has no edits.
func (ch Change) IsEmpty() bool { return len(ch.edits) == 0 }

// Format prints the keys that the change sets or removes, regardless of the verb.
func (ch Change) Format(f fmt.State, _ rune) {
	keys := make([]string, 0, len(ch.edits))
	for _, e := range ch.edits {
		keys = append(keys, e.Key)
	}
	_, _ = io.WriteString(f, "change to "+strings.Join(keys, ", "))
}

// set adds an edit; raw is a JSON value.
func (ch *Change) set(key string, raw []byte) {
	value := string(raw)
	ch.edits = append(ch.edits, jsonedit.Edit{Key: key, Value: &value})
}

func (ch *Change) remove(key string) {
	ch.edits = append(ch.edits, jsonedit.Edit{Key: key})
}

// After returns c with the change applied. It does not update fields that depend on
// other entries, such as Index, Sole and Shares. If the change sets tokens, the digest
// in Tokens differs from the one after a reload.
func (ch Change) After(c Credential) Credential {
	for _, e := range ch.edits {
		c.apply(e, time.UTC) // unused: changes contain no ISO times
	}
	return c
}

// Failure is the response of a provider that refused a credential.
type Failure struct {
	// Code is the HTTP status.
	Code int
	// Reason and Message come from the provider. Either may be empty.
	Reason, Message string
	// ResetAt is when the limit resets, or the zero time if that is unknown.
	ResetAt time.Time
}

// Exhausted returns the change for a credential that a provider refused at the given
// time. It increases the streak by one. It stores no computed deadline, because readers
// compute it.
func Exhausted(c Credential, f Failure, at time.Time) Change {
	ch := Failed(f, at)
	ch.set(keyStreak, rawInt(c.Streak.Next().Count()))
	return ch
}

// Failed is like [Exhausted], but for an agent that does not count failures.
func Failed(f Failure, at time.Time) Change {
	var ch Change
	ch.set(keyStatus, rawText(wordExhausted))
	ch.set(keyStatusAt, rawSeconds(at))
	ch.set(keyErrorCode, rawInt(f.Code))
	ch.set(keyErrorReason, rawTextOrNull(f.Reason))
	ch.set(keyErrorMessage, rawTextOrNull(f.Message))
	ch.set(keyResetAt, rawSeconds(f.ResetAt))
	return ch
}

// CooledDown returns the change for a credential whose cooldown is over. It is empty
// unless c is due. It keeps the streak, because the provider may still be down.
func CooledDown(c Credential, p Policy, at time.Time) Change {
	var ch Change
	if p.Availability(&c, at) == Due {
		ch.set(keyStatus, rawText(wordOK))
		ch.clearError()
	}
	return ch
}

// reset returns the change that clears status, error and streak. It does not add a
// streak of zero to an entry without a streak, because a streak in the file means that
// the agent counts failures.
func reset(c Credential, at time.Time) Change {
	var ch Change
	if isClear(&c) {
		return ch
	}
	ch.set(keyStatus, rawNull())
	ch.clearError()
	ch.clearStreak(&c)
	ch.remove(keyFailureReason)
	ch.remove(keyModelCooldowns)
	ch.remove(keyModelsSeenAt)
	ch.set(keyClearedAt, rawSeconds(at))
	return ch
}

// isClear reports whether a reset would have nothing to clear.
func isClear(c *Credential) bool {
	_, hasCode := c.ErrorCode.Get()
	return (c.Status == StatusNone || c.Status == StatusOK) && !hasCode &&
		c.ErrorReason == "" && c.ErrorMessage == "" && c.FailureReason == "" &&
		c.Failures().Count() == 0 && c.ResetAt.IsZero() && len(c.ModelCooldowns) == 0
}

// Tokens is the result of a token refresh.
type Tokens struct {
	Access, Refresh Secret
	// ExpiresAt is when the access token expires, or the zero time if that is unknown.
	ExpiresAt time.Time
}

// Succeeded returns the change for a credential whose tokens were refreshed. It stores
// the new tokens, clears the error, and sets the status to ok and the streak to zero.
func Succeeded(t Tokens) Change {
	var ch Change
	ch.setTokens(t.Access, t.Refresh)
	if !t.ExpiresAt.IsZero() {
		ch.set(keyExpiresAtMS, rawInt(int(t.ExpiresAt.UnixMilli())))
	}
	ch.set(keyStatus, rawText(wordOK))
	ch.clearError()
	ch.set(keyStreak, rawInt(0))
	return ch
}

func (ch *Change) setTokens(access, refresh Secret) {
	ch.set(keyAccessToken, rawText(redact.Reveal(access)))
	if token := redact.Reveal(refresh); token != "" {
		ch.set(keyRefreshToken, rawText(token))
	}
}

// Used returns the change that adds requests to the credential's RequestCount.
func Used(c Credential, requests int) Change {
	var ch Change
	if requests != 0 {
		ch.set(keyRequestCount, rawInt(c.RequestCount.Or(0)+requests))
	}
	return ch
}

// Join combines changes to the same entry. If several edit the same field, the last one
// wins.
func Join(changes ...Change) Change {
	var ch Change
	for _, c := range changes {
		for _, e := range c.edits {
			i := slices.IndexFunc(ch.edits, func(o jsonedit.Edit) bool { return o.Key == e.Key })
			if i >= 0 {
				ch.edits[i] = e
			} else {
				ch.edits = append(ch.edits, e)
			}
		}
	}
	return ch
}

func (ch *Change) clearError() {
	for _, key := range []string{keyStatusAt, keyErrorCode, keyErrorReason, keyErrorMessage, keyResetAt} {
		ch.set(key, rawNull())
	}
}

// clearStreak sets the streak to zero if the entry has one.
func (ch *Change) clearStreak(c *Credential) {
	if c.hasStreak {
		ch.set(keyStreak, rawInt(0))
	}
}
