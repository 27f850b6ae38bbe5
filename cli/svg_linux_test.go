package cli

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// drawing is a terminal in a window, as a picture that can be seen in a page: of
// one moment, or of several, one after the other.
type drawing struct {
	title, about string
	caption      string // of the window
	frames       []frame
	// still is the frame that is shown where nothing moves.
	still int
}

// frame is a moment of a drawing.
type frame struct {
	cells [][]cell
	stays time.Duration
}

// The measures of a drawing, in its own unit. A letter of most fixed-width fonts
// is as wide as three fifths of its size; where it is not, textLength stretches
// a run of letters to its cells.
const (
	cellWidth  = 9
	cellHeight = 20
	fontSize   = 15
	baseline   = 15
	margin     = 12
	titleBar   = 36
)

const fonts = `ui-monospace,SFMono-Regular,Menlo,"JetBrains Mono","Cascadia Mono",Consolas,"DejaVu Sans Mono","Liberation Mono",monospace`

// window is the colours of a terminal: those that cells have unless told, and
// those of what is around them.
type window struct{ ground, ink, edge, caption string }

var (
	darkWindow  = window{"#16171f", "#cdd0dc", "#2f3344", "#7d8299"}
	lightWindow = window{"#ffffff", "#2b2e3d", "#d3d6e0", "#585d74"}
)

// sheet is a drawing in the making. What is drawn alike in several frames is
// drawn once, and shown in each of them.
type sheet struct {
	window  window
	classes map[string]string // of inks and grounds, by colour
	// layers hold, from the ground up, the elements and the frames that have
	// them, a bit each.
	layers [3]map[string]uint64
	order  [3][]string
}

// The layers of a sheet.
const (
	grounds = iota
	shapes
	letters
)

func (s *sheet) add(layer, frame int, element string) {
	if s.layers[layer] == nil {
		s.layers[layer] = map[string]uint64{}
	}
	if _, known := s.layers[layer][element]; !known {
		s.order[layer] = append(s.order[layer], element)
	}
	s.layers[layer][element] |= 1 << frame
}

// class is the name that a colour has in the style sheet.
func (s *sheet) class(colour string) string {
	if s.classes[colour] == "" {
		s.classes[colour] = "c" + strconv.Itoa(len(s.classes))
	}
	return s.classes[colour]
}

// draw draws it as an SVG document.
func (w window) draw(d drawing) string {
	s := &sheet{window: w, classes: map[string]string{}}
	for i, f := range d.frames {
		for y, row := range f.cells {
			s.row(i, y, row)
		}
	}
	rows := d.frames[0].cells
	width, height := len(rows[0])*cellWidth+2*margin, len(rows)*cellHeight+titleBar+margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title desc">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", html.EscapeString(d.title), html.EscapeString(d.about))
	body := s.body()
	fmt.Fprintf(&b, "<style>\n%s%s</style>\n", s.colours(), motion(&d, s.layers))
	fmt.Fprintf(&b, `<rect x=".5" y=".5" width="%d" height="%d" rx="9.5" fill="%s" stroke="%s"/>`+"\n", width-1, height-1, w.ground, w.edge)
	for i := range 3 {
		fmt.Fprintf(&b, `<circle cx="%d" cy="18" r="5" fill="%s"/>`, 20+18*i, w.edge)
	}
	fmt.Fprintf(&b, "\n"+`<text x="%d" y="23" text-anchor="middle" fill="%s">%s</text>`+"\n", width/2, w.caption, html.EscapeString(d.caption))
	fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n%s</g>\n</svg>\n", margin, titleBar, body)
	return b.String()
}

// colours is the part of the style sheet that says what looks how.
func (s *sheet) colours() string {
	var b strings.Builder
	fmt.Fprintf(&b, "text{font:%dpx %s;white-space:pre}\n.b{font-weight:700}.i{font-style:italic}.u{text-decoration:underline}.f{opacity:.6}.k{shape-rendering:crispEdges}.l{opacity:.25}.h{opacity:.5}.d{opacity:.75}\n", fontSize, fonts)
	byClass := func(a, b string) int {
		return cmp.Or(cmp.Compare(len(s.classes[a]), len(s.classes[b])), cmp.Compare(s.classes[a], s.classes[b]))
	}
	for _, colour := range slices.SortedFunc(maps.Keys(s.classes), byClass) {
		fmt.Fprintf(&b, ".%s{fill:%s}", s.classes[colour], colour)
	}
	return b.String() + "\n"
}

// body is all that stands in the cells, in groups of what is shown together.
func (s *sheet) body() string {
	var b strings.Builder
	for layer, elements := range s.layers {
		groups := map[uint64][]string{}
		for _, e := range s.order[layer] {
			groups[elements[e]] = append(groups[elements[e]], e)
		}
		for _, shown := range slices.Sorted(maps.Keys(groups)) {
			fmt.Fprintf(&b, "<g class=\"%s\">\n%s\n</g>\n", moving(shown), strings.Join(groups[shown], "\n"))
		}
	}
	return b.String()
}

// moving is the class of what is shown in these frames.
func moving(shown uint64) string { return "m" + strconv.FormatUint(shown, 36) }

// motion is the part of the style sheet that shows one frame after the other.
// What is in all of them stays.
func motion(d *drawing, layers [3]map[string]uint64) string {
	if len(d.frames) < 2 {
		return ""
	}
	var length time.Duration
	for _, f := range d.frames {
		length += f.stays
	}
	masks := map[uint64]bool{}
	for _, elements := range layers {
		for _, shown := range elements {
			masks[shown] = shown != 1<<len(d.frames)-1
		}
	}
	var b strings.Builder
	for _, shown := range slices.Sorted(maps.Keys(masks)) {
		if !masks[shown] {
			continue
		}
		name, hidden := moving(shown), ""
		if shown&(1<<d.still) == 0 {
			hidden = "visibility:hidden;"
		}
		fmt.Fprintf(&b, ".%s{%sanimation:%s %gs step-end infinite}@keyframes %s{", name, hidden, name, length.Seconds(), name)
		var at time.Duration
		before := ""
		for i, f := range d.frames {
			if now := [...]string{"hidden", "visible"}[shown>>i&1]; now != before {
				fmt.Fprintf(&b, "%s%%{visibility:%s}", number(100*at.Seconds()/length.Seconds()), now)
				before = now
			}
			at += f.stays
		}
		b.WriteString("}\n")
	}
	return b.String() + "@media(prefers-reduced-motion:reduce){g{animation:none!important}}\n"
}

// number writes a number as short as it may be.
func number(n float64) string {
	text := strconv.FormatFloat(n, 'f', 2, 64)
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	if rest, small := strings.CutPrefix(text, "0."); small {
		return "." + rest
	}
	return text
}

// row draws a line of cells.
func (s *sheet) row(frame, y int, row []cell) {
	paths, order := map[string][]string{}, []string{}
	for x := 0; x < len(row); {
		c := row[x]
		p := s.resolved(c.pen)
		n := 1
		for x+n < len(row) && row[x+n].pen == c.pen && !apart(row, x, n) {
			n++
		}
		if p.ground != "" {
			s.add(grounds, frame, fmt.Sprintf(`<rect class='%s' x='%d' y='%d' width='%d' height='%d'/>`, s.class(p.ground), x*cellWidth, y*cellHeight, n*cellWidth, cellHeight))
		}
		if d, kind := shapeOf(c.text, x, y, n); d != "" {
			class := kind + s.class(p.ink)
			if len(paths[class]) == 0 {
				order = append(order, class)
			}
			paths[class] = append(paths[class], d)
		} else {
			s.words(frame, x, y, row[x:x+n], p)
		}
		x += n
	}
	for _, class := range order {
		s.add(shapes, frame, fmt.Sprintf(`<path class='%s' d='%s'/>`, class, strings.Join(paths[class], "")))
	}
}

// apart reports whether the cell at x+n cannot be drawn in one with those from x
// on: a shape goes with its like, and letters go with letters.
func apart(row []cell, x, n int) bool {
	first, next := row[x].text, row[x+n].text
	if shaped(first) || shaped(next) {
		return first != next
	}
	return false
}

// resolved is the pen with the colours that it comes to.
func (s *sheet) resolved(p pen) pen {
	p.ink = cmp.Or(p.ink, s.window.ink)
	if p.reverse {
		p.ink, p.ground = cmp.Or(p.ground, s.window.ground), p.ink
	}
	return p
}

// words draws letters, each run of them in its place. Two blanks part runs, so
// that a column stays where it is in any font; a wide character is a run.
func (s *sheet) words(frame, x, y int, cells []cell, p pen) {
	var run strings.Builder
	from, blanks := 0, 0
	flush := func(to int) {
		text := strings.TrimRight(run.String(), " ")
		if text != "" {
			s.add(letters, frame, fmt.Sprintf(`<text class='%s' x='%d' y='%d' textLength='%d'>%s</text>`, s.style(p), (x+from)*cellWidth,
				y*cellHeight+baseline, (to-blanks-from)*cellWidth, html.EscapeString(text)))
		}
		run.Reset()
	}
	for i, c := range cells {
		wide := ansi.StringWidthWc(c.text) > 1
		switch blank := c.text == "" || c.text == " "; {
		case c.text == tail:
			continue
		case blank:
			blanks++
		case run.Len() == 0 || blanks > 1 || wide || i > 0 && cells[i-1].text == tail:
			flush(i)
			from, blanks = i, 0
		default:
			blanks = 0
		}
		if run.Len() > 0 || c.text != "" && c.text != " " {
			run.WriteString(c.String())
		}
	}
	flush(len(cells))
}

func (s *sheet) style(p pen) string {
	classes := s.class(p.ink)
	for _, c := range []struct {
		on   bool
		name string
	}{{p.bold, " b"}, {p.italic, " i"}, {p.line, " u"}, {p.faint, " f"}} {
		if c.on {
			classes += c.name
		}
	}
	return classes
}
