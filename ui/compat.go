package ui

import (
	"pooltop/ui/text"
)

// Names of package text that other packages still use by their old place.
var (
	Clean          = text.Clean
	Span           = text.Span
	Countdown      = text.Countdown
	Moment         = text.Moment
	Stamp          = text.Stamp
	CredentialName = text.CredentialName
)

// CodeWords returns what a common error code means, or "".
func CodeWords(code int) string { return text.CodeWords[code] }
