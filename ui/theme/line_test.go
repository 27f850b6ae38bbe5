package theme

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"pooltop/ui/internal/uitest"
)

func TestLine(t *testing.T) {
	th := SchemeDark.Theme(colorprofile.ANSI)
	for _, c := range []struct {
		name, want string
		build      func(l *Line)
	}{
		{"empty", "", func(*Line) {}},
		{"default color", "a", func(l *Line) { l.Write(Text, "a") }},
		{"one style", "\x1b[91ma b\x1b[m", func(l *Line) { l.Write(Dead, "a").To(2).Write(Dead, "b") }},
		{"two styles", "\x1b[91ma\x1b[m \x1b[92mb\x1b[m", func(l *Line) { l.Write(Dead, "a").To(2).Write(Ready, "b") }},
		{"spaces at the end", "\x1b[1;91ma\x1b[m  ", func(l *Line) { l.Bold(Dead, "a").To(3) }},
		{"backward", "abc", func(l *Line) { l.Write(Text, "abc").To(1) }},
		{"to the right", "   ab", func(l *Line) { l.Right(5, Text, Regular, "ab") }},
		{"rule", "a\x1b[90m──\x1b[m", func(l *Line) { l.Write(Text, "a").Rule(3) }},
		{"on a hatched fill", "\x1b[92ma\x1b[m", func(l *Line) { l.OnFill(Ready, "a") }},
		{"rule without room", "abc", func(l *Line) { l.Write(Text, "abc").Rule(2) }},
	} {
		l := th.Line()
		c.build(l)
		uitest.Equal(t, c.name, strings.ReplaceAll(l.String(), "\x1b[0m", "\x1b[m"), c.want)
		uitest.Equal(t, c.name+": column", l.Col(), len([]rune(uitest.SGR.ReplaceAllString(l.String(), ""))))
	}
}
