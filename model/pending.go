package model

import (
	"sync"

	tea "charm.land/bubbletea/v2"
)

// Pending is work that has to be done even if the program ends first: what
// writes. The program may drop a command on its way out before it has begun.
type Pending struct {
	mu   sync.Mutex
	next int
	work map[int]func() tea.Msg
}

// promise returns a command that does the work.
func (p *Pending) promise(do func() tea.Msg) tea.Cmd {
	once := sync.OnceValue(do)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.work == nil {
		p.work = map[int]func() tea.Msg{}
	}
	number := p.next
	p.next++
	p.work[number] = once
	return func() tea.Msg {
		defer func() { // after a panic as well, which is not to be had twice
			p.mu.Lock()
			defer p.mu.Unlock()
			delete(p.work, number)
		}()
		return once()
	}
}

// Finish waits for what has begun and does what has not. The program has to
// have ended.
func (p *Pending) Finish() {
	p.mu.Lock()
	work := p.work
	p.work = nil
	p.mu.Unlock()
	for _, once := range work {
		once()
	}
}
