package model

import (
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate/journal"
)

// What was promised is done once, whether its command runs or the program ends
// before it could.
func TestPromisesAreKept(t *testing.T) {
	var p Pending
	count := [4]int{}
	begins, goOn, finished := make(chan struct{}), make(chan struct{}), make(chan struct{})
	promise := func(i int) tea.Cmd {
		return p.promise(func() tea.Msg {
			if i == 1 {
				close(begins)
				<-goOn
			}
			count[i]++
			return i
		})
	}
	done, begun, late := promise(0), promise(1), promise(2)
	promise(3) // is dropped
	equal(t, "the message", done(), tea.Msg(0))
	go begun()
	<-begins
	go func() { p.Finish(); close(finished) }()
	close(goOn)
	<-finished
	equal(t, "how often each was done", count, [4]int{1, 1, 1, 1})
	equal(t, "what comes late", late(), tea.Msg(2))
	equal(t, "how often each was done, then", count, [4]int{1, 1, 1, 1})
}

// A program that ends may drop the commands of its last messages. What they
// would have written down is written all the same.
func TestWhatIsDroppedAtTheEndIsWritten(t *testing.T) {
	d := sit(t, coolingPool(noon))
	kept := journal.At(filepath.Join(t.TempDir(), "events.jsonl"))
	d.m.cfg.Operator.Journal = kept
	d.finish(d.m.readJournal())
	d.finish(d.m.loadPool())
	d.write(strings.ReplaceAll(poolOf("p: a b"), `"label": "label-a"`, `"last_status": "dead"`))
	for _, msg := range results(d.m.loadPool()) {
		d.send(msg) // and its command is dropped
	}
	before, err := kept.Read()
	if err != nil {
		t.Fatal(err)
	}
	d.m.cfg.Pending.Finish()
	after, err := kept.Read()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "lines that were written at the end", len(after) > len(before), true)
}
