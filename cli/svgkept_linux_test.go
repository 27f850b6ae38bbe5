package cli

import (
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What a picture may consist of: nothing that acts, and nothing from elsewhere.
var (
	pictureElements   = strings.Fields("svg title desc style rect circle text g path")
	pictureAttributes = strings.Fields("xmlns viewBox width height role aria-labelledby id class x y cx cy r rx d fill stroke text-anchor textLength transform")
)

// The pictures that are kept are documents of their own, small, without a script,
// a link or a secret, and say in words what they show. The README shows each of
// them, and no other.
func TestKeptPictures(t *testing.T) {
	files, err := filepath.Glob("../docs/*")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(readFile(t, filepath.Join("..", "README.md")))
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			content := string(readFile(t, file))
			limit := 60_000
			if strings.HasPrefix(file, "../docs/demo-") {
				limit = 300_000
			}
			if len(content) > limit {
				t.Errorf("%d bytes, more than %d", len(content), limit)
			}
			for _, foreign := range []string{"SECRET", "url(", "@import", "file:", "/tmp/"} {
				if strings.Contains(content, foreign) {
					t.Errorf("it says %q", foreign)
				}
			}
			checkElements(t, content)
			if !strings.Contains(readme, filepath.ToSlash(file[len("../"):])) {
				t.Error("the README does not show it")
			}
		})
	}
	for _, name := range regexp.MustCompile(`docs/[\w.-]+`).FindAllString(readme, -1) {
		if !slices.Contains(files, "../"+name) {
			t.Errorf("the README shows %s, which is not there", name)
		}
	}
}

func checkElements(t *testing.T, content string) {
	t.Helper()
	words := map[string]string{}
	last := ""
	for d := xml.NewDecoder(strings.NewReader(content)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			last = token.Name.Local
			if !slices.Contains(pictureElements, last) {
				t.Errorf("it has an element %s", last)
			}
			for _, a := range token.Attr {
				if !slices.Contains(pictureAttributes, a.Name.Local) {
					t.Errorf("it has an attribute %s", a.Name.Local)
				}
			}
		case xml.CharData:
			words[last] += strings.TrimSpace(string(token))
		}
	}
	if words["title"] == "" || words["desc"] == "" {
		t.Errorf("it has the title %q and the description %q", words["title"], words["desc"])
	}
}

// What the pictures show is what a terminal shows: the program itself, started on
// one, draws the same, but for the seconds that have passed.
func TestATerminalShowsThePicture(t *testing.T) {
	scene := scenes[0]
	want := takeScene(t, 120, 36, scene.keys, scene.words).dark
	c := sitDown(t)
	home, state := t.TempDir(), t.TempDir()
	file := filepath.Join(home, ".hermes", "auth.json")
	writeFile(t, file, readFile(t, picturedStore))
	writeFile(t, filepath.Join(state, "pooltop", "events.jsonl"),
		[]byte(strings.ReplaceAll(string(readFile(t, picturedJournal)), picturedFile, file)))
	c.run("pooltop", []string{"HOME=" + home, "HERMES_HOME=", "XDG_STATE_HOME=" + state}, "--now", picturedAt)
	c.shows("r reset")
	c.typed("j")
	digits := regexp.MustCompile(`\d`)
	masked := digits.ReplaceAllString(textOf(want), "0")
	c.until("show\n"+masked, func(p *picturedTerminal) bool { return digits.ReplaceAllString(p.String(), "0") == masked })
}

// Shapes side by side are one, so that there is no gap between them.
func TestShapes(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		n          int
		want       string
	}{
		{"blocks meet", "█", 3, "M9 20h27v20h-27z"},
		{"a part of a block stands on the ground", "▂", 1, "M9 35h9v5h-9z"},
		{"half a block leaves half", "▌", 1, "M9 20h4.5v20h-4.5z"},
		{"a line goes through", "─", 4, "M9 29.5h36v1h-36z"},
		{"a line that begins in the middle", "╺", 1, "M13.5 28.75h4.5v2.5h-4.5z"},
		{"an axis with its ticks", "┬", 2, "M9 29.5h18v1h-18zM13 30h1v10h-1zM22 30h1v10h-1z"},
		{"a sign is in the middle", "▲", 1, "M13.5 26.4L17.5 33.6L9.5 33.6z"},
		{"a letter is none", "a", 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path, _ := shapeOf(tt.text, 1, 1, tt.n)
			equal(t, "the path", path, tt.want)
		})
	}
}

// Letters stand in their cells, whatever the font: runs are told how long they
// are, two blanks begin a new one, and a wide character is one of its own.
func TestLetters(t *testing.T) {
	for _, tt := range []struct{ name, written, want string }{
		{"a run", "ab c", `<text class='c0' x='0' y='15' textLength='36'>ab c</text>`},
		{"two columns", "ab  c ", `<text class='c0' x='0' y='15' textLength='18'>ab</text>` + "\n" + `<text class='c0' x='36' y='15' textLength='9'>c</text>`},
		{"what is markup elsewhere", "<&>", `<text class='c0' x='0' y='15' textLength='27'>&lt;&amp;&gt;</text>`},
		{
			"a wide character", "a漢b", `<text class='c0' x='0' y='15' textLength='9'>a</text>` + "\n" +
				`<text class='c0' x='9' y='15' textLength='18'>漢</text>` + "\n" + `<text class='c0' x='27' y='15' textLength='9'>b</text>`,
		},
		{"bold, in a colour", "\x1b[1;38;2;1;2;3mab", `<text class='c0 b' x='0' y='15' textLength='18'>ab</text>`},
		{"turned round", "\x1b[7mab", `<text class='c1' x='0' y='15' textLength='18'>ab</text>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPicturedTerminal(8, 1)
			p.write([]byte(tt.written))
			s := &sheet{window: darkWindow, classes: map[string]string{}}
			s.row(0, 0, p.cells[0])
			equal(t, "the elements", strings.Join(s.order[letters], "\n"), tt.want)
		})
	}
}
