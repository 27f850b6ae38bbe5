package cli

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/cli/config"
	"pooltop/cli/internal/testkit"
)

// startOn starts a program, or the test binary in a role, on a terminal.
func startOn(b *testing.B, role, name string, args ...string) *testkit.Terminal {
	b.Helper()
	c := testkit.Open(b)
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), roleEnv+"="+role, "TERM=xterm-256color", "XDG_STATE_HOME="+b.TempDir())
	c.Start(cmd)
	return c
}

// usage is a program's resource usage since it was started.
type usage struct {
	cpu      time.Duration
	switches int
	bytes    int
	resident int // kB
	peak     int // maximum of resident
}

func usageOf(b testing.TB, c *testkit.Terminal) usage {
	b.Helper()
	u := usage{bytes: testkit.Read(c, func(p *testkit.Emulator) int { return len(p.All) })}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", c.Cmd.Process.Pid))
	if err != nil || len(tasks) == 0 {
		b.Fatalf("the program has ended: %v", err)
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
			case fields[0] == "VmHWM:":
				u.peak, _ = strconv.Atoi(fields[1])
			}
		}
	}
	return u
}

// replaceStore replaces the file at path with a store of n credentials and returns path. The
// first credential has the given label. cooling is the number of credentials that are cooling.
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
	must(b, err)
	must(b, os.WriteFile(path+".new", text, 0o600))
	must(b, os.Rename(path+".new", path))
	return path
}

// BenchmarkAtRest measures an idle dashboard and, as the baseline, an idle Bubble Tea
// program, for ten seconds each.
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
		{"six-visible", 10, 6, ""},
		{"six-visible-of-ten-thousand", 10_000, 6, ""},
	} {
		b.Run(tt.name, func(b *testing.B) {
			path := replaceStore(b, filepath.Join(b.TempDir(), "auth.json"), "first", tt.n, tt.cooling)
			c := startOn(b, "", program, "--file", path)
			c.Shows("live")
			c.Type(tt.keys)
			measureIdle(b, c)
		})
	}
	b.Run("bare", func(b *testing.B) {
		c := startOn(b, "bare", os.Args[0])
		c.Shows("live")
		measureIdle(b, c)
	})
}

// measureIdle measures a program for ten seconds. The measurement does not span a change of the
// minute, because times on the screen would then be redrawn.
func measureIdle(b *testing.B, c *testkit.Terminal) {
	b.Helper()
	<-time.After(3 * time.Second) // let the terminal queries time out
	const seconds = 10
	now := time.Now()
	if left := now.Truncate(time.Minute).Add(time.Minute).Sub(now); left < (seconds+1)*time.Second {
		<-time.After(left + time.Second)
	}
	for b.Loop() {
		before := usageOf(b, c)
		<-time.After(seconds * time.Second)
		after := usageOf(b, c)
		b.ReportMetric(float64(after.cpu-before.cpu)/float64(seconds*time.Second)*100, "%cpu")
		b.ReportMetric(float64(after.switches-before.switches)/seconds, "switches/s")
		b.ReportMetric(float64(after.bytes-before.bytes)/seconds, "bytes/s")
		b.ReportMetric(float64(after.resident)/1024, "MB")
	}
	b.ReportMetric(0, "ns/op")
}

// reportSpread reports the median and 95th percentile of the waits, in milliseconds.
func reportSpread(b *testing.B, waits []time.Duration) {
	b.Helper()
	slices.Sort(waits)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	b.ReportMetric(ms(waits[len(waits)/2]), "median-ms")
	b.ReportMetric(ms(waits[len(waits)*95/100]), "p95-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkChangeToScreen measures the time from replacing the file to showing the change.
// Pauses of varying length prevent the changes from being in step with the frames.
func BenchmarkChangeToScreen(b *testing.B) {
	program := build(b)
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("credentials=%d", n), func(b *testing.B) {
			path := replaceStore(b, filepath.Join(b.TempDir(), "auth.json"), "aaaa", n, 0)
			c := startOn(b, "", program, "--file", path)
			c.Shows("aaaa")
			var waits []time.Duration
			for i := 0; b.Loop(); i++ {
				<-time.After(time.Duration(500+i*37%83) * time.Millisecond)
				name := strings.Repeat(string(rune('b'+i%24)), 4)
				replaceStore(b, path, name, n, 0)
				start := time.Now()
				c.Shows(name)
				waits = append(waits, time.Since(start))
			}
			reportSpread(b, waits)
		})
	}
}

// measured is the program whose response to keys is measured.
var measured = flag.String("program", "", "the program that BenchmarkKeyToScreen measures; \"\" builds it")

// BenchmarkKeyToScreen measures the time from a key press until the cursor and the detail show
// another credential, over several connections.
func BenchmarkKeyToScreen(b *testing.B) {
	program := *measured
	if program == "" {
		program = build(b)
	}
	path := filepath.Join(b.TempDir(), "auth.json")
	data, err := os.ReadFile(filepath.Join("..", "testdata", "samples", "backoff.json"))
	must(b, err)
	must(b, os.WriteFile(path, data, 0o600))
	for _, tt := range []struct {
		name string
		line testkit.Line
	}{
		{"local", testkit.Line{}},
		{"rtt=100ms", testkit.Line{Delay: 50 * time.Millisecond}},
		{"rtt=300ms", testkit.Line{Delay: 150 * time.Millisecond}},
		{"rtt=800ms", testkit.Line{Delay: 400 * time.Millisecond}},
		{"8kB/s", testkit.Line{Rate: 8000}},
		{"rtt=800ms,8kB/s", testkit.Line{Delay: 400 * time.Millisecond, Rate: 8000}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			c := startOn(b, "", program, "--file", path, "--config", "")
			c.SetLine(tt.line)
			c.Shows("live", "q quit")
			c.Type("g")
			c.Until("select the first credential", func(p *testkit.Emulator) bool { return selected(p) == "personal-api-key" })
			<-time.After(4 * time.Second) // let the terminal queries time out
			var waits []time.Duration
			before := usageOf(b, c).bytes
			for i := 0; b.Loop(); i++ {
				<-time.After(time.Duration(500+i*37%83) * time.Millisecond)
				was, key := testkit.Read(c, selected), "j"
				if i%18 >= 9 { // there are ten credentials
					key = "k"
				}
				start := time.Now()
				c.Type(key)
				c.Until("select another credential", func(p *testkit.Emulator) bool { return selected(p) != was && selected(p) != "" })
				waits = append(waits, time.Since(start))
			}
			b.ReportMetric(float64(usageOf(b, c).bytes-before)/float64(len(waits)), "bytes/key")
			reportSpread(b, waits)
		})
	}
}

// cursor matches the label of the selected credential.
var cursor = regexp.MustCompile(`(?m)^ ▌.{3}(\S+)`)

// selected returns the label of the selected credential, or "" unless the detail below the
// table shows the same one.
func selected(p *testkit.Emulator) string {
	text := p.String()
	m := cursor.FindStringSubmatch(text)
	_, below, _ := strings.Cut(text, "capacity")
	if len(m) == 0 || !strings.Contains(below, "  "+m[1]) {
		return ""
	}
	return m[1]
}

// bare is the baseline: a program with a static screen and the dashboard's frame
// rate.
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

// BenchmarkFirstFrame measures how long the dashboard and, as the baseline, the bare
// program take to show their first frame.
func BenchmarkFirstFrame(b *testing.B) {
	program, path := build(b), replaceStore(b, filepath.Join(b.TempDir(), "auth.json"), "first", 10, 1)
	first := func(words, role, name string, args ...string) time.Duration {
		start := time.Now()
		c := startOn(b, role, name, args...)
		c.Shows(words)
		took := time.Since(start)
		_ = c.Cmd.Process.Kill()
		return took
	}
	var waits, others []time.Duration
	for b.Loop() {
		waits = append(waits, first("first", "", program, "--file", path))
		others = append(others, first("live", "bare", os.Args[0]))
	}
	reportSpread(b, waits)
	slices.Sort(others)
	b.ReportMetric(float64(others[len(others)/2])/float64(time.Millisecond), "bare-median-ms")
}

// BenchmarkStorm replaces the file a thousand times a second for ten seconds.
func BenchmarkStorm(b *testing.B) {
	program := build(b)
	path := replaceStore(b, filepath.Join(b.TempDir(), "auth.json"), "aaaa", 10, 1)
	c := startOn(b, "", program, "--file", path)
	c.Shows("aaaa")
	const seconds, rate = 10, 1000
	for b.Loop() {
		before, start := usageOf(b, c), time.Now()
		for i := range seconds * rate {
			replaceStore(b, path, fmt.Sprintf("s%03d", i%1000), 10, 1)
			if ahead := time.Duration(i)*time.Second/rate - time.Since(start); ahead > 0 {
				<-time.After(ahead)
			}
		}
		elapsed := time.Since(start)
		last := time.Now()
		replaceStore(b, path, "zzzz", 10, 1)
		c.Shows("zzzz")
		behind := time.Since(last)
		after := usageOf(b, c)
		b.ReportMetric(float64(after.cpu-before.cpu)/float64(elapsed)*100, "%cpu")
		b.ReportMetric(float64(behind)/float64(time.Millisecond), "behind-ms")
		b.ReportMetric(float64(after.resident-before.resident)/1024, "MB-more")
	}
	b.ReportMetric(0, "ns/op")
}
