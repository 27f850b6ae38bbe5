package scrape

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener for connections in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
	fail   atomic.Int32 // the number of calls of Accept that fail
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	if p.fail.Add(-1) >= 0 {
		return nil, io.ErrUnexpectedEOF
	}
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return nil }

// dial returns the client's end of a new connection.
func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

// request sends a request and returns the response. The server may close the connection
// before it has read the whole request.
func (p *pipes) request(text string) string {
	c := p.dial()
	defer func() { _ = c.Close() }()
	go func() { _, _ = io.WriteString(c, text) }()
	answer, _ := io.ReadAll(c)
	return string(answer)
}

// serving runs test beside a server. It cancels the server's context afterwards.
func serving(t *testing.T, page func() []byte, test func(t *testing.T, p *pipes, stop context.CancelFunc)) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p, ended := newPipes(), make(chan error, 1)
		s := Server{Page: page, ContentType: "text/metrics", Now: time.Now, About: "about"}
		go func() { ended <- s.Serve(ctx, p) }()
		test(t, p, cancel)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func onePage() []byte { return []byte("a 1\n") }

func TestServer_Requests(t *testing.T) {
	serving(t, onePage, func(t *testing.T, p *pipes, _ context.CancelFunc) {
		for _, tt := range []struct{ request, status, body string }{
			{"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK", "a 1\n"},
			{"GET /metrics?x=1 HTTP/1.0\r\n\r\n", "200 OK", "a 1\n"},
			{"GET /metrics HTTP/1.1\nHost: x\n\n", "200 OK", "a 1\n"},
			{"HEAD /metrics HTTP/1.1\r\n\r\n", "200 OK", ""},
			{"GET / HTTP/1.1\r\n\r\n", "200 OK", "about\n"},
			{"GET /metrics/ HTTP/1.1\r\n\r\n", "404 Not Found", "404 Not Found\n"},
			{"GET /debug/pprof/ HTTP/1.1\r\n\r\n", "404 Not Found", "404 Not Found\n"},
			{"POST /metrics HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", "405 Method Not Allowed", "405 Method Not Allowed\n"},
			{"get /metrics HTTP/1.1\r\n\r\n", "405 Method Not Allowed", "405 Method Not Allowed\n"},
			{"GET http://x/metrics HTTP/1.1\r\n\r\n", "400 Bad Request", "400 Bad Request\n"},
			{"GET /metrics\r\n\r\n", "400 Bad Request", "400 Bad Request\n"},
			{"GET  /metrics HTTP/1.1\r\n\r\n", "400 Bad Request", "400 Bad Request\n"},
			{"PRI * HTTP/2.0\r\n\r\n", "400 Bad Request", "400 Bad Request\n"},
			{"\r\n", "400 Bad Request", "400 Bad Request\n"},
			{"\x16\x03\x01\n", "400 Bad Request", "400 Bad Request\n"},
			{"GET /" + strings.Repeat("a", maxRequest) + " HTTP/1.1\r\n\r\n", "431 Request Header Fields Too Large", "431 Request Header Fields Too Large\n"},
			{"GET / HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", maxRequest/6) + "\r\n", "431 Request Header Fields Too Large", "431 Request Header Fields Too Large\n"},
		} {
			header, body, _ := strings.Cut(p.request(tt.request), "\r\n\r\n")
			if !strings.HasPrefix(header, "HTTP/1.1 "+tt.status+"\r\n") || body != tt.body || !strings.Contains(header, "\r\nConnection: close") {
				t.Errorf("%.40q: got %q %q, want %q %q", tt.request, header, body, tt.status, tt.body)
			}
		}
	})
}

func TestServer_Header(t *testing.T) {
	serving(t, onePage, func(t *testing.T, p *pipes, _ context.CancelFunc) {
		want := "HTTP/1.1 200 OK\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\nContent-Type: text/metrics\r\nContent-Length: 4\r\n" +
			"X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n" // synctest starts in 2000
		if got := p.request("HEAD /metrics HTTP/1.1\r\n\r\n"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := p.request("PUT / HTTP/1.1\r\n\r\n"); !strings.Contains(got, "\r\nAllow: GET, HEAD\r\n") {
			t.Errorf("no Allow header in %q", got)
		}
	})
}

// A client that does not finish its request, or does not read the response, is disconnected.
func TestServer_SlowClients(t *testing.T) {
	serving(t, onePage, func(t *testing.T, p *pipes, _ context.CancelFunc) {
		for text, limit := range map[string]time.Duration{
			"": readTimeout, "GET /metrics HTTP/1.1\r\nA: b\r\n": readTimeout, "GET /metrics HTTP/1.1\r\n\r\n": writeTimeout,
		} {
			client, server := net.Pipe()
			c := &closing{Conn: server, at: make(chan time.Time, 1)}
			p.conns <- c
			began := time.Now()
			_, _ = io.WriteString(client, text)
			if after := (<-c.at).Sub(began); after != limit {
				t.Errorf("%q: closed after %v, want %v", text, after, limit)
			}
		}
	})
}

// closing is a connection that sends the time when it is closed.
type closing struct {
	net.Conn
	at chan time.Time
}

func (c *closing) Close() error {
	c.at <- time.Now()
	return c.Conn.Close()
}

// At most maxConnections are served at a time. The others wait.
func TestServer_Connections(t *testing.T) {
	var active, most atomic.Int32
	page := func() []byte {
		most.Store(max(most.Load(), active.Add(1)))
		<-time.After(time.Second)
		active.Add(-1)
		return onePage()
	}
	serving(t, page, func(t *testing.T, p *pipes, _ context.CancelFunc) {
		var group sync.WaitGroup
		for range 3 * maxConnections {
			group.Go(func() {
				if got := p.request("GET /metrics HTTP/1.1\r\n\r\n"); !strings.HasSuffix(got, "\r\n\r\na 1\n") {
					t.Errorf("got %q", got)
				}
			})
		}
		group.Wait()
	})
	if most.Load() != maxConnections {
		t.Errorf("%d connections at a time, want %d", most.Load(), maxConnections)
	}
}

// When the server stops, it finishes the responses, but does not wait for requests.
func TestServer_Shutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := func() []byte {
			<-time.After(time.Second)
			return onePage()
		}
		ctx, stop := context.WithCancel(t.Context())
		p, answered := newPipes(), make(chan string, 1)
		go func() {
			idle := p.dial()
			go func() { answered <- p.request("GET /metrics HTTP/1.1\r\n\r\n") }()
			synctest.Wait()
			began := time.Now()
			stop()
			_, _ = io.ReadAll(idle)
			if waited := time.Since(began); waited != 0 {
				t.Errorf("an idle connection was closed after %v", waited)
			}
		}()
		began := time.Now()
		if err := (&Server{Page: page, Now: time.Now}).Serve(ctx, p); err != nil {
			t.Error(err)
		}
		if waited := time.Since(began); waited != time.Second {
			t.Errorf("the server ended after %v", waited)
		}
		if got := <-answered; !strings.HasSuffix(got, "\r\n\r\na 1\n") {
			t.Errorf("got %q", got)
		}
	})
}

// The server continues if a connection cannot be accepted, and ends if its listener is closed.
func TestServer_Listener(t *testing.T) {
	serving(t, onePage, func(t *testing.T, p *pipes, _ context.CancelFunc) {
		p.fail.Store(3)
		for range 5 {
			if got := p.request("GET / HTTP/1.1\r\n\r\n"); !strings.HasSuffix(got, "about\n") {
				t.Errorf("got %q", got)
			}
		}
	})
	p := newPipes()
	_ = p.Close()
	if err := (&Server{}).Serve(t.Context(), p); err == nil {
		t.Error("no error after the listener was closed")
	}
}

func FuzzReadRequest(f *testing.F) {
	f.Add("GET /metrics HTTP/1.1\r\nA: b\r\n\r\n")
	f.Add("GET / HTTP/1.1\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		method, path, err := readRequest(strings.NewReader(text))
		if err == nil && (!strings.HasPrefix(path, "/") || !strings.HasPrefix(text, fmt.Sprintf("%s %s", method, path)) && !strings.HasPrefix(strings.TrimSpace(text), method)) {
			t.Errorf("%q: method %q, path %q", text, method, path)
		}
	})
}
