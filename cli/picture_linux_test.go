package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// picturedTerminal is what a terminal makes of the bytes that it gets: the
// picture, what it was switched to, and an account of every sequence.
type picturedTerminal struct {
	w, h, x, y  int
	top, bottom int
	cells       [][]cell
	pen         pen
	// modes are those that are not as they were at first; keyboards is how many
	// keyboard protocols were pushed.
	modes     map[string]bool
	keyboards int
	title     string

	parser *ansi.Parser
	// shapes are the sequences, without what differs from picture to picture.
	shapes map[string]bool
	// strings are what the terminal is told beside the picture: titles,
	// clipboards, notifications.
	strings []string
	// raw is what was printed that is no visible character.
	raw  []string
	all  []byte
	last rune
}

func newPicturedTerminal(w, h int) *picturedTerminal {
	p := &picturedTerminal{
		w: w, h: h, bottom: h, cells: make([][]cell, h),
		modes: map[string]bool{}, shapes: map[string]bool{}, parser: ansi.NewParser(),
	}
	for y := range p.cells {
		p.cells[y] = make([]cell, w)
	}
	p.parser.SetHandler(ansi.Handler{
		Print: p.print, Execute: p.execute, HandleCsi: p.csi, HandleEsc: p.esc, HandleOsc: p.osc, HandleDcs: p.dcs,
		HandleApc: func(data []byte) { p.told("APC", "", data) },
		HandlePm:  func(data []byte) { p.told("PM", "", data) },
		HandleSos: func(data []byte) { p.told("SOS", "", data) },
	})
	return p
}

func (p *picturedTerminal) write(data []byte) {
	p.all = append(p.all, data...)
	for _, b := range data {
		p.parser.Advance(b)
	}
}

// String is the picture as text.
func (p *picturedTerminal) String() string { return textOf(p.cells) }

func textOf(cells [][]cell) string {
	var b strings.Builder
	for _, row := range cells {
		var line strings.Builder
		for _, cell := range row {
			line.WriteString(cell.String())
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// switched names what is not as it was at first.
func (p *picturedTerminal) switched() string {
	on := slices.Sorted(maps.Keys(p.modes))
	if p.keyboards != 0 {
		on = append(on, fmt.Sprintf("%d keyboard protocols", p.keyboards))
	}
	if p.title != "" {
		on = append(on, "the title")
	}
	return strings.Join(on, " ")
}

func (p *picturedTerminal) print(r rune) {
	if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
		p.raw = append(p.raw, fmt.Sprintf("%U", r))
	}
	p.last = r
	w := ansi.StringWidthWc(string(r))
	if w == 0 { // it belongs to the character before
		if at := min(p.x, p.w) - 1; at >= 0 {
			p.cells[p.y][at].text += string(r)
		}
		return
	}
	if p.x+w > p.w {
		p.x = 0
		p.lineFeed()
	}
	p.cells[p.y][p.x] = cell{string(r), p.pen}
	for i := 1; i < w; i++ {
		p.cells[p.y][p.x+i] = cell{tail, p.pen}
	}
	p.x += w
}

func (p *picturedTerminal) execute(b byte) {
	switch b {
	case '\r':
		p.x = 0
	case '\n':
		p.lineFeed()
	case '\b':
		p.x = max(min(p.x, p.w-1)-1, 0)
	case '\t':
		p.x = min((p.x/8+1)*8, p.w-1)
	case '\a':
		p.shapes["BEL"] = true
	default:
		p.raw = append(p.raw, fmt.Sprintf("%#x", b))
	}
}

func (p *picturedTerminal) lineFeed() {
	if p.y == p.bottom-1 {
		p.scroll(p.top, 1)
		return
	}
	p.y = min(p.y+1, p.h-1)
}

// scroll moves the lines from one on up to the end of the region up, or down
// for a negative n.
func (p *picturedTerminal) scroll(from, n int) {
	for ; n > 0; n-- {
		copy(p.cells[from:p.bottom], p.cells[from+1:p.bottom])
		p.cells[p.bottom-1] = make([]cell, p.w)
		p.blank(p.cells[p.bottom-1])
	}
	for ; n < 0; n++ {
		copy(p.cells[from+1:p.bottom], p.cells[from:p.bottom-1])
		p.cells[from] = make([]cell, p.w)
		p.blank(p.cells[from])
	}
}

func (p *picturedTerminal) csi(cmd ansi.Cmd, params ansi.Params) {
	n, _, _ := params.Param(0, 1)
	zero, _, _ := params.Param(0, 0)
	second, _, _ := params.Param(1, 1)
	kind := string(rune(cmd.Final()))
	if i := cmd.Intermediate(); i != 0 {
		kind = string(rune(i)) + kind
	}
	if pre := cmd.Prefix(); pre != 0 {
		kind = string(rune(pre)) + kind
	}
	shape := "CSI " + kind
	row := p.cells[p.y]
	at := min(p.x, p.w-1)
	switch kind {
	case "m":
		p.pen = p.pen.after(params)
	case "A":
		p.y = max(p.y-max(n, 1), 0)
	case "B":
		p.y = min(p.y+max(n, 1), p.h-1)
	case "C":
		p.x = min(p.x+max(n, 1), p.w-1)
	case "D":
		p.x = max(at-max(n, 1), 0)
	case "G", "`":
		p.x = min(max(n, 1), p.w) - 1
	case "d":
		p.y = min(max(n, 1), p.h) - 1
	case "H":
		p.y, p.x = min(max(n, 1), p.h)-1, min(max(second, 1), p.w)-1
	case "I":
		p.x = min((p.x/8+max(n, 1))*8, p.w-1)
	case "Z":
		p.x = max(((at+7)/8-max(n, 1))*8, 0)
	case "X":
		p.blank(row[at:min(at+max(n, 1), p.w)])
	case "@":
		n = min(max(n, 1), p.w-at)
		copy(row[at+n:], row[at:])
		p.blank(row[at : at+n])
	case "P":
		n = min(max(n, 1), p.w-at)
		copy(row[at:], row[at+n:])
		p.blank(row[p.w-n:])
	case "K":
		p.eraseLine(at, zero)
	case "J":
		p.erase(at, zero)
	case "L":
		p.scroll(p.y, -max(n, 1))
	case "M":
		p.scroll(p.y, max(n, 1))
	case "S":
		p.scroll(p.top, max(n, 1))
	case "T":
		p.scroll(p.top, -max(n, 1))
	case "b":
		for range max(n, 1) {
			p.print(p.last)
		}
	case "r":
		p.top, p.bottom = max(n, 1)-1, p.h
		if second > 1 {
			p.bottom = min(second, p.h)
		}
		p.x, p.y = 0, 0
	case "?h", "?l":
		shape += p.mode(params, kind == "?h")
	case ">u":
		p.keyboards++
	case "<u":
		p.keyboards--
	case ">m", "?W", "?$p", "?u", "n", "c", ">c", ">q": // questions, keys and tabs that have no state here
		shape += fmt.Sprint(" ", params)
	default:
		p.raw = append(p.raw, fmt.Sprintf("%s %v", shape, params))
	}
	p.shapes[shape] = true
}

// mode switches modes and returns their names. The cursor is visible and lines
// wrap at first.
func (p *picturedTerminal) mode(params ansi.Params, on bool) string {
	names := ""
	params.ForEach(0, func(_, n int, _ bool) {
		names += fmt.Sprintf(" %d", n)
		atFirst := n == 25 || n == 7
		if name := fmt.Sprintf("mode %d", n); on == atFirst {
			delete(p.modes, name)
		} else {
			p.modes[name] = true
		}
	})
	return names
}

func (p *picturedTerminal) eraseLine(at, how int) {
	row := p.cells[p.y]
	switch how {
	case 0:
		p.blank(row[at:])
	case 1:
		p.blank(row[:at+1])
	default:
		p.blank(row)
	}
}

func (p *picturedTerminal) erase(at, how int) {
	above, below := p.cells[:p.y], p.cells[p.y+1:]
	p.eraseLine(at, how)
	if how != 0 {
		for _, row := range above {
			p.blank(row)
		}
	}
	if how != 1 {
		for _, row := range below {
			p.blank(row)
		}
	}
}

func (p *picturedTerminal) esc(cmd ansi.Cmd) {
	switch f := cmd.Final(); f {
	case 'M':
		if p.y == p.top {
			p.scroll(p.top, -1)
		} else {
			p.y = max(p.y-1, 0)
		}
	case '\\': // the end of a string
	default:
		p.raw = append(p.raw, fmt.Sprintf("ESC %c", f))
	}
}

func (p *picturedTerminal) osc(cmd int, data []byte) {
	if cmd == 0 || cmd == 2 {
		_, p.title, _ = strings.Cut(string(data), ";")
	}
	p.told(fmt.Sprintf("OSC %d", cmd), "", data)
}

func (p *picturedTerminal) dcs(cmd ansi.Cmd, _ ansi.Params, data []byte) {
	p.told("DCS", " "+string(rune(cmd.Final())), data)
}

func (p *picturedTerminal) told(kind, more string, data []byte) {
	p.shapes[kind+more] = true
	p.strings = append(p.strings, kind+more+" "+string(data))
}
