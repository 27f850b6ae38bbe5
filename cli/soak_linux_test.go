package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pooltop/cli/internal/testkit"
	"pooltop/model"
)

var (
	soakTime = flag.Duration("soak", 0, "run TestSoak for this long")
	soakSeed = flag.Uint64("soak-seed", 0, "random seed of TestSoak (0 chooses one)")
)

func init() { roles["soak"] = runCounted }

// runCounted runs the program. For each byte that it reads from descriptor 3, it writes the
// number of goroutines to descriptor 4.
func runCounted([]string) int {
	requests, answers := os.NewFile(3, "requests"), os.NewFile(4, "answers")
	go func() {
		for {
			if _, err := requests.Read(make([]byte, 1)); err != nil {
				return
			}
			_, _ = fmt.Fprintln(answers, runtime.NumGoroutine())
		}
	}()
	return Main(version)
}

// soak is a dashboard under load.
type soak struct {
	*testkit.Terminal
	t           *testing.T
	r           *rand.Rand
	operators   []*soakOperator // the dashboard shows the store of the first one
	requests    *os.File
	answers     *bufio.Scanner
	keys, reads int
	waits       map[string][]time.Duration
	probes      int
}

// TestSoak runs the dashboard on a store for a long time. Meanwhile, agents write to the store,
// commands act on it and some are killed, and a user types random keys on a terminal whose size
// and speed vary. A second store is used by agents and commands only, so that every
// change to it can be verified.
func TestSoak(t *testing.T) {
	if *soakTime == 0 {
		t.Skip("runs only with -soak")
	}
	seed := *soakSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("repeat with -soak %v -soak-seed %d", *soakTime, seed)
	random := func(n uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, n)) }
	s := &soak{t: t, r: random(0), waits: map[string][]time.Duration{}}
	for i := range 2 {
		o := &soakOperator{store: newSoakStore(t, i == 1), program: build(t), state: t.TempDir(), r: random(uint64(10 + i))}
		s.operators = append(s.operators, o)
	}
	want, err := s.operators[1].states()
	must(t, err)
	s.operators[1].want = want
	s.fillJournal()
	s.start()
	s.probe("local")
	before := s.footprint()
	s.load(random)
	s.probe("local")
	s.checkLevel(before)
	s.Type("q")
	equal(t, "exit code", s.Wait(), exitDone)
	s.CheckRestored()
	s.checkFiles()
}

// fillJournal fills the journal almost to its maximum size.
func (s *soak) fillJournal() {
	const line = `{"at":"2026-11-01T00:00:00.123456789Z","event":"exhausted","by":"agent","provider":"p","id":"p0","label":"label-p0",` +
		`"before":{"status":"ok","streak":0,"deadline":null},"after":{"status":"exhausted","streak":1,"deadline":"2026-11-01T01:00:00Z"},` +
		`"error_code":429,"cooldown_seconds":3600,"source":"manual","store":"/elsewhere/auth.json"}` + "\n"
	journal := filepath.Join(s.operators[0].state, "pooltop", "events.jsonl")
	writeFile(s.t, journal, []byte(strings.Repeat(line, (5<<20-2000)/len(line))))
}

// start starts the dashboard.
func (s *soak) start() {
	s.Terminal = testkit.Open(s.t)
	cfg := filepath.Join(s.t.TempDir(), "config.toml")
	writeFile(s.t, cfg, []byte("[[command]]\nkey = \"F\"\nname = \"true\"\nrun = [\"true\", \"{id}\"]\n[[view]]\nkey = \"1\"\nname = \"ready\"\nfilter = \"state:ready\"\n"))
	cmd := helper(s.t, "soak", "--file", s.operators[0].store.file, "--config", cfg, "--guard")
	cmd.Env = append(cmd.Env, "TERM=xterm-256color", "COLORTERM=truecolor", "XDG_STATE_HOME="+s.operators[0].state)
	in, requests, err := os.Pipe()
	must(s.t, err)
	answers, out, err := os.Pipe()
	must(s.t, err)
	cmd.ExtraFiles = []*os.File{in, out}
	s.Start(cmd)
	s.requests, s.answers = requests, bufio.NewScanner(answers)
	s.t.Cleanup(func() {
		for _, f := range []io.Closer{in, out, requests, answers} {
			_ = f.Close()
		}
	})
}

// load runs the agents, the commands and the user until the time is over.
func (s *soak) load(random func(uint64) *rand.Rand) {
	ctx, cancel := context.WithTimeout(s.t.Context(), *soakTime)
	var group, reader sync.WaitGroup
	written := make(chan struct{})
	s.t.Cleanup(func() { cancel(); group.Wait(); reader.Wait() }) // if the test has failed
	for i, o := range s.operators {
		for j := range 2 {
			group.Go(func() { o.store.agent(ctx, random(uint64(20+10*i+j)), 100*time.Millisecond) })
		}
		group.Go(func() { o.run(ctx) })
	}
	go func() { group.Wait(); close(written) }()
	reader.Go(func() { s.reads = readUntil(s.t, s.operators[0].store.file, written) })
	s.use(ctx)
	group.Wait()
	reader.Wait()
	s.report("end")
}

// use types keys, and resizes, blocks and slows down the terminal, until ctx is done. It prints a
// report every minute, or every tenth of soakTime if that is shorter.
func (s *soak) use(ctx context.Context) {
	start, interval := time.Now(), min(time.Minute, *soakTime/10)
	var reported, probed time.Duration
	lines := []testkit.Line{{}, {}, {Rate: 8000}, {Rate: 960}, {Delay: 50 * time.Millisecond}, {Delay: 400 * time.Millisecond, Rate: 8000}}
	keys := soakKeys()
	for ctx.Err() == nil {
		s.Type(keys[s.r.IntN(len(keys))])
		s.keys++
		<-time.After(time.Duration(s.r.IntN(150)) * time.Millisecond)
		switch elapsed := time.Since(start); {
		case elapsed > reported+interval:
			reported = elapsed
			s.report(elapsed.Round(time.Second).String())
		case elapsed > probed+4*time.Second:
			s.probe([]string{"local", "slow"}[s.probes%2])
			probed = time.Since(start)
			s.SetLine(lines[s.r.IntN(len(lines))])
		}
		switch s.r.IntN(40) {
		case 0:
			s.Resize(10+s.r.IntN(200), 4+s.r.IntN(60))
		case 1:
			s.Block()
			<-time.After(time.Duration(s.r.IntN(500)) * time.Millisecond)
			s.Unblock()
		}
	}
}

// soakKeys returns the input that use chooses from: all keys except those that end or suspend the
// program, input for dialogs, mouse and focus events, pasted text and replies of the terminal.
func soakKeys() []string {
	keys := []string{
		"\x1b[27u", "\r", "\t", "y", "n", "1", "m", "\x7f", "F", "30m\r", "state:ready\r", "-provider:p\r", "x2h\r", "xy", "R\r", "\x12\r",
		"\x1b[200~busy\x1b[201~", "\x1b[I", "\x1b[O", "\x1b[<0;10;8M\x1b[<0;10;8m", "\x1b[<65;10;8M", "\x1b]11;rgb:ff/ff/ff\x1b\\", "\x1b]11;rgb:16/17/1f\x1b\\",
	}
	named := map[string]string{
		"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "pgup": "\x1b[5~", "pgdown": "\x1b[6~",
		"space": " ", "enter": "\r", "f1": "\x1bOP", "esc": "\x1b[27u",
	}
	for _, a := range model.Actions() {
		for _, key := range a.Keys {
			letter, control := strings.CutPrefix(key, "ctrl+")
			switch {
			case a.Name == "quit" || a.Name == "suspend":
			case named[key] != "":
				keys = append(keys, named[key])
			case control:
				keys = append(keys, string(letter[0]&0x1f))
			default:
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// probe measures how long a key press and a change of the file take to reach the screen.
func (s *soak) probe(line string) {
	const back, inTransit = "\x1b[27u", 800 * time.Millisecond
	s.SetLine(testkit.Line{})
	s.Resize(120, 36)
	<-time.After(inTransit)
	s.Type("\x1b[I" + strings.Repeat(back, 6))
	<-time.After(inTransit)
	s.Shows(footerOfTable)
	if strings.Contains(s.Text(), "paused") {
		s.Type("p")
	}
	s.Shows("live", footerOfTable)
	s.SetLine(map[string]testkit.Line{"slow": {Delay: 150 * time.Millisecond, Rate: 8000}}[line])
	measure := func(what, shown string, act func()) {
		start := time.Now()
		act()
		s.Shows(shown)
		what = what + " " + line
		s.waits[what] = append(s.waits[what], time.Since(start))
	}
	measure("key", "page down", func() { s.Type("?") })
	s.Type(back)
	s.Shows(footerOfTable)
	s.Type("e")
	s.Shows(pane)
	s.Type("g")
	s.probes++
	id := fmt.Sprintf("probe%d", s.probes)
	measure("file", "label-"+id, func() {
		must(s.t, s.operators[0].store.write(func(pool map[string][]object) error {
			pool["probe"] = []object{newRow(id)}
			return nil
		}))
	})
	s.Type(back)
	s.Shows(footerOfTable)
}

// footprint holds the resource usage of the dashboard's process.
type footprint struct {
	usage
	descriptors, goroutines int
}

func (s *soak) footprint() (f footprint) {
	s.t.Helper()
	f.usage = usageOf(s.t, s.Terminal)
	f.descriptors = len(namesIn(s.t, fmt.Sprintf("/proc/%d/fd", s.Cmd.Process.Pid)))
	_, err := s.requests.Write([]byte{0})
	must(s.t, err)
	if !s.answers.Scan() {
		s.t.Fatal("the dashboard does not answer: ", s.answers.Err())
	}
	f.goroutines, err = strconv.Atoi(s.answers.Text())
	must(s.t, err)
	return f
}

// report prints the state of the run.
func (s *soak) report(at string) {
	s.t.Helper()
	f := s.footprint()
	sent := testkit.Read(s.Terminal, func(p *testkit.Emulator) int {
		n := len(p.All)
		p.All = nil // it would grow without limit
		return n
	})
	s.t.Logf("%s: %.1f MB (peak %.1f), %d descriptors, %d goroutines; %d keys, %d bytes since the last report",
		at, float64(f.resident)/1024, float64(f.peak)/1024, f.descriptors, f.goroutines, s.keys, sent)
	for i, o := range s.operators {
		o.store.mu.Lock()
		o.mu.Lock()
		s.t.Logf("    store %d: %d writes by agents, %d lost; %d commands (%d killed), %d changes, %d lost",
			i+1, o.store.writes, o.store.lost, o.ran, o.killed, o.changed, o.lost)
		o.mu.Unlock()
		o.store.mu.Unlock()
	}
	lags := ""
	for _, what := range slices.Sorted(maps.Keys(s.waits)) {
		w := slices.Sorted(slices.Values(s.waits[what]))
		lags += fmt.Sprintf("; %s %d/%d/%d of %d", what, w[len(w)/2].Milliseconds(), w[len(w)*99/100].Milliseconds(), w[len(w)-1].Milliseconds(), len(w))
	}
	s.t.Logf("    to screen, in ms (median/p99/worst)%s", lags)
}

// checkLevel checks that the dashboard, once it is idle, uses no more than before the load.
func (s *soak) checkLevel(before footprint) {
	s.t.Helper()
	const limit = 256 << 10 // kB; the race detector needs more than half of it
	after := s.footprint()
	for range 40 { // actions may still be waiting for the lock
		if after.descriptors <= before.descriptors && after.goroutines <= before.goroutines+2 {
			break
		}
		<-time.After(time.Second / 2)
		after = s.footprint()
	}
	s.t.Logf("before the load: %+v, after it: %+v; %d complete reads", before, after, s.reads)
	if after.descriptors > before.descriptors+1 || after.goroutines > before.goroutines+5 || after.peak > limit {
		s.t.Errorf("the dashboard uses %+v; before the load, it used %+v", after, before)
	}
}

// checkFiles checks that no temporary file is left once a command has written to each store, and
// that the journals are complete.
func (s *soak) checkFiles() {
	s.t.Helper()
	for _, o := range s.operators {
		o.want = nil
		for _, command := range [][]string{{"exhaust", "p", "p0", "--yes", "--json"}, {"reset", "p", "p0", "--yes", "--json"}} {
			must(s.t, o.execute(command, 0))
		}
		equal(s.t, "at least one change by a command", o.changed > 0, true)
		must(s.t, o.store.write(func(pool map[string][]object) error { failRow(pool["busy"][0], 429, nil); return nil }))
		must(s.t, o.execute([]string{"guard"}, 2*time.Second)) // it stores the count of the failure
		equal(s.t, "names in the directory", strings.Join(namesIn(s.t, filepath.Dir(o.store.file)), " "), "auth.json auth.lock")
		must(s.t, filepath.WalkDir(o.state, func(path string, _ os.DirEntry, err error) error {
			if strings.Contains(filepath.Base(path), ".tmp") {
				s.t.Errorf("%s was left behind", path)
			}
			return err
		}))
		journals, err := filepath.Glob(filepath.Join(o.state, "pooltop", "events.jsonl*"))
		must(s.t, err)
		for _, path := range journals {
			for line := range strings.Lines(string(readFile(s.t, path))) {
				if !json.Valid([]byte(line)) || !strings.HasSuffix(line, "\n") {
					s.t.Errorf("%s has an incomplete line: %q", path, line)
				}
			}
		}
	}
	readFile(s.t, filepath.Join(s.operators[0].state, "pooltop", "events.jsonl.1")) // it was rotated
}
