package testkit

import (
	"strings"
	"testing"
)

// Adjacent shapes are merged to avoid gaps.
func TestShapeOf(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		n          int
		want       string
	}{
		{"adjacent blocks", "█", 3, "M9 20h27v20h-27z"},
		{"upper half block", "▀", 1, "M9 20h9v10h-9z"},
		{"a low block", "▂", 1, "M9 35h9v5h-9z"},
		{"a half block", "▌", 1, "M9 20h4.5v20h-4.5z"},
		{"a line across cells", "─", 4, "M9 29.5h36v1h-36z"},
		{"a line from the center", "╺", 1, "M13.5 28.75h4.5v2.5h-4.5z"},
		{"an axis with ticks", "┬", 2, "M9 29.5h18v1h-18zM13 30h1v10h-1zM22 30h1v10h-1z"},
		{"a centered sign", "▲", 1, "M13.5 26.4L17.5 33.6L9.5 33.6z"},
		{"a letter", "a", 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path, _ := shapeOf(tt.text, 1, 1, tt.n)
			if path != tt.want {
				t.Errorf("path %q, want %q", path, tt.want)
			}
		})
	}
}

// textLength keeps letters in their cells in any font.
func TestSheet_Words(t *testing.T) {
	for _, tt := range []struct{ name, written, want string }{
		{"a run", "ab c", `<text class='c0' x='0' y='15' textLength='36'>ab c</text>`},
		{"two columns", "ab  c ", `<text class='c0' x='0' y='15' textLength='18'>ab</text>` + "\n" + `<text class='c0' x='36' y='15' textLength='9'>c</text>`},
		{"markup", "<&>", `<text class='c0' x='0' y='15' textLength='27'>&lt;&amp;&gt;</text>`},
		{
			"a wide character", "a漢b", `<text class='c0' x='0' y='15' textLength='9'>a</text>` + "\n" +
				`<text class='c0' x='9' y='15' textLength='18'>漢</text>` + "\n" + `<text class='c0' x='27' y='15' textLength='9'>b</text>`,
		},
		{"bold, in a color", "\x1b[1;38;2;1;2;3mab", `<text class='c0 b' x='0' y='15' textLength='18'>ab</text>`},
		{"reverse video", "\x1b[7mab", `<text class='c1' x='0' y='15' textLength='18'>ab</text>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := NewEmulator(8, 1)
			_, _ = p.Write([]byte(tt.written))
			s := &sheet{window: Dark}
			s.row(0, 0, p.cells[0])
			if got := strings.Join(s.order[letters], "\n"); got != tt.want {
				t.Errorf("elements %q, want %q", got, tt.want)
			}
		})
	}
}
