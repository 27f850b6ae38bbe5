package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/cli/internal/testkit"
)

// screening is a program on a terminal of 120×36 that answers nothing, and what
// it printed.
type screening struct {
	b       *testing.B
	cmd     *exec.Cmd
	master  *os.File
	started time.Time

	mutex   sync.Mutex
	printed []byte
	total   int
	arrived chan struct{} // has something in it when something was printed
}

// screen starts a program on a terminal.
func screen(b *testing.B, name string, args ...string) *screening {
	b.Helper()
	master, terminal := testkit.OpenPTY(b)
	s := &screening{b: b, master: master, arrived: make(chan struct{}, 1)}
	s.cmd = exec.Command(name, args...)
	s.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "XDG_STATE_HOME="+b.TempDir())
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = terminal, terminal, terminal
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	s.started = time.Now()
	if err := s.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	_ = terminal.Close() // the program has it now
	go s.read()
	b.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait() // it was killed
		_ = master.Close()
	})
	return s
}

func (s *screening) read() {
	buf := make([]byte, 1<<16)
	for {
		n, err := s.master.Read(buf)
		if err != nil {
			return
		}
		s.mutex.Lock()
		s.printed = append(s.printed, buf[:n]...)
		s.total += n
		s.mutex.Unlock()
		select {
		case s.arrived <- struct{}{}:
		default:
		}
	}
}

// forget forgets what was printed so far.
func (s *screening) forget() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.printed = s.printed[:0]
}

// until waits for words to be printed.
func (s *screening) until(words string) {
	s.b.Helper()
	guard := time.After(time.Minute)
	for {
		s.mutex.Lock()
		there := bytes.Contains(s.printed, []byte(words))
		s.mutex.Unlock()
		if there {
			return
		}
		select {
		case <-s.arrived:
		case <-guard:
			s.b.Fatalf("%q is never printed", words)
		}
	}
}

// usage is what a program has used up so far.
type usage struct {
	cpu      time.Duration
	switches int
	bytes    int
	resident int // kB
}

func (s *screening) usage() usage {
	s.b.Helper()
	var u usage
	s.mutex.Lock()
	u.bytes = s.total
	s.mutex.Unlock()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", s.cmd.Process.Pid))
	if err != nil || len(tasks) == 0 {
		s.b.Fatalf("the program has gone: %v", err)
	}
	for _, task := range tasks {
		sched, _ := os.ReadFile(task + "/schedstat") // a thread may have gone
		if words := strings.Fields(string(sched)); len(words) > 0 {
			n, _ := strconv.Atoi(words[0])
			u.cpu += time.Duration(n)
		}
		status, _ := os.ReadFile(task + "/status")
		for line := range strings.Lines(string(status)) {
			words := strings.Fields(line)
			switch {
			case strings.HasSuffix(words[0], "ctxt_switches:"):
				n, _ := strconv.Atoi(words[1])
				u.switches += n
			case words[0] == "VmRSS:":
				u.resident, _ = strconv.Atoi(words[1])
			}
		}
	}
	return u
}

// pooled writes a store of n credentials, of which so many cool down, and returns
// its path; the first one is called so.
func pooled(b *testing.B, path, first string, n, cooling int) string {
	b.Helper()
	var text bytes.Buffer
	text.WriteString("{\"credential_pool\": {\n")
	const providers = 5
	for p := range providers {
		if p > 0 {
			text.WriteString(",\n")
		}
		fmt.Fprintf(&text, "  \"provider-%d\": [", p)
		for i := range n / providers {
			name := fmt.Sprintf("key-%d-%d", p, i)
			if p+i == 0 {
				name = first
			} else {
				text.WriteString(",")
			}
			if i == 0 && p > 0 {
				text.Truncate(text.Len() - 1)
			}
			status := `"last_status": "ok"`
			if at := p*n/providers + i; at > 0 && at <= cooling {
				status = fmt.Sprintf(`"last_status": "exhausted", "last_status_at": %d, "last_error_code": 429`, time.Now().Unix()-60)
			}
			fmt.Fprintf(&text, "\n    {\"id\": \"%d-%d\", \"label\": %q, \"priority\": %d, \"consecutive_failures\": 0, %s, "+
				"\"access_token\": \"%0400d\", \"base_url\": \"https://api.example.com/v1\"}", p, i, name, i, status, i)
		}
		text.WriteString("]")
	}
	text.WriteString("}}\n")
	if err := os.WriteFile(path+".new", text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		b.Fatal(err)
	}
	return path
}

// released builds the program as it is released: without C.
func released(b *testing.B) string {
	b.Helper()
	b.Setenv("CGO_ENABLED", "0")
	return build(b)
}

// BenchmarkAtRest lets a dashboard be for ten seconds: what it costs a second,
// and what it holds; and beside it a bare program, and others that are installed.
func BenchmarkAtRest(b *testing.B) {
	program := released(b)
	const unfocused = "\x1b[O"
	for _, tt := range []struct {
		name       string
		n, cooling int
		typed      string
	}{
		{"one-cooling", 10, 1, ""},
		{"none-cooling", 10, 0, ""},
		{"unfocused", 10, 1, unfocused},
		{"six-in-sight", 10, 6, ""},
		{"six-in-sight-of-ten-thousand", 10_000, 6, ""},
		{"screenful-of-ten-thousand", 10_000, 2000, ""},
	} {
		b.Run(tt.name, func(b *testing.B) {
			path := pooled(b, filepath.Join(b.TempDir(), "auth.json"), "first", tt.n, tt.cooling)
			s := screen(b, program, "--file", path)
			s.until("live")
			s.typed(tt.typed)
			rest(b, s)
			if tt.typed == unfocused {
				b.ReportMetric(float64(s.nextMinute()), "bytes/minute")
			}
		})
	}
	b.Run("bare", func(b *testing.B) {
		b.Setenv(roleEnv, "bare")
		s := screen(b, os.Args[0])
		s.until("live")
		rest(b, s)
	})
	for _, other := range []string{"htop", "top"} {
		if path, err := exec.LookPath(other); err == nil {
			b.Run(other, func(b *testing.B) {
				s := screen(b, path, "-d", map[string]string{"htop": "10", "top": "1"}[other]) // once a second
				s.until("PID")
				rest(b, s)
			})
		}
	}
}

// typed types keys.
func (s *screening) typed(keys string) {
	s.b.Helper()
	if _, err := s.master.WriteString(keys); err != nil {
		s.b.Fatal(err)
	}
}

// nextMinute is how much is printed as the minute changes.
func (s *screening) nextMinute() int {
	before := s.usage().bytes
	<-time.After(toNextMinute() + time.Second)
	return s.usage().bytes - before
}

func toNextMinute() time.Duration {
	now := time.Now()
	return now.Truncate(time.Minute).Add(time.Minute).Sub(now)
}

// rest measures ten seconds within a minute: what counts in minutes is drawn in
// none of them.
func rest(b *testing.B, s *screening) {
	b.Helper()
	<-time.After(3 * time.Second) // questions to the terminal are over
	const seconds = 10
	if left := toNextMinute(); left < (seconds+1)*time.Second {
		<-time.After(left + time.Second)
	}
	for b.Loop() {
		before := s.usage()
		<-time.After(seconds * time.Second)
		after := s.usage()
		b.ReportMetric(float64(after.cpu-before.cpu)/float64(seconds*time.Second)*100, "%cpu")
		b.ReportMetric(float64(after.switches-before.switches)/seconds, "switches/s")
		b.ReportMetric(float64(after.bytes-before.bytes)/seconds, "bytes/s")
		b.ReportMetric(float64(after.resident)/1024, "MB")
	}
	b.ReportMetric(0, "ns/op")
}

// spread reports the median and the 95th percentile of waits, in milliseconds.
func spread(b *testing.B, waits []time.Duration) {
	b.Helper()
	slices.Sort(waits)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	b.ReportMetric(ms(waits[len(waits)/2]), "median-ms")
	b.ReportMetric(ms(waits[len(waits)*95/100]), "p95-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkChangeToScreen replaces the file, at moments that have nothing to do
// with the renderer's frames, until the change is printed.
func BenchmarkChangeToScreen(b *testing.B) {
	program := released(b)
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("credentials=%d", n), func(b *testing.B) {
			path := pooled(b, filepath.Join(b.TempDir(), "auth.json"), "aaaa", n, 0)
			s := screen(b, program, "--file", path)
			s.until("aaaa")
			var waits []time.Duration
			for i := 0; b.Loop(); i++ {
				<-time.After(time.Duration(500+i*37%83) * time.Millisecond)
				name := strings.Repeat(string(rune('b'+i%24)), 4)
				s.forget()
				pooled(b, path, name, n, 0)
				begun := time.Now()
				s.until(name)
				waits = append(waits, time.Since(begun))
			}
			spread(b, waits)
		})
	}
}

// bare is a program of one screen that does nothing else, to compare with; the
// renderer looks as often as that of the dashboard.
type bare struct{}

func (bare) Init() tea.Cmd                         { return nil }
func (m bare) Update(tea.Msg) (tea.Model, tea.Cmd) { return m, nil }
func (bare) View() tea.View                        { v := tea.NewView("live"); v.AltScreen = true; return v }

func init() {
	roles["bare"] = func([]string) int {
		restLightly()
		_, err := tea.NewProgram(bare{}, tea.WithFPS(framesPerSecond)).Run()
		fmt.Fprintln(os.Stderr, err)
		return exitFailed
	}
}

// BenchmarkFirstFrame starts a dashboard until its first frame is printed, and
// in turn a bare program of one screen.
func BenchmarkFirstFrame(b *testing.B) {
	program, path := released(b), pooled(b, filepath.Join(b.TempDir(), "auth.json"), "first", 10, 1)
	b.Setenv(roleEnv, "")
	var waits, others []time.Duration
	for b.Loop() {
		s := screen(b, program, "--file", path)
		s.until("first")
		waits = append(waits, time.Since(s.started))
		_ = s.cmd.Process.Kill()
		b.Setenv(roleEnv, "bare")
		o := screen(b, os.Args[0])
		o.until("live")
		others = append(others, time.Since(o.started))
		_ = o.cmd.Process.Kill()
		b.Setenv(roleEnv, "")
	}
	spread(b, waits)
	slices.Sort(others)
	b.ReportMetric(float64(others[len(others)/2])/float64(time.Millisecond), "bare-median-ms")
}

// BenchmarkStorm replaces the file a thousand times a second for ten seconds.
func BenchmarkStorm(b *testing.B) {
	program := released(b)
	path := pooled(b, filepath.Join(b.TempDir(), "auth.json"), "aaaa", 10, 1)
	s := screen(b, program, "--file", path)
	s.until("aaaa")
	const seconds, rate = 10, 1000
	for b.Loop() {
		before, begun := s.usage(), time.Now()
		for i := range seconds * rate {
			pooled(b, path, fmt.Sprintf("s%03d", i%1000), 10, 1)
			if ahead := time.Duration(i)*time.Second/rate - time.Since(begun); ahead > 0 {
				<-time.After(ahead)
			}
		}
		took := time.Since(begun)
		s.forget()
		last := time.Now()
		pooled(b, path, "zzzz", 10, 1)
		s.until("zzzz")
		behind := time.Since(last)
		after := s.usage()
		b.ReportMetric(float64(after.cpu-before.cpu)/float64(took)*100, "%cpu")
		b.ReportMetric(float64(behind)/float64(time.Millisecond), "behind-ms")
		b.ReportMetric(float64(after.resident-before.resident)/1024, "MB-more")
	}
	b.ReportMetric(0, "ns/op")
}
