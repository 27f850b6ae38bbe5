package atomicfile

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// deadPID returns the PID of a process that has ended.
func deadPID(t *testing.T) int {
	t.Helper()
	exe, err := os.Executable()
	wantErr(t, err, nil)
	cmd := exec.Command(exe, "-test.run", "^$")
	wantErr(t, cmd.Run(), nil)
	return cmd.Process.Pid
}

func TestSweep(t *testing.T) {
	dead := deadPID(t)
	for _, tt := range []struct {
		name  string
		stays bool
	}{
		{fmt.Sprintf("auth.json.tmp.%d.pooltop1a2b", dead), false},
		{fmt.Sprintf("auth.json.tmp.%d.pooltop", dead), false},
		{fmt.Sprintf("auth.json.tmp.%d.pooltop1a2b", os.Getpid()), false}, // left by an earlier process with our PID
		{fmt.Sprintf("auth.json.tmp.%d.pooltop1a2b", os.Getppid()), true},
		{fmt.Sprintf("auth.json.tmp.%d.0123456789abcdef0123456789abcdef", dead), true}, // an agent's file
		{fmt.Sprintf("auth.json.tmp.%d.1a2b", dead), true},
		{fmt.Sprintf("auth.json.tmp.%d", dead), true},
		{fmt.Sprintf("auth.json.tmp.0%d.pooltop1a2b", dead), true},
		{fmt.Sprintf("auth.json.tmp.+%d.pooltop1a2b", dead), true},
		{"auth.json.tmp.0.pooltop1a2b", true}, // kill(2) would interpret 0 as our own process group
		{"auth.json.tmp.-1.pooltop1a2b", true},
		{"auth.json.tmp.99999999999999999999.pooltop1a2b", true},
		{"auth.json.tmp.x.pooltop1a2b", true},
		{"auth.json.tmp.pooltop1a2b", true},
		{fmt.Sprintf("other.json.tmp.%d.pooltop1a2b", dead), true},
		{fmt.Sprintf("auth.json.bak.%d.pooltop1a2b", dead), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := target(t, short)
			left := filepath.Join(filepath.Dir(path), tt.name)
			wantErr(t, os.WriteFile(left, nil, Mode), nil)
			_, err := replaceWith(OS, path, after)
			wantErr(t, err, nil)
			_, err = os.Stat(left)
			equal(t, "the file remains", err == nil, tt.stays)
		})
	}
}

// Leftover files are removed before the new file is created, because they may be filling the
// disk. A write succeeds even if leftover files cannot be listed or removed.
func TestSweep_Fails(t *testing.T) {
	dead := deadPID(t)
	for step, stays := range map[string]bool{"Names": true, "Remove": true, "Create": false} {
		t.Run(step, func(t *testing.T) {
			path := target(t, short)
			left := fmt.Sprintf("%s.tmp.%d.pooltop1", path, dead)
			wantErr(t, os.WriteFile(left, nil, Mode), nil)
			f, _ := fail(map[string]fault{step: {n: 1, err: errFault}})
			_, err := replaceWith(f, path, after)
			equal(t, "written", err == nil, step != "Create")
			_, err = os.Stat(left)
			equal(t, "the file remains", err == nil, stays)
		})
	}
}
