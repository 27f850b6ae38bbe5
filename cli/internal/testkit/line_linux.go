package testkit

import (
	"strings"
	"time"
)

// Line is a connection between a program and the user of its terminal.
type Line struct {
	Delay time.Duration // in each direction
	Rate  int           // bytes per second to the user; 0 means unlimited
}

// inTransit is the number of packets that can be in transit.
const inTransit = 1 << 12

// packet is data that is in transit until the given time.
type packet struct {
	data []byte
	due  time.Time
}

// carry delivers packets when they are due, until the channel is closed.
func carry(packets <-chan packet, arrive func([]byte)) {
	for p := range packets {
		<-time.After(time.Until(p.due))
		arrive(p.data)
	}
}

// SetLine changes the connection. Initially, it has no delay and no limit.
func (c *Terminal) SetLine(l Line) { c.line.Store(&l) }

// read reads what the program writes, no faster than the connection can carry it.
func (c *Terminal) read(received chan<- packet) {
	defer close(received)
	var sent time.Time // when the previous bytes have been sent
	for {
		l, buf := c.line.Load(), make([]byte, 1<<12)
		if l.Rate > 0 {
			buf = buf[:min(max(l.Rate/100, 1), len(buf))]
		}
		n, _ := c.Master.Read(buf) // fails if no process has the slave open, or if the master is closed
		if n == 0 {
			return
		}
		now := time.Now()
		if l.Rate > 0 {
			if sent.Before(now) {
				sent = now
			}
			sent = sent.Add(time.Duration(n) * time.Second / time.Duration(l.Rate))
			<-time.After(time.Until(sent))
			now = sent
		}
		received <- packet{buf[:n], now.Add(l.Delay)}
	}
}

// show passes received bytes to the emulator and replies to status requests.
func (c *Terminal) show(data []byte) {
	c.mu.Lock()
	before := c.screen.Requests
	_, _ = c.screen.Write(data)
	replies := strings.Repeat("\x1b[0n", c.screen.Requests-before)
	close(c.changed)
	c.changed = make(chan struct{})
	c.mu.Unlock()
	if replies != "" && !c.Mute.Load() {
		c.typed <- packet{[]byte(replies), time.Now().Add(c.line.Load().Delay)}
	}
}
