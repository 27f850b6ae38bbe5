// Package ui draws the dashboard: header, table, detail, dialogs, events,
// forecast and help, and the words for every state. It is pure: a screen is a
// function of a [Screen]. It reads no clock, does no I/O and keeps no state.
//
// Text from the file is untrusted. It passes through [text.Clean] before it is
// measured or drawn.
package ui
