package calibrate

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

const agents = "../../../testdata/agents"

// needPython skips the test if Python is not installed. It also marks the test as parallel,
// because the test mostly waits for Python.
func needPython(t *testing.T) {
	t.Helper()
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(err)
	}
}

// agentOf creates an agent with the given credential_pool.py and returns its directory.
func agentOf(t *testing.T, content string) string {
	t.Helper()
	dir := t.TempDir()
	err := errors.Join(os.Mkdir(filepath.Join(dir, "agent"), 0o700),
		os.WriteFile(filepath.Join(dir, "agent", "__init__.py"), nil, 0o600), os.WriteFile(module(dir), []byte(content), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// cooldown returns a policy's cooldown for an error code, in minutes.
func cooldown(p poolstate.Policy, code int, sole bool, streak int) int {
	c := poolstate.Credential{ErrorCode: poolstate.Some(code), Sole: sole}
	return int(p.Cooldown(&c, streak).Minutes())
}

func TestMeasure(t *testing.T) {
	needPython(t)
	for _, tt := range []struct {
		agent, policy, cooldowns string
		patched                  bool
	}{
		{"stock", "flat-2026-10", "429 60 60, sole 1, 401 5, 402 60 60", false},
		{"backoff", "backoff", "429 60 240, sole 60, 401 5, 402 60 240", false},
		{"patched", "backoff", "429 15 1440, sole 15, 401 10, 402 2 1440", true},
	} {
		t.Run(tt.agent, func(t *testing.T) {
			dir, err := Find(filepath.Join(agents, tt.agent), "", os.Getenv)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Measure(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			p := m.Policy
			got := fmt.Sprintf("429 %d %d, sole %d, 401 %d, 402 %d %d", cooldown(p, 429, false, 1), cooldown(p, 429, false, 3),
				cooldown(p, 429, true, 1), cooldown(p, 401, false, 1), cooldown(p, 402, false, 1), cooldown(p, 402, false, 3))
			if p.String() != tt.policy || got != tt.cooldowns {
				t.Errorf("%s with %s, want %s with %s", p, got, tt.policy, tt.cooldowns)
			}
			if (len(m.Differences) > 0) != tt.patched || len(m.Unexplained) > 0 {
				t.Errorf("differences %v, unexplained %v", m.Differences, m.Unexplained)
			}
		})
	}
}

func TestMeasure_Errors(t *testing.T) {
	needPython(t)
	for name, tt := range map[string]struct{ code, want string }{
		"missing module":   {"import a_module_that_is_not_installed", "No module named 'a_module_that_is_not_installed'"},
		"missing function": {"class PooledCredential: pass", "the agent has no function _exhausted_until"},
		"crash":            {"import os\nos._exit(3)", "the agent's code failed: exit status 3"},
		"network access":   {"import socket\nsocket.create_connection(('127.0.0.1', 1))", "no network while calibrating"},
		"no output":        {"import sys\nsys.exit(0)", "no usable answer"},
		"home is empty":    {"import os\nassert os.listdir(os.path.expanduser('~')) != []", "AssertionError"},
		"clock is frozen":  {"import time\nassert time.time() != 1795425600.0", "AssertionError"},
		"two-line error":   {"raise ValueError('one\\ntwo')", "two"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Measure(t.Context(), agentOf(t, tt.code))
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %q in one line", err, tt.want)
			}
		})
	}
}

// TestMeasure_LeftoverProcess checks that a process started by the agent's code is killed
// when the measurement ends.
func TestMeasure_LeftoverProcess(t *testing.T) {
	needPython(t)
	code, err := os.ReadFile(filepath.Join(agents, "stock", "agent", "credential_pool.py"))
	if err != nil {
		t.Fatal(err)
	}
	pid := filepath.Join(t.TempDir(), "pid")
	start := fmt.Sprintf("import subprocess\nopen(%q, 'w').write(str(subprocess.Popen(['sleep', '60']).pid))\n", pid)
	m, err := Measure(t.Context(), agentOf(t, start+string(code)))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Policy.String(); got != "flat-2026-10" {
		t.Errorf("policy %s", got)
	}
	text, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	for range 100_000 { // a killed process may still run for a moment
		state, _ := os.ReadFile("/proc/" + string(text) + "/stat") // missing once the process is reaped
		if len(state) == 0 || strings.Contains(string(state), ") Z ") {
			return
		}
	}
	t.Errorf("process %s is still running", text)
}

func TestFind(t *testing.T) {
	home, installed := t.TempDir(), agentOf(t, "")
	if err := os.Rename(agentOf(t, ""), filepath.Join(home, "hermes-agent")); err != nil {
		t.Fatal(err)
	}
	env := func(value string) func(string) string { return func(string) string { return value } }
	for _, tt := range []struct{ dir, home, env, want string }{
		{"", home, "", filepath.Join(home, "hermes-agent")},
		{"", home, installed, installed},
		{installed, home, "", installed},
	} {
		if got, err := Find(tt.dir, tt.home, env(tt.env)); got != tt.want || err != nil {
			t.Errorf("Find(%q) is %q, %v, want %q", tt.dir, got, err, tt.want)
		}
	}
	if _, err := Find(home, home, env("")); err == nil {
		t.Error("a directory without an agent was accepted")
	}
	if _, err := Find("", t.TempDir(), env("")); !errors.Is(err, ErrNoAgent) {
		t.Errorf("without an agent: %v", err)
	}
}

// TestSave checks that a saved measurement is valid until the agent's code changes.
func TestSave(t *testing.T) {
	needPython(t)
	state, now := t.TempDir(), time.Unix(1795425600, 0)
	code, err := os.ReadFile(filepath.Join(agents, "patched", "agent", "credential_pool.py"))
	if err != nil {
		t.Fatal(err)
	}
	dir := agentOf(t, string(code))
	m, err := Measure(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Save(state, "/home/agent", now); err != nil {
		t.Fatal(err)
	}
	p, ok := Load(state, "/home/agent")
	if !ok || cooldown(p, 402, false, 1) != 2 || cooldown(p, 402, false, 3) != 1440 {
		t.Errorf("loaded %v, %t", p, ok)
	}
	if _, ok := Load(state, "/home/other"); ok {
		t.Error("loaded for another home")
	}
	if err := os.WriteFile(module(dir), append(code, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok := Load(state, "/home/agent"); ok {
		t.Error("loaded after the code has changed")
	}
}
