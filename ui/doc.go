// Package ui is what pooltop draws: theme, header, table, detail, help and the
// words for every state. It is pure: data in, lines out. It reads no clock,
// does no I/O and keeps no state, so that a screen is a function of a [Screen].
//
// Text from the file is untrusted. It passes through [Clean] before it is
// measured or drawn, in one place: the [line] and the [wrap] helpers take only
// what Clean returned or what this package wrote itself.
package ui
