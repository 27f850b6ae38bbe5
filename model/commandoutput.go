package model

import (
	"bytes"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"pooltop/ui"
	"pooltop/ui/text"
)

const (
	outputInterval = 50 * time.Millisecond // between redraws for output of a command
	// maxOutputLines and maxOutputLine are how many lines of output are kept, and how many
	// bytes of each. A longer line is split.
	maxOutputLines, maxOutputLine = 2000, 4 << 10
)

// nothing is the message of a timer that only delays the next command.
func nothing(time.Time) tea.Msg { return nil }

// commandOutput keeps the end of the output of a command. It is an io.Writer that may be used
// by several goroutines.
type commandOutput struct {
	more chan struct{} // receives a value if there is more output

	mu      sync.Mutex
	lines   []ui.OutputLine
	partial []byte // the line that has not ended yet
	index   int    // of the target
	dropped bool   // lines were dropped
}

func newCommandOutput() *commandOutput { return &commandOutput{more: make(chan struct{}, 1)} }

// begin adds the command line of the target at an index.
func (o *commandOutput) begin(index int, line string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.index = index
	o.add(line, true)
	o.notify()
}

// end adds the result of a command.
func (o *commandOutput) end(words string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.partial) > 0 {
		o.flush()
	}
	o.add(words, true)
	o.notify()
}

// Write adds output. It never fails.
func (o *commandOutput) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for rest := p; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		n := min(len(line), maxOutputLine-len(o.partial))
		o.partial = append(o.partial, line[:n]...)
		switch {
		case n < len(line):
			o.flush()
			rest = rest[n:]
		case ended:
			o.flush()
			rest = after
		default:
			rest = nil
		}
	}
	o.notify()
	return len(p), nil
}

// flush ends the last line.
func (o *commandOutput) flush() {
	o.add(lastVersion(o.partial), false)
	o.partial = o.partial[:0]
}

// lastVersion returns the last version of a line that was overwritten after carriage returns.
func lastVersion(partial []byte) string {
	line := strings.TrimRight(string(partial), "\r")
	return line[strings.LastIndexByte(line, '\r')+1:]
}

func (o *commandOutput) add(line string, own bool) {
	o.lines = append(o.lines, outputLine(line, own))
	if drop := len(o.lines) - maxOutputLines; drop > maxOutputLines/10 {
		o.lines, o.dropped = append([]ui.OutputLine(nil), o.lines[drop:]...), true
	}
}

func outputLine(line string, own bool) ui.OutputLine {
	line = strings.ReplaceAll(ansi.Strip(line), "\t", "    ")
	return ui.OutputLine{Text: text.Clean(line, 2*maxOutputLine), Own: own}
}

func (o *commandOutput) notify() {
	select {
	case o.more <- struct{}{}:
	default: // a value is already waiting
	}
}

// shown returns the lines, including the line that has not ended yet.
func (o *commandOutput) shown() []ui.OutputLine {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := o.lines[:len(o.lines):len(o.lines)]
	if o.dropped {
		lines = append([]ui.OutputLine{{Text: "earlier output was discarded", Own: true}}, lines...)
	}
	if line := lastVersion(o.partial); line != "" {
		lines = append(lines, outputLine(line, false))
	}
	return lines
}

// last returns the last line of the output that is not empty, or "".
func (o *commandOutput) last() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := len(o.lines) - 1; i >= 0; i-- {
		if line := o.lines[i]; !line.Own && strings.TrimSpace(line.Text) != "" {
			return line.Text
		}
	}
	return ""
}

func (o *commandOutput) position() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.index
}

// followOutput scrolls to the end of the output, unless the operator has scrolled away from it.
func (m *Model) followOutput() {
	if m.pane == ui.PaneOutput && !m.scrolledUp {
		m.paneOffset = ui.PaneLines(m.screen())
	}
}
