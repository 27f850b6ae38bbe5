package ui

import (
	"strings"

	"pooltop/ui/text"
)

// NotificationForm is how a terminal accepts desktop notifications.
type NotificationForm uint8

// The forms: the bell alone, or the bell after an escape sequence: that of
// iTerm2 and Windows Terminal, of rxvt, of kitty, or the first one passed
// through tmux.
const (
	NotifyBell NotificationForm = iota
	NotifyOSC9
	NotifyOSC777
	NotifyOSC99
	NotifyTmux
)

// NotificationFormOf returns the form that the terminal accepts, judging by the
// environment. An unknown terminal gets the bell.
func NotificationFormOf(env func(string) string) NotificationForm {
	term, program := env("TERM"), env("TERM_PROGRAM")
	switch {
	case env("TMUX") != "":
		return NotifyTmux
	case strings.HasPrefix(term, "screen"):
		return NotifyBell
	case term == "xterm-kitty", env("KITTY_WINDOW_ID") != "":
		return NotifyOSC99
	case strings.HasPrefix(term, "foot"), strings.HasPrefix(term, "rxvt"), program == "ghostty", env("VTE_VERSION") != "":
		return NotifyOSC777
	case program == "iTerm.app", program == "WezTerm", env("LC_TERMINAL") == "iTerm2", env("WT_SESSION") != "", env("ConEmuPID") != "":
		return NotifyOSC9
	}
	return NotifyBell
}

// Notification returns the bytes that show a notification. The text may come
// from the file, so it is cleaned.
func Notification(form NotificationForm, s string) string {
	const bell, end = "\a", "\x1b\\"
	// A semicolon would end the field. The prefix keeps a text that begins with a
	// number from being read as a command.
	s = "pooltop: " + strings.ReplaceAll(text.Clean(s, text.RowLimit), ";", ",")
	switch form {
	case NotifyOSC9:
		return "\x1b]9;" + s + end + bell
	case NotifyOSC777:
		return "\x1b]777;notify;pooltop;" + s + end + bell
	case NotifyOSC99:
		return "\x1b]99;i=pooltop;" + s + end + bell
	case NotifyTmux:
		return "\x1bPtmux;\x1b\x1b]9;" + s + "\a" + end + bell
	}
	return bell
}
