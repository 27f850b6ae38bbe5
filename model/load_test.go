package model

import (
	"testing"
	"testing/synctest"
	"time"

	"pooltop/ui"
)

func TestBeforeTheFirstLoadNothingIsShownOfThePool(t *testing.T) {
	d := newDashboard(t, poolOf("p: a b"))
	d.shows("waiting for ~/.hermes/auth.json")
	d.hides("label-a")
	equal(t, "the policy", d.m.policy.String(), "flat")
}

func TestALoadIsAPicture(t *testing.T) {
	d := startDashboard(t, poolOf("openrouter: a b", "anthropic: c"))
	d.shows("● live", "3 ready", "label-a", "label-b", "label-c", "openrouter", "anthropic")
	d.isAt("c") // the first of the first provider
	equal(t, "the feed", d.m.feed.State, ui.FeedLive)
	equal(t, "a running load", d.m.loading.running, false)
}

// The policy goes by the file, with each picture anew.
func TestThePolicyFollowsTheFile(t *testing.T) {
	d := startDashboard(t, poolOf("p: a"))
	d.shows("flat")
	d.change(`{"credential_pool": {"p": [{"id": "a", "consecutive_failures": 1}]}}`)
	d.shows("backoff")
}

func TestAChangeOfTheFileIsShown(t *testing.T) {
	d := startDashboard(t, poolOf("p: a"))
	d.change(poolOf("p: a b"))
	d.shows("label-b", "2 ready")
}

// News that come while a load runs mean one more load and no more, however many
// there are, and what is shown in the end is the last state of the file.
func TestChangesDuringALoadMeanOneMore(t *testing.T) {
	for _, news := range []int{1, 2, 50} {
		d := startDashboard(t, poolOf("p: first"))
		d.write(poolOf("p: second"))
		running := d.send(FileChanged{})
		loaded := results(running)
		for range news {
			d.write(poolOf("p: third"))
			if d.send(FileChanged{}) != nil {
				t.Fatal("a second load was started while one runs")
			}
		}
		var again []poolLoaded
		for _, msg := range results(d.send(loaded[0])) {
			if load, isLoad := msg.(poolLoaded); isLoad {
				again = append(again, load)
			}
		}
		d.shows("label-second")
		equal(t, "further loads", len(again), 1)
		for _, msg := range results(d.send(again[0])) {
			if _, isLoad := msg.(poolLoaded); isLoad {
				t.Error("yet another load was started")
			}
		}
		d.shows("label-third")
		equal(t, "a running load", d.m.loading.running, false)
	}
}

// Init starts the first load; the watcher may report the file before it is
// done.
func TestAChangeDuringTheFirstLoadMeansOneMore(t *testing.T) {
	d := newDashboard(t, poolOf("p: first"))
	loaded := results(d.m.loadPool())
	if d.send(FileChanged{}) != nil {
		t.Fatal("a second load was started while the first one runs")
	}
	d.write(poolOf("p: second"))
	d.finish(d.send(loaded[0]))
	d.shows("label-second")
}

// A file with the content of the picture is not parsed again: the picture stays
// the very same.
func TestUnchangedContentIsTheSamePicture(t *testing.T) {
	d := startDashboard(t, poolOf("p: a b"))
	before := d.m.snapshot.Pool
	d.finish(d.send(FileChanged{}))
	d.change(poolOf("p: a b"))
	if d.m.snapshot.Pool != before {
		t.Error("the same content is another picture")
	}
	d.change(poolOf("p: a b c"))
	if d.m.snapshot.Pool == before {
		t.Error("other content is the same picture")
	}
}

// Where events cannot be had, the header says how often the file is looked at.
func TestAPollingFeedIsNamed(t *testing.T) {
	d := startDashboard(t, poolOf("p: a"))
	polling := FileChanged{Polling: true, Interval: 2 * time.Second, Reason: "network file system"}
	d.finish(d.send(polling))
	d.shows("polling 2s", "network file system")
	d.finish(d.send(FileChanged{}))
	d.shows("● live")
	d.hides("polling")
}

// Init reads the file and the journal, starts the beat and asks for the
// background, all of which arrive as messages.
func TestInit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDashboard(t, poolOf("p: a"))
		d.waits = nil
		var loads, journals, others int
		for _, msg := range results(d.m.Init()) {
			switch msg.(type) {
			case poolLoaded:
				loads++
			case journalRead:
				journals++
			default:
				others++
			}
		}
		equal(t, "loads", loads, 1)
		equal(t, "journals", journals, 1)
		equal(t, "beats", len(d.waits), 1)
		equal(t, "questions to the terminal", others, 1)
	})
}
