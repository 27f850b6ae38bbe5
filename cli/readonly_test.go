package cli

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree describes everything below a directory: names, modes, times and contents.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(&b, path, info.Mode(), info.ModTime().UnixNano(), info.Size())
		if info.Mode().IsRegular() && info.Size() < 1<<20 {
			fmt.Fprintf(&b, "%q\n", readFile(t, path))
		}
		return nil
	})
	must(t, err)
	return b.String()
}

// TestCommands_ReadOnly checks that commands that only read, dry runs and completions never
// write, create or lock a file.
func TestCommands_ReadOnly(t *testing.T) {
	stores := map[string]string{
		"sample":  string(sample(t, "stock-2026-09.json")),
		"empty":   "",
		"broken":  `{"credential_pool": `,
		"no pool": `{}`,
	}
	commands := append(commands("", "demo", "backoff", "backoff --json", "config", "config --json", "--help", "--version", "nonsense"), passiveCommands...)
	for name, content := range stores {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			writeFile(t, filepath.Join(home, "auth.json"), []byte(content))
			writeFile(t, filepath.Join(home, "profiles", "work", "auth.json"), []byte(content))
			t.Setenv("HERMES_HOME", home)
			t.Setenv("HOME", home)
			t.Setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
			t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
			before := tree(t, home)
			check := func(line ...string) {
				t.Helper()
				pooltop(t, line...)
				if after := tree(t, home); after != before {
					t.Fatalf("pooltop %q changed the files to\n%s\nfrom\n%s", line, after, before)
				}
			}
			for _, line := range completionLines {
				check(append([]string{"__complete"}, line...)...)
			}
			for _, args := range commands {
				for _, place := range [][]string{
					{},
					{"--file", filepath.Join(home, "auth.json")},
					{"--file", filepath.Join(home, "other.json")},
					{"--home", home},
					{"--home", filepath.Join(home, "elsewhere")},
					{"--profile", "work"},
					{"--profile", "play"},
				} {
					check(slices.Concat([]string{"--now", sampleTime}, place, args)...)
				}
			}
		})
	}
}
