package poolstate

import (
	"math"
	"strconv"
	"time"

	"pooltop/poolstate/internal/jsonedit"
)

// The raw functions encode values as Python's json.dumps does, so that edited
// entries look like their neighbors.

func rawNull() []byte { return []byte("null") }

func rawInt(n int) []byte { return strconv.AppendInt(nil, int64(n), 10) }

// rawSeconds writes an instant as epoch seconds, a float in shortest form.
func rawSeconds(t time.Time) []byte {
	if t.IsZero() {
		return rawNull()
	}
	f := float64(t.UnixMicro()) / 1e6
	b := strconv.AppendFloat(nil, f, 'f', -1, 64)
	if f == math.Trunc(f) {
		b = append(b, ".0"...)
	}
	return b
}

// rawText writes a string.
func rawText(s string) []byte { return jsonedit.Quote(s) }

// rawTextOrNull writes null for an empty string.
func rawTextOrNull(s string) []byte {
	if s == "" {
		return rawNull()
	}
	return rawText(s)
}

// rawUpdatedAt writes the store's time stamp: UTC with microseconds.
func rawUpdatedAt(t time.Time) []byte {
	return rawText(t.UTC().Format("2006-01-02T15:04:05.000000-07:00"))
}
