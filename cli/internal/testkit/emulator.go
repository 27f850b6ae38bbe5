// Package testkit provides tools for testing the command line: a terminal emulator,
// programs on pseudo-terminals, the dashboard in virtual time, drawings of the screen,
// and a system call tracer.
package testkit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Emulator is an in-memory terminal. It keeps the screen, the modes that a program has
// set, and a record of every sequence received. It implements io.Writer.
type Emulator struct {
	w, h, x, y  int
	top, bottom int
	cells       [][]Cell
	style       Style
	// modes contains the modes that differ from their initial state; keyboards is the
	// depth of the stack of keyboard protocols.
	modes     map[string]bool
	keyboards int
	title     string
	titles    []string // the stack of saved titles

	parser *ansi.Parser
	// Sequences contains the kinds of sequences received, without their varying
	// parameters.
	Sequences map[string]bool
	// Strings contains the payloads of titles, clipboard writes and notifications.
	Strings []string
	// Raw contains the received bytes that are neither visible characters nor part of a
	// known sequence.
	Raw []string
	// All contains all bytes received.
	All []byte
	// Requests is the number of requests for the terminal's status.
	Requests int
}

// shellTitle is the window title before a program changes it.
const shellTitle = "shell"

// NewEmulator returns an emulator with an empty screen of w columns and h rows.
func NewEmulator(w, h int) *Emulator {
	p := &Emulator{
		title: shellTitle, modes: map[string]bool{}, Sequences: map[string]bool{}, parser: ansi.NewParser(),
	}
	p.Resize(w, h)
	p.parser.SetHandler(ansi.Handler{
		Print: p.print, Execute: p.execute, HandleCsi: p.csi, HandleEsc: p.esc, HandleOsc: p.osc, HandleDcs: p.dcs,
		HandleApc: func(data []byte) { p.record("APC", data) },
		HandlePm:  func(data []byte) { p.record("PM", data) },
		HandleSos: func(data []byte) { p.record("SOS", data) },
	})
	return p
}

// Resize changes the size of the screen. It keeps what fits.
func (p *Emulator) Resize(w, h int) {
	cells := make([][]Cell, h)
	for y := range cells {
		cells[y] = make([]Cell, w)
		if y < p.h {
			copy(cells[y], p.cells[y])
		}
	}
	p.cells, p.w, p.h, p.top, p.bottom = cells, w, h, 0, h
	p.x, p.y = min(p.x, w-1), min(p.y, h-1)
}

// Write interprets data. It never fails.
func (p *Emulator) Write(data []byte) (int, error) {
	p.All = append(p.All, data...)
	for _, b := range data {
		p.parser.Advance(b)
	}
	return len(data), nil
}

// String returns the text on the screen, without trailing spaces.
func (p *Emulator) String() string { return Text(p.cells) }

// Text returns the text in rows of cells, without trailing spaces.
func Text(cells [][]Cell) string {
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

// Switched lists the modes that differ from their initial state.
func (p *Emulator) Switched() string {
	on := slices.Sorted(maps.Keys(p.modes))
	if p.keyboards != 0 {
		on = append(on, fmt.Sprintf("%d keyboard protocols", p.keyboards))
	}
	if p.title != shellTitle {
		on = append(on, "the title")
	}
	if len(p.titles) > 0 {
		on = append(on, fmt.Sprintf("%d saved titles", len(p.titles)))
	}
	return strings.Join(on, " ")
}

func (p *Emulator) print(r rune) {
	if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
		p.Raw = append(p.Raw, fmt.Sprintf("%U", r))
	}
	w := ansi.StringWidthWc(string(r))
	if w == 0 { // a combining character
		if at := min(p.x, p.w) - 1; at >= 0 {
			p.cells[p.y][at].text += string(r)
		}
		return
	}
	if p.x+w > p.w {
		p.x = 0
		p.lineFeed()
	}
	p.cells[p.y][p.x] = Cell{string(r), p.style}
	for i := 1; i < w; i++ {
		p.cells[p.y][p.x+i] = Cell{tail, p.style}
	}
	p.x += w
}

func (p *Emulator) execute(b byte) {
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
		p.Sequences["BEL"] = true
	default:
		p.Raw = append(p.Raw, fmt.Sprintf("%#x", b))
	}
}

func (p *Emulator) lineFeed() {
	if p.y == p.bottom-1 {
		p.scroll(p.top, 1)
		return
	}
	p.y = min(p.y+1, p.h-1)
}

// scroll moves the lines of the scroll region, starting with first, up by n, or down if n is
// negative.
func (p *Emulator) scroll(first, n int) {
	if first >= p.bottom { // the cursor is below the region
		return
	}
	for ; n > 0; n-- {
		copy(p.cells[first:p.bottom], p.cells[first+1:p.bottom])
		p.cells[p.bottom-1] = make([]Cell, p.w)
		p.blank(p.cells[p.bottom-1])
	}
	for ; n < 0; n++ {
		copy(p.cells[first+1:p.bottom], p.cells[first:p.bottom-1])
		p.cells[first] = make([]Cell, p.w)
		p.blank(p.cells[first])
	}
}

func (p *Emulator) csi(cmd ansi.Cmd, params ansi.Params) {
	param := func(i, def int) int {
		n, _, _ := params.Param(i, def)
		return n
	}
	kind := strings.ReplaceAll(string([]byte{cmd.Prefix(), cmd.Intermediate(), cmd.Final()}), "\x00", "")
	shape := "CSI " + kind
	switch {
	case p.moveCursor(kind, max(param(0, 1), 1), max(param(1, 1), 1)):
	case p.edit(kind, max(param(0, 1), 1), param(0, 0)):
	case kind == "m":
		p.style = p.style.after(params)
	case kind == "r":
		p.top, p.bottom = min(max(param(0, 1), 1), p.h)-1, p.h
		if second := param(1, 1); second > 1 {
			p.bottom = max(min(second, p.h), p.top+1)
		}
		p.x, p.y = 0, 0
	case kind == "?h", kind == "?l":
		shape += p.mode(params, kind == "?h")
	case kind == "t" && param(0, 0) == 22:
		p.titles = append(p.titles, p.title)
	case kind == "t" && param(0, 0) == 23 && len(p.titles) > 0:
		p.title = p.titles[len(p.titles)-1]
		p.titles = p.titles[:len(p.titles)-1]
	case kind == ">u":
		p.keyboards++
	case kind == "<u":
		p.keyboards--
	case kind == "n" && param(0, 0) == 5:
		p.Requests++
	case slices.Contains(ignored, kind):
		shape += fmt.Sprint(" ", params)
	default:
		p.Raw = append(p.Raw, fmt.Sprintf("%s %v", shape, params))
	}
	p.Sequences[shape] = true
}

// ignored lists sequences that do not change the screen: queries, and settings for keys
// and tabs.
var ignored = []string{">m", "?W", "?$p", "?u", "c", ">c", ">q"}

// moveCursor handles sequences that move the cursor. It reports whether kind is one of
// them.
func (p *Emulator) moveCursor(kind string, n, second int) bool {
	at := min(p.x, p.w-1)
	switch kind {
	case "A":
		p.y = max(p.y-n, 0)
	case "B":
		p.y = min(p.y+n, p.h-1)
	case "C":
		p.x = min(p.x+n, p.w-1)
	case "D":
		p.x = max(at-n, 0)
	case "G":
		p.x = min(n, p.w) - 1
	case "d":
		p.y = min(n, p.h) - 1
	case "H":
		p.y, p.x = min(n, p.h)-1, min(second, p.w)-1
	case "Z":
		p.x = max(((at+7)/8-n)*8, 0)
	default:
		return false
	}
	return true
}

// edit handles sequences that insert, delete, erase and scroll. It reports whether kind
// is one of them.
func (p *Emulator) edit(kind string, n, how int) bool {
	row, at := p.cells[p.y], min(p.x, p.w-1)
	switch kind {
	case "X":
		p.blank(row[at:min(at+n, p.w)])
	case "@":
		n = min(n, p.w-at)
		copy(row[at+n:], row[at:])
		p.blank(row[at : at+n])
	case "P":
		n = min(n, p.w-at)
		copy(row[at:], row[at+n:])
		p.blank(row[p.w-n:])
	case "K":
		p.eraseLine(at, how)
	case "J":
		p.erase(at, how)
	case "L":
		p.scroll(p.y, -n)
	case "M":
		p.scroll(p.y, n)
	case "S":
		p.scroll(p.top, n)
	case "T":
		p.scroll(p.top, -n)
	default:
		return false
	}
	return true
}

// mode sets or resets modes and returns their numbers. Cursor visibility (25) and line
// wrapping (7) are initially on.
func (p *Emulator) mode(params ansi.Params, on bool) string {
	names := ""
	params.ForEach(0, func(_, n int, _ bool) {
		names += fmt.Sprintf(" %d", n)
		initial := n == 25 || n == 7
		if name := fmt.Sprintf("mode %d", n); on == initial {
			delete(p.modes, name)
		} else {
			p.modes[name] = true
		}
	})
	return names
}

func (p *Emulator) eraseLine(at, how int) {
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

func (p *Emulator) erase(at, how int) {
	p.eraseLine(at, how)
	for y, row := range p.cells {
		if y < p.y && how != 0 || y > p.y && how != 1 {
			p.blank(row)
		}
	}
}

func (p *Emulator) esc(cmd ansi.Cmd) {
	switch f := cmd.Final(); f {
	case 'M':
		if p.y == p.top {
			p.scroll(p.top, -1)
		} else {
			p.y = max(p.y-1, 0)
		}
	case '\\': // string terminator (ST)
	default:
		p.Raw = append(p.Raw, fmt.Sprintf("ESC %c", f))
	}
}

func (p *Emulator) osc(cmd int, data []byte) {
	if cmd == 0 || cmd == 2 {
		_, p.title, _ = strings.Cut(string(data), ";")
	}
	p.record(fmt.Sprintf("OSC %d", cmd), data)
}

func (p *Emulator) dcs(cmd ansi.Cmd, _ ansi.Params, data []byte) {
	p.record("DCS "+string(rune(cmd.Final())), data)
}

func (p *Emulator) record(kind string, data []byte) {
	p.Sequences[kind] = true
	p.Strings = append(p.Strings, kind+" "+string(data))
}
