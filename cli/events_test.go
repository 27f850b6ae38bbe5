package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/watch"
)

// newTestFollower returns a follower with a fixed clock, and its output.
func newTestFollower(t *testing.T, file string, asJSON bool) (*follower, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	cfg := configAt(t, file)
	f := newFollower(cfg, file, noLog)
	f.clock = func() time.Time { return cfg.Now }
	print := newEventPrinter(cfg, f.clock, &out, asJSON)
	f.print = func(r *poolstate.Record) error { return print("default", r) }
	return f, &out
}

// follow prints events until ctx is done or changes is closed.
func (f *follower) follow(ctx context.Context, changes <-chan watch.Change) error {
	if err := f.start(ctx); err != nil {
		return err
	}
	return f.run(ctx, changes)
}

const year = 365 * 24 * time.Hour

// history returns the past events that events --since prints.
func history(t *testing.T, file string, asJSON bool, since time.Duration) string {
	t.Helper()
	f, out := newTestFollower(t, file, asJSON)
	f.since = f.clock().Add(-since)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	must(t, f.follow(ctx, nil))
	return out.String()
}

func TestEvents_History(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := sampleFile(t, "backoff.json")
	got := history(t, file, false, year)
	for _, line := range []string{
		"Sun 09:26  anthropic/claude_code           dead        agent     401 token revoked, re-auth required\n",
		"08:18:20   openai-cod…/seat-2@example.com  due         clock     cooldown of 1h over, streak stays 1\n",
		"08:31:53   anthropic/work-oauth            exhausted   agent     429 rate limit, streak 3, 4h, “This request would exceed your organization's rate limit of 50 requests per minute”\n",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("missing %q:\n%s", line, got)
		}
	}
	equal(t, "lines", strings.Count(got, "\n"), 7)
	equal(t, "lines of the last hour", strings.Count(history(t, file, false, time.Hour), "\n"), 4)
	equal(t, "the first line as JSON", strings.Split(history(t, file, true, year), "\n")[0],
		`{"at":"2026-11-22T09:26:40.000Z","profile":"default","provider":"anthropic","id":"c90d1a","label":"claude_code","event":"dead",`+
			`"streak_before":null,"streak_after":1,"deadline":null,"error_code":401,"by":"agent"}`)
}

func TestFollower_Run(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		const ready = `{"credential_pool": {"p": [{"access_token": "none", "id": "a", "label": "key", "consecutive_failures": 1}]}}`
		const failed = `{"credential_pool": {"p": [{"access_token": "none", "id": "a", "label": "key", "last_status": "exhausted", "last_status_at": 1795425599, "last_error_code": 429, "consecutive_failures": 2}]}}`
		file := storeFile(t, ready)
		f, out := newTestFollower(t, file, true)
		f.hint = func(text string) { t.Errorf("hint %q about a file that exists", text) }
		changes, ended := make(chan watch.Change), make(chan error)
		go func() { ended <- f.follow(t.Context(), changes) }()
		handle := func() { changes <- watch.Change{}; changes <- watch.Change{} } // the second is received only after the first has been handled
		handle()
		writeFile(t, file, []byte(failed))
		handle()
		must(t, os.Remove(file))
		handle()
		writeFile(t, file, []byte("{"))
		handle()
		writeFile(t, file, []byte(failed))
		handle()
		close(changes)
		must(t, <-ended)
		equal(t, "events", eventsIn(t, out.String()),
			"exhausted by agent, provider_out by agent, file_missing by agent, file_unreadable by agent, file_recovered by agent")
	})
}

// eventsIn returns the kinds and actors of printed JSON events.
func eventsIn(t *testing.T, output string) string {
	t.Helper()
	var all []string
	for line := range strings.Lines(output) {
		var e struct{ Event, By string }
		must(t, json.Unmarshal([]byte(line), &e))
		all = append(all, e.Event+" by "+e.By)
	}
	return strings.Join(all, ", ")
}

// TestFollower_AfterSuspend advances the clock without the timers, as when a machine is
// suspended.
func TestFollower_AfterSuspend(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		file := storeFile(t, poolOf(`{"access_token": "none", "id": "a", "last_status": "exhausted", "last_status_at": 1795425599, "last_error_code": 429}`, `{"access_token": "none", "id": "b"}`))
		f, out := newTestFollower(t, file, true)
		var suspended atomic.Int64
		start := f.clock()
		f.clock = func() time.Time { return start.Add(time.Duration(suspended.Load())) }
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- f.follow(ctx, nil) }()
		synctest.Wait()
		equal(t, "events before the deadline", eventsIn(t, out.String()), "")
		suspended.Store(int64(time.Hour))
		<-time.After(maxWait)
		synctest.Wait()
		equal(t, "events after the resume", eventsIn(t, out.String()), "due by clock")
		cancel()
		must(t, <-ended)
	})
}

// journalHostile appends one event of every kind to the journal, with text in every string
// field.
func journalHostile(t *testing.T, file, text string) {
	t.Helper()
	path, err := journal.DefaultPath()
	must(t, err)
	var all []journal.Entry
	for kind := poolstate.EventExhausted; kind <= poolstate.EventJournalFailed; kind++ {
		all = append(all, journal.Entry{Store: file, Record: poolstate.Record{
			At: time.Unix(1795425000+int64(kind)*60, 0), Kind: kind, Provider: text, ID: text, Label: text, Source: text,
			Before: poolstate.State{Status: &text}, After: poolstate.State{Status: &text}, Reason: text, Message: text,
		}})
	}
	must(t, journal.At(path).Append(all...))
}

func TestEvents_HostileText(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_STATE_HOME", t.TempDir())
			file := storeFile(t, hostileStore(t, text))
			journalHostile(t, file, text)
			for _, asJSON := range []bool{false, true} {
				got := history(t, file, asJSON, year)
				checkHarmless(t, fmt.Sprint("events, JSON ", asJSON), outcome{stdout: got})
				equal(t, "lines", strings.Count(got, "\n"), int(poolstate.EventJournalFailed)+1+2)
			}
		})
	}
}

func TestFollower_Hints(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := filepath.Join(t.TempDir(), "auth.json")
	f, out := newTestFollower(t, file, false)
	var hints []string
	f.hint = func(text string) { hints = append(hints, text) }
	changes, ended := make(chan watch.Change), make(chan error)
	go func() { ended <- f.follow(t.Context(), changes) }()
	changes <- watch.Change{}
	writeFile(t, file+".new", sample(t, "backoff.json"))
	must(t, os.Rename(file+".new", file)) // the first change may not have been handled yet
	changes <- watch.Change{}
	changes <- watch.Change{} // received only after the previous one has been handled
	close(changes)
	must(t, <-ended)
	equal(t, "the hints", strings.Join(hints, ", "), "waiting for "+file+", found "+file)
	equal(t, "the output", out.String(), "")
}

// TestEvents_Profiles checks that the past events of several stores are printed in order of
// time, before new events.
func TestEvents_Profiles(t *testing.T) {
	t.Parallel()
	program, root := build(t), t.TempDir()
	store := func(profile string) string { return filepath.Join(root, "profiles", profile, "auth.json") }
	failed := func(at int) []byte {
		return []byte(poolOf(fmt.Sprintf(`{"access_token": "none", "id": "a", "last_status": "dead", "last_status_at": %d}`, at)))
	}
	writeFile(t, filepath.Join(root, "auth.json"), failed(1795425500))
	writeFile(t, store("play"), failed(1795425400))
	writeFile(t, store("work"), failed(1795425600))
	must(t, os.Mkdir(filepath.Join(root, "profiles", "new"), 0o700))
	for _, args := range []string{"--json", "--no-color"} {
		cmd := exec.Command(program, "events", "--all-profiles", "--since", "1d", "--now", sampleTime, "--home", root, args)
		cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir())
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		lines, got := bufio.NewReader(out), ""
		for i := range 4 {
			if i == 3 {
				writeFile(t, store("play"), []byte(poolOf()))
			}
			line, err := lines.ReadString('\n')
			must(t, err)
			var e struct{ Profile, Event string }
			if args == "--json" {
				must(t, json.Unmarshal([]byte(line), &e))
			} else if words := strings.Fields(line); len(words) > 3 {
				e.Profile, e.Event = words[0], words[3]
			}
			got += e.Profile + " " + e.Event + "\n"
		}
		equal(t, "events with "+args, got, "play dead\ndefault dead\nwork dead\nplay removed\n")
		writeFile(t, store("play"), failed(1795425400))
	}
}
