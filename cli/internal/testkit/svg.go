package testkit

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

// Drawing is an SVG image of a terminal window: a still, or an animation of
// several frames.
type Drawing struct {
	Title, About string
	Caption      string // caption of the window
	Frames       []Frame
	// Still is the index of the frame for readers who prefer reduced motion.
	Still int
}

// Frame is a screen and how long it is shown.
type Frame struct {
	View
	Duration time.Duration
}

// Sizes in pixels. In most fixed-width fonts, a letter is three fifths of the font size
// wide. In other fonts, textLength stretches each run of letters to fit its cells.
const (
	cellWidth  = 9
	cellHeight = 20
	fontSize   = 15
	baseline   = 15
	margin     = 12
	titleBar   = 36
)

const fonts = `ui-monospace,SFMono-Regular,Menlo,"JetBrains Mono","Cascadia Mono",Consolas,"DejaVu Sans Mono","Liberation Mono",monospace`

// Window holds the default colors of a terminal and the colors of its frame.
type Window struct{ back, fore, edge, caption string }

// Windows with a dark and with a light background.
var (
	Dark  = Window{"#16171f", "#cdd0dc", "#2f3344", "#7d8299"}
	Light = Window{"#ffffff", "#2b2e3d", "#d3d6e0", "#585d74"}
)

// sheet collects the elements of a drawing. An element that occurs in several
// frames is drawn once and shown in each of them.
type sheet struct {
	window Window
	colors []string // the class of colors[i] is c<i>
	// layers holds, from back to front, the elements of each layer and the frames that
	// contain them, one bit per frame.
	layers [3]map[string]uint64
	order  [3][]string // the elements of each layer in drawing order
}

// The layers of a sheet.
const (
	backgrounds = iota
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

// class returns the CSS class of a color.
func (s *sheet) class(color string) string {
	i := slices.Index(s.colors, color)
	if i < 0 {
		i, s.colors = len(s.colors), append(s.colors, color)
	}
	return "c" + strconv.Itoa(i)
}

// Draw returns the drawing as an SVG document.
func (w Window) Draw(d Drawing) string {
	s := &sheet{window: w}
	for i, f := range d.Frames {
		rows := f.Dark
		if w == Light {
			rows = f.Light
		}
		for y, row := range rows {
			s.row(i, y, row)
		}
	}
	rows := d.Frames[0].Dark
	width, height := len(rows[0])*cellWidth+2*margin, len(rows)*cellHeight+titleBar+margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title desc">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", html.EscapeString(d.Title), html.EscapeString(d.About))
	body := s.body()
	fmt.Fprintf(&b, "<style>\n%s%s</style>\n", s.css(), motion(&d, s.layers))
	fmt.Fprintf(&b, `<rect x=".5" y=".5" width="%d" height="%d" rx="9.5" fill="%s" stroke="%s"/>`+"\n", width-1, height-1, w.back, w.edge)
	for i := range 3 {
		fmt.Fprintf(&b, `<circle cx="%d" cy="18" r="5" fill="%s"/>`, 20+18*i, w.edge)
	}
	fmt.Fprintf(&b, "\n"+`<text x="%d" y="23" text-anchor="middle" fill="%s">%s</text>`+"\n", width/2, w.caption, html.EscapeString(d.Caption))
	fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n%s</g>\n</svg>\n", margin, titleBar, body)
	return b.String()
}

// css returns the style sheet.
func (s *sheet) css() string {
	var b strings.Builder
	fmt.Fprintf(&b, "text{font:%dpx %s;white-space:pre}\n.b{font-weight:700}.i{font-style:italic}.u{text-decoration:underline}.f{opacity:.6}.k{shape-rendering:crispEdges}.l{opacity:.25}.h{opacity:.5}\n", fontSize, fonts)
	for i, color := range s.colors {
		fmt.Fprintf(&b, ".c%d{fill:%s}", i, color)
	}
	return b.String() + "\n"
}

// body returns all elements, grouped by the frames that show them.
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

// moving returns the class of the elements that are shown in the given frames.
func moving(shown uint64) string { return "m" + strconv.FormatUint(shown, 36) }

// motion returns the CSS animations that show one frame after another.
func motion(d *Drawing, layers [3]map[string]uint64) string {
	if len(d.Frames) < 2 {
		return ""
	}
	var length time.Duration
	for _, f := range d.Frames {
		length += f.Duration
	}
	var masks []uint64
	for _, elements := range layers {
		masks = slices.AppendSeq(masks, maps.Values(elements))
	}
	slices.Sort(masks)
	var b strings.Builder
	for _, shown := range slices.Compact(masks) {
		if shown == 1<<len(d.Frames)-1 {
			continue // always shown
		}
		name, hidden := moving(shown), ""
		if shown&(1<<d.Still) == 0 {
			hidden = "visibility:hidden;"
		}
		fmt.Fprintf(&b, ".%s{%sanimation:%s %gs step-end infinite}@keyframes %s{", name, hidden, name, length.Seconds(), name)
		var at time.Duration
		before := ""
		for i, f := range d.Frames {
			if now := [...]string{"hidden", "visible"}[shown>>i&1]; now != before {
				fmt.Fprintf(&b, "%s%%{visibility:%s}", number(100*at.Seconds()/length.Seconds()), now)
				before = now
			}
			at += f.Duration
		}
		b.WriteString("}\n")
	}
	return b.String() + "@media(prefers-reduced-motion:reduce){g{animation:none!important}}\n"
}

// number formats n with at most two decimals and no trailing zeros.
func number(n float64) string {
	text := strconv.FormatFloat(n, 'f', 2, 64)
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	if rest, small := strings.CutPrefix(text, "0."); small {
		return "." + rest
	}
	return text
}

// row draws a line of cells.
func (s *sheet) row(frame, y int, row []Cell) {
	paths, order := map[string][]string{}, []string{}
	for x := 0; x < len(row); {
		c := row[x]
		p := s.resolved(c.style)
		n := 1
		for x+n < len(row) && row[x+n].style == c.style && !apart(row, x, n) {
			n++
		}
		if p.back != "" {
			s.add(backgrounds, frame, fmt.Sprintf(`<rect class='%s' x='%d' y='%d' width='%d' height='%d'/>`, s.class(p.back), x*cellWidth, y*cellHeight, n*cellWidth, cellHeight))
		}
		if d, kind := shapeOf(c.text, x, y, n); d != "" {
			class := kind + s.class(p.fore)
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

// apart reports whether the cell at x+n must be drawn separately from the n cells
// before it. Equal shapes are joined, and so are letters.
func apart(row []Cell, x, n int) bool {
	first, next := row[x].text, row[x+n].text
	return first != next && (shaped(first) || shaped(next))
}

// resolved returns the style with default colors and reverse video applied.
func (s *sheet) resolved(p Style) Style {
	p.fore = cmp.Or(p.fore, s.window.fore)
	if p.reverse {
		p.fore, p.back = cmp.Or(p.back, s.window.back), p.fore
	}
	return p
}

// words draws runs of letters. Two spaces or a wide character start a new run, so that
// columns stay aligned in any font.
func (s *sheet) words(frame, x, y int, cells []Cell, p Style) {
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
		blank := c.text == "" || c.text == " "
		switch {
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
		if run.Len() > 0 || !blank {
			run.WriteString(c.String())
		}
	}
	flush(len(cells))
}

func (s *sheet) style(p Style) string {
	classes := s.class(p.fore)
	for _, c := range []struct {
		on   bool
		name string
	}{{p.bold, " b"}, {p.italic, " i"}, {p.underline, " u"}, {p.faint, " f"}} {
		if c.on {
			classes += c.name
		}
	}
	return classes
}
