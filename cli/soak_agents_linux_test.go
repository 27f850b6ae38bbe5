package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// soakStore is a store to which agents write. Only they change request counts, so each count
// must be what they wrote last.
type soakStore struct {
	t    *testing.T
	file string

	mu           sync.Mutex
	requests     map[string]string // the request counts by id
	copied       []byte            // the rows of provider stale, as an agent holds them in memory
	writes, lost int
}

// newSoakStore creates a store with three providers. Agents rewrite the rows of stale from
// memory, fail with those of busy, and only use those of p.
func newSoakStore(t *testing.T, streaks bool) *soakStore {
	t.Helper()
	pool := map[string][]object{}
	for provider, n := range map[string]int{"p": 4, "busy": 4, "stale": 3} {
		for i := range n {
			r := newRow(fmt.Sprint(provider, i))
			if streaks {
				r["consecutive_failures"] = 0
			}
			pool[provider] = append(pool[provider], r)
		}
	}
	text, err := json.MarshalIndent(object{"version": 1, "credential_pool": pool, "unknown": []int{1}}, "", "  ")
	must(t, err)
	return &soakStore{t: t, file: storeFile(t, string(text))}
}

func newRow(id string) object {
	return object{
		"id": id, "label": "label-" + id, "auth_type": "api_key", "source": "manual", "priority": 0, "request_count": 0,
		"access_token": fmt.Sprintf("made up %x", id), "last_status": "ok", "last_status_at": nil, "last_error_code": nil, "last_error_reset_at": nil,
	}
}

// decodeRows decodes JSON without loss of precision.
func decodeRows[T any](data []byte) (v T, err error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	err = dec.Decode(&v)
	return v, err
}

// write changes the pool as an agent does. It first checks that no update was lost.
func (s *soakStore) write(change func(pool map[string][]object) error) error {
	return rewriteAsAgent(s.file, func(data []byte) ([]byte, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		store, err := decodeRows[map[string]json.RawMessage](data)
		if err != nil {
			return nil, fmt.Errorf("a torn file of %d bytes: %w", len(data), err)
		}
		pool, err := decodeRows[map[string][]object](store["credential_pool"])
		if err != nil {
			return nil, err
		}
		found := fieldsOf(pool, "request_count")
		for id, n := range s.requests {
			if found[id] != n {
				s.lost++
				s.t.Errorf("write %d: %s has %s requests, want %s", s.writes, id, found[id], n)
			}
		}
		if err := change(pool); err != nil {
			return nil, err
		}
		s.requests = fieldsOf(pool, "request_count")
		s.writes++
		if store["credential_pool"], err = json.Marshal(pool); err != nil {
			return nil, err
		}
		return json.MarshalIndent(store, "", "  ")
	})
}

// fieldsOf returns fields of each credential by its id.
func fieldsOf(pool map[string][]object, names ...string) map[string]string {
	values := map[string]string{}
	for _, rows := range pool {
		for _, r := range rows {
			value := ""
			for _, name := range names {
				value += fmt.Sprint(" ", r[name])
			}
			values[r["id"].(string)] = value
		}
	}
	return values
}

// agent writes at random intervals until ctx is done.
func (s *soakStore) agent(ctx context.Context, r *rand.Rand, interval time.Duration) {
	next := time.Now()
	for {
		next = next.Add(time.Duration(r.Int64N(2 * int64(interval))))
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(next)):
		}
		err := s.write(func(pool map[string][]object) error { return s.work(r, pool) })
		if err != nil && !errors.Is(err, context.DeadlineExceeded) { // if the lock was busy, try again
			s.t.Error("agent: ", err)
			return
		}
	}
}

// work makes one of the changes that an agent makes.
func (s *soakStore) work(r *rand.Rand, pool map[string][]object) (err error) {
	c := pool["busy"][r.IntN(len(pool["busy"]))]
	switch n := r.IntN(100); {
	case n < 10: // write the rows of a provider from memory
		if s.copied != nil {
			if pool["stale"], err = decodeRows[[]object](s.copied); err != nil {
				return err
			}
		}
		useRow(pool["stale"][r.IntN(len(pool["stale"]))])
		if s.copied, err = json.Marshal(pool["stale"]); err != nil {
			return err
		}
	case n < 12: // load these rows
		s.copied, err = json.Marshal(pool["stale"])
	case n < 20:
		failRow(c, []int{401, 402, 429}[r.IntN(3)], []any{nil, agentTime() + 3}[r.IntN(2)])
	case n < 26:
		c["last_status"] = "ok"
	case n < 28:
		c["last_status"], c["last_status_at"] = "dead", agentTime()
	case n < 32:
		c["access_token"], c["last_status"] = fmt.Sprintf("made up %x", r.Uint64()), "ok"
	default:
		useRow(pool["p"][r.IntN(len(pool["p"]))])
	}
	return err
}

// agentTime returns the time as an agent writes it.
func agentTime() float64 { return float64(time.Now().UnixMilli()) / 1e3 }

// failRow marks a credential as exhausted.
func failRow(c object, code int, reset any) {
	c["last_status"], c["last_status_at"], c["last_error_code"] = "exhausted", agentTime(), code
	c["last_error_message"], c["last_error_reset_at"] = "rate limited", reset
	if streak, ok := c["consecutive_failures"].(json.Number); ok {
		count, _ := streak.Int64()
		c["consecutive_failures"] = count + 1
	}
}

// useRow counts a request.
func useRow(c object) {
	n, _ := c["request_count"].(json.Number).Int64()
	c["request_count"] = json.Number(strconv.FormatInt(n+1, 10))
}

// soakOperator runs commands on a store, one at a time, and kills some of them.
type soakOperator struct {
	store          *soakStore
	program, state string
	r              *rand.Rand
	// want holds the states of the credentials of p, if no other process acts on them.
	want map[string]string

	mu                sync.Mutex
	ran, killed, lost int
	changed           int
}

// states returns the states of the credentials of p in the store.
func (o *soakOperator) states() (map[string]string, error) {
	data, err := os.ReadFile(o.store.file)
	if err != nil {
		return nil, err
	}
	store, err := decodeRows[struct {
		Pool map[string][]object `json:"credential_pool"`
	}](data)
	return fieldsOf(map[string][]object{"p": store.Pool["p"]}, "last_status", "consecutive_failures"), err
}

// command returns a random command line.
func (o *soakOperator) command() []string {
	provider, id := "p", "p"+strconv.Itoa(o.r.IntN(4))
	if o.want == nil && o.r.IntN(2) == 0 {
		provider, id = "busy", "busy"+strconv.Itoa(o.r.IntN(4))
	}
	switch o.r.IntN(12) {
	case 0, 1, 2, 3:
		return []string{"exhaust", provider, id, "--for", []string{"2s", "30m", "2h"}[o.r.IntN(3)], "--yes", "--json"}
	case 4, 5:
		return []string{"reset", provider, id, "--yes", "--json"}
	case 6:
		return []string{"reset", provider, "--yes", "--json"}
	case 7, 8:
		return []string{"undo", "--yes", "--json"}
	case 9:
		return []string{"guard"}
	case 10:
		return []string{"guard", "--once"}
	default:
		return [][]string{{"list", "--json"}, {"status"}, {"events", "--since", "1h"}, {"order", provider, id, "first"}}[o.r.IntN(4)]
	}
}

// run runs commands until ctx is done. It kills some of them.
func (o *soakOperator) run(ctx context.Context) {
	for ctx.Err() == nil {
		args, kill := o.command(), 0
		if args[0] == "events" || len(args) == 1 && args[0] == "guard" { // they do not end
			kill = 1 + o.r.IntN(1000)
		} else if o.r.IntN(3) == 0 {
			kill = 1 + o.r.IntN(15)
		}
		if err := o.execute(args, time.Duration(kill)*time.Millisecond); err != nil {
			o.store.t.Error(err)
			return
		}
		<-time.After(time.Duration(o.r.IntN(400)) * time.Millisecond)
	}
}

// execute runs a command and checks the result. It kills the command after the given time,
// unless that is 0.
func (o *soakOperator) execute(args []string, kill time.Duration) error {
	cmd := exec.Command(o.program, append(args, "--file", o.store.file)...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+o.state)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	if kill > 0 {
		<-time.After(kill)
		_ = cmd.Process.Kill() // it may have ended
	}
	_ = cmd.Wait() // ProcessState holds the result
	code := cmd.ProcessState.ExitCode()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ran++
	if code == -1 {
		o.killed++
	} else if !slices.Contains([]int{exitDone, exitLocked, exitRefused, exitGuarded, exitProviderOut, exitNothingReady}, code) {
		return fmt.Errorf("pooltop %s: exit code %d: %s", strings.Join(args, " "), code, stderr.String())
	}
	return o.compare(args, code, stdout.Bytes())
}

// compare checks the states of the credentials of p after a command.
func (o *soakOperator) compare(args []string, code int, output []byte) error {
	var result struct {
		Changed []struct {
			ID    string
			After struct {
				Status any
				Streak json.Number
			}
		}
	}
	if code == exitDone && slices.Contains(args, "--json") && args[0] != "list" {
		if err := json.Unmarshal(output, &result); err != nil {
			return err
		}
		o.changed += len(result.Changed)
	}
	if o.want == nil {
		return nil
	}
	got, err := o.states()
	if err != nil {
		return err
	}
	for _, c := range result.Changed {
		o.want[c.ID] = fmt.Sprint(" ", c.After.Status, " ", c.After.Streak)
	}
	all := args[0] == "undo" || args[0] == "reset" && len(args) == 4
	for id, state := range got {
		if undecided := code == -1 && (all || slices.Contains(args, id)); state != o.want[id] && !undecided {
			o.lost++
			o.store.t.Errorf("after pooltop %s: %s is %q, want %q", strings.Join(args, " "), id, state, o.want[id])
		}
	}
	o.want = got
	return nil
}
