package poolstate

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// deadProcess returns the number of a process that has ended.
func deadProcess(t *testing.T) int {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run", "^$")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}

// What a writer that was killed left behind goes with the next write. What may
// be at work still, and what is somebody else's, stays.
func TestLeftoversGoWithTheNextWrite(t *testing.T) {
	dead := deadProcess(t)
	for _, tt := range []struct {
		name  string
		stays bool
	}{
		{fmt.Sprintf("auth.json.tmp.%d.pooltop1a2b", dead), false},
		{fmt.Sprintf("auth.json.tmp.%d.pooltop", dead), false},
		{fmt.Sprintf("auth.json.tmp.%d.pooltop1a2b", os.Getpid()), false}, // of who had our number before
		{fmt.Sprintf("auth.json.tmp.%d.pooltop1a2b", os.Getppid()), true},
		{fmt.Sprintf("auth.json.tmp.%d.0123456789abcdef0123456789abcdef", dead), true}, // an agent's
		{fmt.Sprintf("auth.json.tmp.%d.1a2b", dead), true},
		{fmt.Sprintf("auth.json.tmp.%d", dead), true},
		{fmt.Sprintf("auth.json.tmp.0%d.pooltop1a2b", dead), true},
		{fmt.Sprintf("auth.json.tmp.+%d.pooltop1a2b", dead), true},
		{"auth.json.tmp.0.pooltop1a2b", true}, // to the system, our own group
		{"auth.json.tmp.-1.pooltop1a2b", true},
		{"auth.json.tmp.99999999999999999999.pooltop1a2b", true},
		{"auth.json.tmp.x.pooltop1a2b", true},
		{"auth.json.tmp.pooltop1a2b", true},
		{fmt.Sprintf("other.json.tmp.%d.pooltop1a2b", dead), true},
		{fmt.Sprintf("auth.json.bak.%d.pooltop1a2b", dead), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, small)
			path := filepath.Join(filepath.Dir(s.Path()), tt.name)
			writeFile(t, path, "SECRET-left")
			load(t, s)
			equal(t, "after a look", readFile(t, path), "SECRET-left")
			wantErr(t, useOnce(s), nil)
			equal(t, "content", readFile(t, s.Path()), smallAfter)
			_, err := os.Stat(path)
			equal(t, "it stays", err == nil, tt.stays)
		})
	}
}

// They may be what fills the disk, so they go before anything is created; and a
// file that may not be removed, or a directory that may not be listed, keeps
// nobody from writing.
func TestLeftoversDoNotPreventAWrite(t *testing.T) {
	dead := deadProcess(t)
	for step, left := range map[string]int{"Names": 1, "Remove": 1, "Create": 0} {
		t.Run(step, func(t *testing.T) {
			s := newStore(t, small)
			path := fmt.Sprintf("%s.tmp.%d.pooltop1", s.Path(), dead)
			writeFile(t, path, "SECRET-left")
			withFaults(s, map[string]fault{step: {n: 1, err: errFault}})
			err := useOnce(s)
			equal(t, "written", err == nil, step != "Create")
			equal(t, "files left", len(names(t, filepath.Dir(path)))-2, left)
		})
	}
}

// Behind a link they lie beside the target, where the rename happens.
func TestLeftoversBesideTheTargetOfALink(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"home", "real"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(root, "real", "pool.json"), small)
	writeFile(t, filepath.Join(root, "real", fmt.Sprintf("pool.json.tmp.%d.pooltop1", deadProcess(t))), "SECRET-left")
	link := filepath.Join(root, "home", "auth.json")
	if err := os.Symlink(filepath.Join("..", "real", "pool.json"), link); err != nil {
		t.Skip("no links here: ", err)
	}
	wantErr(t, useOnce(openStore(link)), nil)
	checkNames(t, filepath.Join(root, "real"), "pool.json")
}
