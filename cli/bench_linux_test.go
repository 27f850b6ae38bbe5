package cli

import (
	"bytes"
	"encoding/json"
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

	"pooltop/cli/config"
	"pooltop/cli/internal/testkit"
)

// process is a program on a terminal of 120×36 that answers no queries.
type process struct {
	b       *testing.B
	cmd     *exec.Cmd
	master  *os.File
	started time.Time

	mu      sync.Mutex
	printed []byte
	total   int
	arrived chan struct{} // signals new output
}

// startProcess starts a program on a terminal.
func startProcess(b *testing.B, name string, args ...string) *process {
	b.Helper()
	master, terminal := testkit.OpenPTY(b)
	s := &process{b: b, master: master, arrived: make(chan struct{}, 1)}
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

func (s *process) read() {
	buf := make([]byte, 1<<16)
	for {
		n, err := s.master.Read(buf)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.printed = append(s.printed, buf[:n]...)
		s.total += n
		s.mu.Unlock()
		select {
		case s.arrived <- struct{}{}:
		default:
		}
	}
}

// discard drops the output so far.
func (s *process) discard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.printed = s.printed[:0]
}

// waitFor waits until text is printed.
func (s *process) waitFor(text string) {
	s.b.Helper()
	timeout := time.After(time.Minute)
	for {
		s.mu.Lock()
		found := bytes.Contains(s.printed, []byte(text))
		s.mu.Unlock()
		if found {
			return
		}
		select {
		case <-s.arrived:
		case <-timeout:
			s.b.Fatalf("%q was not printed", text)
		}
	}
}

func (s *process) typeKeys(keys string) {
	s.b.Helper()
	if _, err := s.master.WriteString(keys); err != nil {
		s.b.Fatal(err)
	}
}

// usage holds the resources that a program has used so far.
type usage struct {
	cpu      time.Duration
	switches int
	bytes    int
	resident int // kB
}

func (s *process) usage() usage {
	s.b.Helper()
	var u usage
	s.mu.Lock()
	u.bytes = s.total
	s.mu.Unlock()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", s.cmd.Process.Pid))
	if err != nil || len(tasks) == 0 {
		s.b.Fatalf("the program has ended: %v", err)
	}
	for _, task := range tasks {
		sched, _ := os.ReadFile(task + "/schedstat") // the thread may have ended
		if fields := strings.Fields(string(sched)); len(fields) > 0 {
			n, _ := strconv.Atoi(fields[0])
			u.cpu += time.Duration(n)
		}
		status, _ := os.ReadFile(task + "/status")
		for line := range strings.Lines(string(status)) {
			fields := strings.Fields(line)
			switch {
			case strings.HasSuffix(fields[0], "ctxt_switches:"):
				n, _ := strconv.Atoi(fields[1])
				u.switches += n
			case fields[0] == "VmRSS:":
				u.resident, _ = strconv.Atoi(fields[1])
			}
		}
	}
	return u
}

// replaceStore replaces path with a store of n credentials, some of them cooling,
// and returns path. The first credential has the label.
func replaceStore(b *testing.B, path, label string, n, cooling int) string {
	b.Helper()
	const providers = 5
	pool := map[string][]map[string]any{}
	for i := range n {
		p := fmt.Sprintf("provider-%d", i*providers/n)
		c := map[string]any{
			"id": strconv.Itoa(i), "label": fmt.Sprintf("key-%d", i), "priority": i, "consecutive_failures": 0,
			"last_status": "ok", "access_token": fmt.Sprintf("%0400d", i), "base_url": "https://api.example.com/v1",
		}
		switch {
		case i == 0:
			c["label"] = label
		case i <= cooling:
			c["last_status"], c["last_status_at"], c["last_error_code"] = "exhausted", time.Now().Unix()-60, 429
		}
		pool[p] = append(pool[p], c)
	}
	text, err := json.MarshalIndent(map[string]any{"credential_pool": pool}, "", "  ")
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		b.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkAtRest measures an idle dashboard for ten seconds, next to an idle
// program of the same library.
func BenchmarkAtRest(b *testing.B) {
	program := build(b)
	const focusLost = "\x1b[O"
	for _, tt := range []struct {
		name       string
		n, cooling int
		keys       string
	}{
		{"one-cooling", 10, 1, ""},
		{"none-cooling", 10, 0, ""},
		{"unfocused", 10, 1, focusLost},
		{"six-in-sight", 10, 6, ""},
		{"six-in-sight-of-ten-thousand", 10_000, 6, ""},
	} {
		b.Run(tt.name, func(b *testing.B) {
			path := replaceStore(b, filepath.Join(b.TempDir(), "auth.json"), "first", tt.n, tt.cooling)
			s := startProcess(b, program, "--file", path)
			s.waitFor("live")
			s.typeKeys(tt.keys)
			measureIdle(b, s)
		})
	}
	b.Run("bare", func(b *testing.B) {
		b.Setenv(roleEnv, "bare")
		s := startProcess(b, os.Args[0])
		s.waitFor("live")
		measureIdle(b, s)
	})
}

// measureIdle measures ten seconds within one minute, because a screen whose times
// are in minutes is redrawn when the minute changes.
func measureIdle(b *testing.B, s *process) {
	b.Helper()
	<-time.After(3 * time.Second) // the terminal queries have timed out
	const seconds = 10
	now := time.Now()
	if left := now.Truncate(time.Minute).Add(time.Minute).Sub(now); left < (seconds+1)*time.Second {
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

// reportSpread reports the median and the 95th percentile, in milliseconds.
func reportSpread(b *testing.B, waits []time.Duration) {
	b.Helper()
	slices.Sort(waits)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	b.ReportMetric(ms(waits[len(waits)/2]), "median-ms")
	b.ReportMetric(ms(waits[len(waits)*95/100]), "p95-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkChangeToScreen measures from a replaced file to the printed change. The
// pauses between changes keep them out of step with the frames.
func BenchmarkChangeToScreen(b *testing.B) {
	program := build(b)
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("credentials=%d", n), func(b *testing.B) {
			path := replaceStore(b, filepath.Join(b.TempDir(), "auth.json"), "aaaa", n, 0)
			s := startProcess(b, program, "--file", path)
			s.waitFor("aaaa")
			var waits []time.Duration
			for i := 0; b.Loop(); i++ {
				<-time.After(time.Duration(500+i*37%83) * time.Millisecond)
				name := strings.Repeat(string(rune('b'+i%24)), 4)
				s.discard()
				replaceStore(b, path, name, n, 0)
				start := time.Now()
				s.waitFor(name)
				waits = append(waits, time.Since(start))
			}
			reportSpread(b, waits)
		})
	}
}

// bare is a program with a static screen, drawn at the dashboard's frame rate, to
// compare with.
type bare struct{}

func (bare) Init() tea.Cmd                         { return nil }
func (m bare) Update(tea.Msg) (tea.Model, tea.Cmd) { return m, nil }
func (bare) View() tea.View                        { v := tea.NewView("live"); v.AltScreen = true; return v }

func init() {
	roles["bare"] = func([]string) int {
		reduceIdleCost()
		_, err := tea.NewProgram(bare{}, tea.WithFPS(config.DefaultFrameRate)).Run()
		fmt.Fprintln(os.Stderr, err)
		return exitFailed
	}
}

// BenchmarkFirstFrame measures from the start to the first frame, alternating with
// a bare program.
func BenchmarkFirstFrame(b *testing.B) {
	program, path := build(b), replaceStore(b, filepath.Join(b.TempDir(), "auth.json"), "first", 10, 1)
	b.Setenv(roleEnv, "")
	var waits, others []time.Duration
	for b.Loop() {
		s := startProcess(b, program, "--file", path)
		s.waitFor("first")
		waits = append(waits, time.Since(s.started))
		_ = s.cmd.Process.Kill()
		b.Setenv(roleEnv, "bare")
		o := startProcess(b, os.Args[0])
		o.waitFor("live")
		others = append(others, time.Since(o.started))
		_ = o.cmd.Process.Kill()
		b.Setenv(roleEnv, "")
	}
	reportSpread(b, waits)
	slices.Sort(others)
	b.ReportMetric(float64(others[len(others)/2])/float64(time.Millisecond), "bare-median-ms")
}

// BenchmarkStorm replaces the file a thousand times a second for ten seconds.
func BenchmarkStorm(b *testing.B) {
	program := build(b)
	path := replaceStore(b, filepath.Join(b.TempDir(), "auth.json"), "aaaa", 10, 1)
	s := startProcess(b, program, "--file", path)
	s.waitFor("aaaa")
	const seconds, rate = 10, 1000
	for b.Loop() {
		before, start := s.usage(), time.Now()
		for i := range seconds * rate {
			replaceStore(b, path, fmt.Sprintf("s%03d", i%1000), 10, 1)
			if ahead := time.Duration(i)*time.Second/rate - time.Since(start); ahead > 0 {
				<-time.After(ahead)
			}
		}
		elapsed := time.Since(start)
		s.discard()
		last := time.Now()
		replaceStore(b, path, "zzzz", 10, 1)
		s.waitFor("zzzz")
		behind := time.Since(last)
		after := s.usage()
		b.ReportMetric(float64(after.cpu-before.cpu)/float64(elapsed)*100, "%cpu")
		b.ReportMetric(float64(behind)/float64(time.Millisecond), "behind-ms")
		b.ReportMetric(float64(after.resident-before.resident)/1024, "MB-more")
	}
	b.ReportMetric(0, "ns/op")
}
