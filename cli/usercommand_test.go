package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"pooltop/cli/config"
)

func init() {
	// This role prints its arguments and fails if there are none.
	roles["arguments"] = func(args []string) int {
		_, _ = os.Stdout.WriteString(strings.Join(args, "|"))
		if len(args) == 0 {
			return 4
		}
		return 0
	}
}

func TestRunCommand(t *testing.T) {
	exe, err := os.Executable()
	must(t, err)
	t.Setenv(roleEnv, "arguments")
	for _, tt := range []struct {
		args        []string
		output, err string
	}{
		{[]string{exe, "$(id)", `a 'b' "c"`, ""}, `$(id)|a 'b' "c"|`, "no error"},
		{[]string{exe}, "", "exit code 4"},
		{[]string{exe + "-missing"}, "", "no such file"},
	} {
		var out bytes.Buffer
		got := "no error"
		if err := runCommand(t.Context(), tt.args, &out); err != nil {
			got = err.Error()
		}
		if out.String() != tt.output || !strings.Contains(got, tt.err) {
			t.Errorf("%q: %s, output %q", tt.args[1:], got, out.String())
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := runCommand(ctx, []string{exe}, new(bytes.Buffer)); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// TestNewCommands checks that no command can be run if other users can write the configuration.
func TestNewCommands(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are not checked")
	}
	path := filepath.Join(t.TempDir(), "config.toml")
	const content = "[[command]]\nkey = 'F'\nname = 'refresh'\nrun = ['refresh']"
	writeFile(t, path, []byte(content))
	cfg, err := config.Parse(path, []byte(content))
	must(t, err)
	equal(t, "why commands are disabled", newCommands(cfg, nil).Off, "")
	must(t, os.Chmod(path, 0o622))
	contains(t, newCommands(cfg, nil).Off, "commands are disabled: other users can write "+path)
}
