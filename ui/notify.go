package ui

import "strings"

// NotificationForm is the escape sequence for a desktop notification, with the
// placeholder TEXT for the message. It is followed by the bell.
type NotificationForm string

// The notification forms.
const (
	NotifyBell   NotificationForm = "" // only the bell
	NotifyOSC9   NotificationForm = "\x1b]9;TEXT\x1b\\"
	NotifyOSC777 NotificationForm = "\x1b]777;notify;pooltop;TEXT\x1b\\"
	NotifyOSC99  NotificationForm = "\x1b]99;i=pooltop;TEXT\x1b\\"
	NotifyTmux   NotificationForm = "\x1bPtmux;\x1b\x1b]9;TEXT\a\x1b\\" // OSC 9, which tmux passes through
)

// NotificationFormOf returns the form for the terminal that the environment
// variables identify. For an unknown terminal, it returns NotifyBell.
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

// Notification returns the bytes that show a notification. It cleans the text,
// which may come from the file, and replaces semicolons, which separate fields. The
// prefix is needed because terminals treat a message that begins with a number as a
// command.
func Notification(form NotificationForm, s string) string {
	s = "pooltop: " + strings.ReplaceAll(clean(s), ";", ",")
	return strings.Replace(string(form), "TEXT", s, 1) + "\a"
}
