package cli

import (
	"bytes"
	"runtime"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	// statusRequest asks the terminal for its status (DSR). Terminals reply in order, so the
	// reply shows that everything before the request has been processed and answered.
	statusRequest = "\x1b[5n"
	statusReply   = "\x1b[0n"
	// requestEvery is how many bytes are sent between two requests.
	requestEvery = 512
	// maxLag is how far the terminal may be behind before frames are skipped.
	maxLag = 500 * time.Millisecond
	// maxInFlight is how many bytes may be unconfirmed before frames are skipped. It is the
	// size of about two full redraws.
	maxInFlight = 16 << 10
	// replyTimeout is how long to wait for replies that must not reach the shell. A terminal
	// that has not replied at all by then is asked again only after a query.
	replyTimeout = 3 * time.Second
	// lostTimeout is the time without a reply after which requests count as lost. A full redraw
	// takes almost as long at 9,600 baud.
	lostTimeout = 10 * time.Second
)

// queries are parts of the queries that Bubble Tea sends: for modes, keyboard protocols and the
// background color.
var queries = [][]byte{[]byte("$p"), []byte("\x1b[?u"), []byte("]11;?")}

// asks reports whether the output p contains a query.
func asks(p []byte) bool {
	return slices.ContainsFunc(queries, func(q []byte) bool { return bytes.Contains(p, q) })
}

// pacer estimates from the replies to status requests how far a terminal is behind. Operating
// systems and SSH buffer so much that a slow line would otherwise show only old frames.
type pacer struct {
	requests  []request     // without a reply
	sent      int           // bytes in total
	confirmed int           // the part of sent that the terminal has processed
	unmarked  int           // bytes since the last request
	began     time.Time     // when the first request was sent
	replied   bool          // whether the terminal has ever replied
	heard     time.Time     // when it last replied
	roundTrip time.Duration // the shortest time until a reply
	rate      float64       // bytes per second
}

// request is a status request without a reply.
type request struct {
	at       time.Time
	end      int // value of sent at the request
	inFlight int // unconfirmed bytes at the request
}

// mark appends a status request to the output p if one is due.
func (c *pacer) mark(p []byte, now time.Time) []byte {
	c.sent, c.unmarked = c.sent+len(p), c.unmarked+len(p)
	if !asks(p) && (c.unmarked < requestEvery || c.silent(now)) {
		return p
	}
	if c.began.IsZero() {
		c.began = now
	}
	c.sent, c.unmarked = c.sent+len(statusRequest), 0
	c.requests = append(c.requests, request{now, c.sent, c.sent - c.confirmed})
	return append(slices.Clip(p), statusRequest...)
}

// silent reports whether the terminal has not replied within replyTimeout of the first request.
func (c *pacer) silent(now time.Time) bool {
	return !c.replied && !c.began.IsZero() && now.Sub(c.began) >= replyTimeout
}

// reply records that the terminal has replied to the oldest request.
func (c *pacer) reply(now time.Time) {
	if len(c.requests) == 0 {
		return
	}
	r := c.requests[0]
	c.requests = c.requests[1:]
	wait := now.Sub(r.at)
	if !c.replied || wait < c.roundTrip {
		c.replied, c.roundTrip = true, wait
	}
	c.confirmed, c.heard = r.end, now
	// Sending the bytes took the time beyond a round trip. The rate falls only gradually, because
	// a single reply may be late.
	sending := max(wait-c.roundTrip, time.Millisecond)
	c.rate = min(max(float64(r.inFlight)/sending.Seconds(), c.rate/4), maxInFlight/maxLag.Seconds())
}

// behind reports whether the terminal cannot show another frame in time.
func (c *pacer) behind(now time.Time) bool {
	if len(c.requests) == 0 || c.silent(now) {
		return false
	}
	waiting := now.Sub(c.requests[0].at)
	if min(waiting, now.Sub(c.heard)) >= lostTimeout {
		c.forget()
		return false
	}
	most := float64(maxInFlight)
	if c.replied {
		most = min(max(c.rate*maxLag.Seconds(), requestEvery), maxInFlight)
	}
	return c.replied && waiting > c.roundTrip+maxLag || float64(c.sent-c.confirmed) > most
}

// awaited returns how long to wait for outstanding replies.
func (c *pacer) awaited(now time.Time) time.Duration {
	if len(c.requests) == 0 || c.silent(now) {
		return 0
	}
	return max(c.requests[len(c.requests)-1].at.Add(replyTimeout).Sub(now), 0)
}

// forget starts over, because the replies to outstanding requests are lost.
func (c *pacer) forget() { *c = pacer{} }

// replyFilter counts status replies in the terminal's input and removes them.
type replyFilter struct{ last []byte }

// filter removes the status replies from p and returns the remaining length and the number of
// replies. It counts a reply that arrives in pieces, but does not remove it: Bubble Tea
// ignores it.
func (f *replyFilter) filter(p []byte) (n, replies int) {
	rest := bytes.ReplaceAll(p, []byte(statusReply), nil)
	replies = (len(p) - len(rest)) / len(statusReply)
	joined := slices.Concat(f.last, p)
	if before := bytes.Count(joined, []byte(statusReply)); before > replies {
		replies = before
	}
	f.last = slices.Clone(joined[max(len(joined)-len(statusReply)+1, 0):])
	return copy(p, rest), replies
}

// confirms reports whether replies can be read. On Windows, Bubble Tea reads the console itself.
const confirms = runtime.GOOS != "windows"

// caughtUp is sent when the terminal can show frames again after some were skipped.
type caughtUp struct{}

// pacedModel is a model that keeps its last frame while the terminal is behind.
type pacedModel struct {
	tea.Model
	out  *output
	last *tea.View // nil before the first frame
}

// Update passes on all messages except caughtUp, which only makes Bubble Tea call View.
func (m *pacedModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(caughtUp); ok {
		if m.out.resized.Swap(false) {
			return m, tea.RequestWindowSize
		}
		return m, nil
	}
	inner, cmd := m.Model.Update(msg)
	m.Model = inner
	return m, cmd
}

func (m *pacedModel) View() tea.View {
	if m.last == nil || !m.out.behind() {
		v := m.Model.View()
		m.last = &v
	}
	return *m.last
}

// pacing returns a filter for messages. It drops changes of the terminal's size while the
// terminal is behind, because each causes a full redraw, and pacedModel asks for the size
// later. When the program quits, no further status requests are sent.
func pacing(out *output, next func(tea.Model, tea.Msg) tea.Msg) func(tea.Model, tea.Msg) tea.Msg {
	return func(m tea.Model, msg tea.Msg) tea.Msg {
		switch msg.(type) {
		case tea.WindowSizeMsg:
			if out.behind() {
				out.resized.Store(true)
				return nil
			}
		case tea.QuitMsg:
			out.leave()
		}
		return next(m, msg)
	}
}
