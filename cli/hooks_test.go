package cli

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pooltop/poolstate/journal"
)

func init() {
	// This role appends its standard input to the file named by the first argument, and fails.
	roles["hook"] = func(args []string) int {
		f, err := os.OpenFile(args[0], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return 1
		}
		_, _ = io.Copy(f, os.Stdin)
		return 7
	}
}

// TestHooks checks that a command runs for an event, and that its failure is reported and
// recorded in the journal.
func TestHooks(t *testing.T) {
	t.Parallel()
	program := build(t)
	exe, err := os.Executable()
	must(t, err)
	for _, tt := range []struct {
		name    string
		args    []string
		want    string // kinds of events
		refused bool   // others can write the configuration
	}{
		{"events exec", []string{"events", "--on", "provider_out,dead", "--since", "1d", "--exec", exe, "$OUT", "--json"}, "provider_out", false},
		{"events", []string{"events", "--on", "dead", "--since", "1d"}, "exhausted provider_out", false},
		{"guard", []string{"guard"}, "exhausted provider_out", false},
		{"writable", []string{"events"}, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.refused && runtime.GOOS == "windows" {
				t.Skip("permissions are not checked")
			}
			state, out, config := t.TempDir(), filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "config.toml")
			args := slices.Clone(tt.args)
			if i := slices.Index(args, "$OUT"); i >= 0 {
				args[i] = out
			} else {
				writeFile(t, config, []byte("[[hook]]\non = ['provider_out', 'exhausted', 'dead']\nrun = ['"+exe+"', '"+out+"']\n"))
			}
			if tt.refused {
				must(t, os.Chmod(config, 0o666))
			}
			const dead = `{"access_token": "none", "id": "d", "last_status": "dead", "last_status_at": 1795425500}`
			file := storeFile(t, poolOf(dead, `{"access_token": "none", "id": "a"}`))
			cmd := exec.Command(program, slices.Insert(args, 1, "--config", config, "--file", file, "--now", sampleTime)...)
			cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state, roleEnv+"=hook")
			if _, err := os.Stat(config); err != nil {
				cmd.Args[3] = ""
			}
			stderr, err := cmd.StderrPipe()
			must(t, err)
			stdout, err := cmd.StdoutPipe()
			must(t, err)
			must(t, cmd.Start())
			t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
			problems := bufio.NewReader(stderr)
			if tt.refused {
				line, err := problems.ReadString('\n')
				must(t, err)
				if !strings.Contains(line, "hooks are disabled: other users can write ") {
					t.Errorf("printed %q", line)
				}
				return
			}
			_, err = bufio.NewReader(stdout).ReadString('\n') // printed after the first load
			must(t, err)
			writeFile(t, file, []byte(poolOf(dead, `{"access_token": "none", "id": "a", "last_status": "exhausted", "last_status_at": 1795425599, "last_error_code": 429}`)))
			for kind := range strings.FieldsSeq(tt.want) {
				line, err := problems.ReadString('\n')
				must(t, err)
				if want := "hook " + filepath.Base(exe) + ": " + kind + ": exit status 7\n"; !strings.HasSuffix(line, want) {
					t.Errorf("printed %q, want %q", line, want)
				}
			}
			data, err := os.ReadFile(out)
			must(t, err)
			equal(t, "events", eventsIn(t, string(data)), strings.ReplaceAll(tt.want, " ", " by agent, ")+" by agent")
			must(t, cmd.Process.Kill())
			_ = cmd.Wait()
			entries, err := journal.At(filepath.Join(state, "pooltop", "events.jsonl")).Read()
			must(t, err)
			recorded := ""
			for _, e := range entries {
				if e.Label == filepath.Base(exe) {
					recorded += e.Kind.String() + " " + e.Message + "; "
				}
			}
			if !strings.HasPrefix(recorded, "hook_failed "+strings.Fields(tt.want)[0]+": exit status 7; ") {
				t.Errorf("recorded %q", recorded)
			}
		})
	}
}
