//go:build unix

package poolstate

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const errRenameImpossible = syscall.EBUSY

// Where the file cannot be renamed over, it is whole between any two system
// calls as well: what is longer is blanked before it is cut off. In the midst
// of a single write it may not be; then its whole content lies beside it.
func TestACrashWhileCopyingLeavesAWholeFile(t *testing.T) {
	for name, old := range map[string]string{"growing": small, "shrinking": shrinking} {
		t.Run(name, func(t *testing.T) {
			copies := 0
			for n := 1; ; n++ {
				s := newStore(t, old)
				step := crashAt(s, errRenameImpossible, n)
				if step == "" {
					break
				}
				if step == midWrite {
					copies++
				}
				if copies == 2 && step == midWrite {
					checkTorn(t, s)
					continue
				}
				checkCrashed(t, s, step, old)
			}
			equal(t, "writes", copies, 2)
		})
	}
}

// checkTorn proves that the whole content is beside a file that was torn by a
// crash, and that nothing takes it away.
func checkTorn(t *testing.T, s *Store) {
	t.Helper()
	if err := useOnce(openStore(s.Path())); err == nil {
		return // half of the one and half of the other may well be whole
	}
	found := ""
	for _, name := range names(t, filepath.Dir(s.Path())) {
		if strings.HasPrefix(name, "auth.json.tmp.") {
			found = readFile(t, filepath.Join(filepath.Dir(s.Path()), name))
		}
	}
	equal(t, "what lies beside it", found, smallAfter)
}

// The same, killed as kill -9 does it.
func TestAKilledCopierLeavesAWholeFile(t *testing.T) {
	old, writes := shrinking, 0
	for n := 1; ; n++ {
		s := newStore(t, old)
		step := killAt(t, s, 1, n)
		if step == "" {
			break
		}
		if step == midWrite {
			writes++
		}
		if writes == 2 && step == midWrite {
			checkTorn(t, s)
			continue
		}
		checkCrashed(t, s, step, old)
	}
	equal(t, "writes", writes, 2)
}
