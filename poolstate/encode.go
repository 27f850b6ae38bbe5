package poolstate

import (
	"math"
	"strconv"
	"time"
	"unicode/utf16"
)

// The encoders write values as Python's json.dumps does, so that an entry that
// pooltop edited looks like its neighbours.

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

// rawText writes a string with everything beyond ASCII escaped, in surrogate
// pairs where needed.
func rawText(s string) []byte {
	const hexDigits = "0123456789abcdef"
	b := make([]byte, 0, len(s)+2)
	unit := func(u uint16) {
		b = append(b, '\\', 'u', hexDigits[u>>12], hexDigits[u>>8&15], hexDigits[u>>4&15], hexDigits[u&15])
	}
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\b':
			b = append(b, `\b`...)
		case r == '\f':
			b = append(b, `\f`...)
		case r >= ' ' && r <= '~':
			b = append(b, byte(r))
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			unit(uint16(hi))
			unit(uint16(lo))
		default:
			unit(uint16(r))
		}
	}
	return append(b, '"')
}

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
