// Package scrape serves one page of metrics over HTTP. It implements only what a scraper
// needs, because net/http would make the program a third larger.
//
// The server answers GET and HEAD requests for /metrics, and describes itself at /. It closes
// each connection after the response, limits the number of connections, the size of requests
// and the time that each connection takes, and ignores the bodies of requests.
package scrape

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"time"
)

// Path is the path of the page.
const Path = "/metrics"

const (
	maxConnections = 16
	maxRequest     = 16 << 10 // bytes of the request line and the headers
	// readTimeout is how long a client may take to send the request, and writeTimeout how
	// long it may take to receive the response.
	readTimeout  = 5 * time.Second
	writeTimeout = 10 * time.Second
	// retryDelay is how long to wait if no connection can be accepted for the moment, for
	// example because too many files are open.
	retryDelay = 100 * time.Millisecond
)

// Server serves a page. It is safe for concurrent use.
type Server struct {
	Page        func() []byte // called for each request, possibly concurrently
	ContentType string
	Now         func() time.Time // for the Date header
	// About is the text at /, in one line.
	About string
}

// Serve serves the connections of a listener until ctx is done. It then closes the listener
// and waits for responses that are being sent. The error is nil unless the listener fails.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	var open sync.WaitGroup
	defer open.Wait()
	defer cancel() // before waiting
	slots := make(chan struct{}, maxConnections)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		conn, err := l.Accept()
		if err != nil {
			<-slots
			if ctx.Err() != nil {
				return nil
			}
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			select {
			case <-time.After(retryDelay):
			case <-ctx.Done():
			}
			continue
		}
		open.Go(func() {
			defer func() { <-slots }()
			defer func() { _ = conn.Close() }()
			s.serve(ctx, conn)
		})
	}
}

// serve answers one request. When ctx is done, it stops waiting for the request.
func (s *Server) serve(ctx context.Context, conn net.Conn) {
	_ = conn.SetReadDeadline(time.Now().Add(readTimeout)) //nolint:forbidigo // a duration in real time
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	limited := &io.LimitedReader{R: conn, N: maxRequest}
	method, path, err := readRequest(limited)
	if err != nil && limited.N > 0 && !errors.Is(err, errMalformed) {
		return // the client is gone, too slow, or we are shutting down
	}
	r := response{status: "200 OK", contentType: "text/plain; charset=utf-8", body: []byte(s.About + "\n")}
	switch {
	case err != nil && limited.N == 0:
		r = failure("431 Request Header Fields Too Large")
	case err != nil:
		r = failure("400 Bad Request")
	case method != "GET" && method != "HEAD":
		r = failure("405 Method Not Allowed")
		r.more = "Allow: GET, HEAD\r\n"
	case path == Path:
		r.contentType, r.body = s.ContentType, s.Page()
	case path != "/":
		r = failure("404 Not Found")
	}
	_ = conn.SetWriteDeadline(time.Now().Add(writeTimeout)) //nolint:forbidigo // a duration in real time
	r.write(conn, s.Now(), method == "HEAD")
}

var errMalformed = errors.New("malformed request")

// readRequest reads a request up to the end of its headers. It returns the path without the
// query.
func readRequest(r io.Reader) (method, path string, err error) {
	tp := textproto.NewReader(bufio.NewReader(r))
	line, err := tp.ReadLine()
	if err != nil {
		return "", "", err
	}
	words := strings.Split(line, " ")
	if len(words) != 3 || words[0] == "" || !strings.HasPrefix(words[1], "/") || !strings.HasPrefix(words[2], "HTTP/1.") {
		return "", "", errMalformed
	}
	for {
		header, err := tp.ReadLine()
		if err != nil {
			return "", "", err
		}
		if header == "" {
			path, _, _ = strings.Cut(words[1], "?")
			return words[0], path, nil
		}
	}
}

type response struct {
	status, contentType string
	more                string // further headers
	body                []byte
}

func failure(status string) response {
	return response{status: status, contentType: "text/plain; charset=utf-8", body: []byte(status + "\n")}
}

func (r *response) write(w io.Writer, now time.Time, head bool) {
	text := fmt.Appendf(nil, "HTTP/1.1 %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nX-Content-Type-Options: nosniff\r\n%sConnection: close\r\n\r\n",
		r.status, now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"), r.contentType, len(r.body), r.more)
	if !head {
		text = append(text, r.body...)
	}
	_, _ = w.Write(text) // the client may be gone
}
