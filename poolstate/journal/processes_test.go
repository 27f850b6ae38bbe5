package journal

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// writerEnv makes the test binary one of several writers: number and path.
const writerEnv = "JOURNAL_TEST_WRITER"

const (
	writers         = 4
	actionsOfWriter = 25
	linesOfAction   = 3
)

func TestMain(m *testing.M) {
	if job := os.Getenv(writerEnv); job != "" {
		name, path, _ := strings.Cut(job, " ")
		if err := write(At(path), name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func write(j Journal, name string) error {
	for i := range actionsOfWriter {
		var lines []Entry
		for n := range linesOfAction {
			e := fullEntry(fmt.Sprintf("%s-%d", name, i))
			e.ID = fmt.Sprint(n)
			e.Label = strings.Repeat(name, 3000) // far longer than a page of memory, all three together
			lines = append(lines, e)
		}
		if err := j.Append(lines...); err != nil {
			return err
		}
	}
	return nil
}

// Of several writers at once no line is lost, and the lines of one action stay
// beside each other.
func checkCrowd(t *testing.T, run func(j Journal, name string) error) {
	t.Helper()
	j := newJournal(t)
	var crew sync.WaitGroup
	for w := range writers {
		crew.Go(func() {
			if err := run(j, fmt.Sprint(w)); err != nil {
				t.Error(err)
			}
		})
	}
	crew.Wait()
	list := entries(t, j)
	equal(t, "entries", len(list), writers*actionsOfWriter*linesOfAction)
	count := map[string]int{}
	for i, e := range list {
		equal(t, "place in the action", e.ID, fmt.Sprint(i%linesOfAction))
		equal(t, "action of the neighbours", e.Action, list[i-i%linesOfAction].Action)
		count[e.Action]++
	}
	equal(t, "actions", len(count), writers*actionsOfWriter)
}

func TestSeveralProcessesLoseNoLine(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	checkCrowd(t, func(j Journal, name string) error {
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), writerEnv+"="+name+" "+j.path)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("a writer: %w: %s", err, out)
		}
		return nil
	})
}

func TestSeveralGoroutinesLoseNoLine(t *testing.T) { checkCrowd(t, write) }
