package theme

import (
	"pooltop/poolstate"
)

// StateGlyph returns the symbol of an availability, which is one cell wide.
func StateGlyph(a poolstate.Availability) string {
	return [...]string{"●", "◔", "◑", "◌", "✕", "○"}[a]
}

// Marks beside a name or a countdown, one cell wide each; the help explains
// them.
const (
	MarkShared   = "≡"
	MarkExpiry   = "!"
	MarkProvider = "*"
	MarkComputed = "·"
	MarkOperator = "^"
	MarkSuspect  = "?"
	MarkFresh    = "›"
)

// OriginMark returns the mark for where a deadline comes from, or a blank
// without a deadline.
func OriginMark(d poolstate.Deadline) string {
	if d.Suspect {
		return MarkSuspect
	}
	switch d.Origin {
	case poolstate.OriginProvider:
		return MarkProvider
	case poolstate.OriginComputed:
		return MarkComputed
	case poolstate.OriginOperator:
		return MarkOperator
	}
	return " "
}
