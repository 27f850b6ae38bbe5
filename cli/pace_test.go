package cli

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// slowLine is a terminal behind a connection, in virtual time.
type slowLine struct {
	pacer
	rate      int           // bytes per second
	delay     time.Duration // in each direction
	mute      bool          // the terminal does not reply
	now, free time.Time     // free is when the connection has sent everything
	replies   []time.Time   // when replies arrive
}

// frame sends a frame and returns the time until it is on the screen.
func (l *slowLine) frame(size int) time.Duration { return l.send(strings.Repeat("x", size)) }

func (l *slowLine) send(text string) time.Duration {
	frame := l.mark([]byte(text), l.now)
	if l.free.Before(l.now) {
		l.free = l.now
	}
	l.free = l.free.Add(time.Duration(len(frame)) * time.Second / time.Duration(l.rate))
	if bytes.HasSuffix(frame, []byte(statusRequest)) && !l.mute {
		l.replies = append(l.replies, l.free.Add(2*l.delay))
	}
	return l.free.Add(l.delay).Sub(l.now)
}

// pass advances the time and handles the replies that arrive meanwhile.
func (l *slowLine) pass(d time.Duration) {
	l.now = l.now.Add(d)
	for len(l.replies) > 0 && !l.replies[0].After(l.now) {
		l.reply(l.replies[0])
		l.replies = l.replies[1:]
	}
}

// TestPacer_Lag checks how old frames are when they are shown, after half a minute with 22 new
// frames per second.
func TestPacer_Lag(t *testing.T) {
	for _, tt := range []struct {
		name        string
		rate, frame int
		delay, most time.Duration
		least       int // frames shown in a minute
	}{
		{"9,600 baud", 960, 700, 10 * time.Millisecond, 2 * time.Second, 40},
		{"large frames", 960, 3000, 10 * time.Millisecond, 4 * time.Second, 10},
		{"9,600 baud and 800 ms", 960, 700, 400 * time.Millisecond, 2500 * time.Millisecond, 20},
		{"8 kB/s", 8000, 700, 10 * time.Millisecond, time.Second, 300},
		{"fast", 1 << 20, 700, 150 * time.Millisecond, 300 * time.Millisecond, 1200},
	} {
		l := &slowLine{rate: tt.rate, delay: tt.delay, now: time.Unix(0, 0)}
		l.send("\x1b]11;?\a")
		l.frame(8000) // the first frame
		shown, worst := 0, time.Duration(0)
		for i := range 60 * 22 {
			if !l.behind(l.now) {
				lag := l.frame(tt.frame)
				if i > 30*22 {
					worst = max(worst, lag)
				}
				shown++
			}
			l.pass(time.Second / 22)
		}
		if worst > tt.most || shown < tt.least {
			t.Errorf("%s: frames are up to %s old, want at most %s; %d were shown, want at least %d", tt.name, worst, tt.most, shown, tt.least)
		}
	}
}

// TestPacer_KeysOverSlowLines checks that occasional frames, such as after key presses, never wait.
func TestPacer_KeysOverSlowLines(t *testing.T) {
	for _, delay := range []time.Duration{50 * time.Millisecond, 150 * time.Millisecond, 400 * time.Millisecond} {
		l := &slowLine{rate: 8000, delay: delay, now: time.Unix(0, 0)}
		l.send("\x1b]11;?\a")
		for i := range 200 {
			l.pass(500 * time.Millisecond)
			equal(t, "behind", l.behind(l.now), false)
			l.frame(400 + i%7*100)
		}
	}
}

func TestPacer_NoReplies(t *testing.T) {
	l := &slowLine{rate: 960, mute: true, now: time.Unix(0, 0)}
	for range maxInFlight / requestEvery {
		equal(t, "behind", l.behind(l.now), false)
		l.frame(requestEvery)
	}
	equal(t, "behind before the timeout", l.behind(l.now), true)
	equal(t, "awaited", l.awaited(l.now), replyTimeout)
	l.pass(replyTimeout)
	equal(t, "behind after the timeout", l.behind(l.now), false)
	equal(t, "awaited after the timeout", l.awaited(l.now), 0)
	before := len(l.requests)
	l.frame(requestEvery)
	equal(t, "requests after the timeout", len(l.requests)-before, 0)
	l.mark([]byte("\x1b[?u"), l.now)
	equal(t, "requests after a query", len(l.requests)-before, 1)
}

// TestPacer_LostReplies checks that frames are drawn again if replies have been lost.
func TestPacer_LostReplies(t *testing.T) {
	l := &slowLine{rate: 1 << 20, now: time.Unix(0, 0)}
	l.frame(requestEvery)
	l.pass(time.Second)
	l.mute = true
	l.frame(requestEvery)
	l.pass(2 * time.Second)
	equal(t, "behind", l.behind(l.now), true)
	l.pass(lostTimeout)
	equal(t, "behind after the timeout", l.behind(l.now), false)

	l = &slowLine{rate: 960, now: time.Unix(0, 0)}
	for range maxInFlight / requestEvery {
		l.frame(requestEvery)
	}
	for l.now.Before(time.Unix(15, 0)) {
		l.pass(100 * time.Millisecond)
	}
	equal(t, "behind while replies arrive", l.behind(l.now), true)
}

func TestReplyFilter(t *testing.T) {
	for _, tt := range []struct {
		name    string
		in      []string
		out     string
		replies int
	}{
		{"keys", []string{"jk", "\x1b[A"}, "jk\x1b[A", 0},
		{"only a reply", []string{statusReply}, "", 1},
		{"after escape", []string{"\x1b" + statusReply + "j" + statusReply}, "\x1bj", 2},
		{"in pieces", []string{"j\x1b", "[0", "n"}, "j\x1b[0n", 1},
		{"whole, then another reply", []string{statusReply, statusReply + "[0n"}, "[0n", 2},
	} {
		var f replyFilter
		out, replies := "", 0
		for _, in := range tt.in {
			p := []byte(in)
			n, r := f.filter(p)
			out, replies = out+string(p[:n]), replies+r
		}
		equal(t, tt.name, out, tt.out)
		equal(t, tt.name+": replies", replies, tt.replies)
	}
}

// counted is a model that counts its frames.
type counted struct {
	tea.Model
	frames *int
}

func (c counted) Update(tea.Msg) (tea.Model, tea.Cmd) { return c, nil }

func (c counted) View() tea.View { *c.frames++; return tea.NewView("") }

// TestPacedModel checks that no frames are drawn for a terminal that is blocked, and that a
// frame is drawn when it has caught up.
func TestPacedModel(t *testing.T) {
	o, r, _ := pipedOutput(t)
	due := make(chan struct{}, 1)
	o.due = func() { due <- struct{}{} }
	frames := 0
	m := &pacedModel{Model: counted{frames: &frames}, out: o}
	for range 3 {
		_ = m.View()
	}
	equal(t, "frames before", frames, 3)
	full := bytes.Repeat([]byte("x"), 1<<18) // more than a pipe holds
	_, err := o.Write(full)
	must(t, err)
	for range 100 {
		m.Update(nil)
		_ = m.View()
	}
	equal(t, "frames while blocked", frames, 3)
	size := tea.WindowSizeMsg{}
	pass := pacing(o, func(_ tea.Model, msg tea.Msg) tea.Msg { return msg })
	equal(t, "new size while blocked", pass(m, size), nil)
	_, err = io.ReadFull(r, full)
	must(t, err)
	<-due
	_, cmd := m.Update(caughtUp{})
	equal(t, "asks for the size", cmd != nil, true)
	_ = m.View()
	equal(t, "frames afterwards", frames, 4)
	equal(t, "new size afterwards", pass(m, size), tea.Msg(size))
}

// TestOutput_BehindTimeout checks that a size that was dropped is requested if the terminal never
// replies.
func TestOutput_BehindTimeout(t *testing.T) {
	o, _, _ := pipedOutput(t)
	now, due := time.Unix(0, 0), make(chan struct{}, 1)
	o.now, o.due = func() time.Time { return now }, func() { due <- struct{}{} }
	o.pace.mark(make([]byte, maxInFlight), now)
	pass := pacing(o, func(_ tea.Model, msg tea.Msg) tea.Msg { return msg })
	equal(t, "new size before the timeout", pass(nil, tea.WindowSizeMsg{}), nil)
	now = now.Add(replyTimeout)
	equal(t, "behind after the timeout", o.behind(), false)
	<-due
}

// TestKeyboard_SettleLostReply checks that frames are drawn again after settle if a reply is lost.
func TestKeyboard_SettleLostReply(t *testing.T) {
	o, _, _ := pipedOutput(t)
	now := time.Unix(0, 0)
	o.now = func() time.Time { return now }
	for range 2 {
		o.pace.mark([]byte("\x1b[?u"), now)
	}
	o.replied(1)
	now = now.Add(replyTimeout)
	equal(t, "behind before", o.behind(), true)
	(&keyboard{out: o}).settle()
	equal(t, "behind after", o.behind(), false)
}
