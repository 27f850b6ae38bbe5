package model

import (
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
)

const broken = `{"credential_pool": `

// fail breaks the file and lets the dashboard find out, up to its first
// failure. It returns what it does then.
func (d *dashboard) fail() tea.Cmd {
	d.t.Helper()
	d.write(broken)
	loaded := results(d.send(FileChanged{}))
	if len(loaded) != 1 {
		d.t.Fatalf("%d messages of a load", len(loaded))
	}
	return d.send(loaded[0])
}

// A writer that fills the file in place needs a moment: the first failure is
// not shown, and a second look after the grace finds the file whole.
func TestAFirstFailureIsLookedAtAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, poolOf("p: a"))
		retry := d.fail()
		equal(t, "the feed", d.m.feed.State, ui.FeedLive)
		d.shows("● live", "label-a")

		d.write(poolOf("p: a b"))
		began := time.Now()
		d.finish(retry)
		equal(t, "the grace", time.Since(began), grace)
		d.shows("● live", "label-b")
	})
}

// A file that stays broken keeps the last good picture, with the reason and an
// age that grows, and recovers by itself.
func TestASecondFailureIsStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, poolOf("p: a"))
		d.finish(d.fail())
		d.shows("✕ stale 0s", "auth.json: broken", "label-a")
		d.hides("live")

		d.tick(12 * time.Second)
		d.shows("✕ stale 12s")
		d.finish(d.send(FileChanged{})) // still broken
		d.tick(48 * time.Second)
		d.shows("✕ stale 1m", "auth.json: broken", "label-a")

		d.change(poolOf("p: a b"))
		d.shows("● live", "label-b", "the file                        recovered")
		d.hides("stale")
	})
}

// Recovery starts the count anew: the next first failure has its grace too.
func TestAfterARecoveryAFirstFailureHasItsGraceAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, poolOf("p: a"))
		d.finish(d.fail())
		d.change(poolOf("p: a"))
		d.fail()
		equal(t, "the feed", d.m.feed.State, ui.FeedLive)
	})
}

// Recovery with the same content is a recovery.
func TestTheSameContentRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, poolOf("p: a"))
		before := d.m.snapshot.Pool
		d.finish(d.fail())
		d.change(poolOf("p: a"))
		d.shows("● live", "label-a")
		if d.m.snapshot.Pool != before {
			t.Error("the same content is another picture")
		}
	})
}

// The grace is a time and not a number of looks: a writer causes several events
// within it.
func TestFurtherFailuresWithinTheGraceAreNotShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, poolOf("p: a"))
		retry := d.fail()
		d.fail() // the next event of the same writer
		equal(t, "the feed", d.m.feed.State, ui.FeedLive)
		d.write(poolOf("p: a b"))
		d.finish(retry)
		d.shows("● live", "label-b")
	})
}

// The same when the event comes while the load runs that fails first.
func TestAFailureDuringALoadHasItsGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, poolOf("p: a"))
		d.write(broken)
		loaded := results(d.send(FileChanged{}))
		d.send(FileChanged{})
		began := time.Now()
		d.finish(d.send(loaded[0]))
		d.shows("stale")
		if waited := time.Since(began); waited < grace {
			t.Errorf("it is stale after %v", waited)
		}
	})
}

// The reason may change while the picture is stale; its age does not.
func TestAStalePictureSaysItsPresentReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, poolOf("p: a"))
		d.finish(d.fail())
		d.tick(10 * time.Second)
		d.remove()
		d.finish(d.send(FileChanged{}))
		d.shows("✕ stale 10s", "\n  auth.json: gone")
		d.hides("\n  auth.json: broken")
	})
}

func TestAFileIsDeletedAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, poolOf("p: a"))
		d.remove()
		d.finish(d.send(FileChanged{}))
		d.shows("✕ stale", "auth.json: gone", "label-a")
		d.change(poolOf("p: b"))
		d.shows("● live", "label-b")
		d.shows("p/label-a                       removed")
		d.isAt("b")
	})
}

// A file that was never there is waited for, without a grace and without a word
// of failure.
func TestAFileThatWasNeverThereIsWaitedFor(t *testing.T) {
	d := startDashboard(t, "")
	d.shows("◌ waiting", "waiting for ~/.hermes/auth.json", "pooltop demo")
	d.finish(d.send(FileChanged{})) // the directory, say
	d.shows("◌ waiting")
	d.change(poolOf("p: a"))
	d.shows("● live", "label-a")
}

// A file that was broken from the start is unreadable; there is no picture that
// could be stale.
func TestAFileThatWasNeverWholeIsUnreadable(t *testing.T) {
	d := startDashboard(t, broken)
	d.shows("✕ unreadable", "auth.json: broken")
	d.hides("stale", "waiting")
	d.change(poolOf("p: a"))
	d.shows("● live", "label-a")
}

func TestAFileThatIsWaitedForAndComesBroken(t *testing.T) {
	d := startDashboard(t, "")
	d.change(broken)
	d.shows("✕ unreadable", "auth.json: broken")
}

// A broken file that goes away, before it was ever whole, is one that is not
// there yet.
func TestAFileThatWasNeverWholeAndGoesAwayIsWaitedFor(t *testing.T) {
	d := startDashboard(t, broken)
	d.remove()
	d.finish(d.send(FileChanged{}))
	d.shows("◌ waiting", "waiting for ~/.hermes/auth.json")
	d.hides("unreadable")
}

// A stale picture keeps its selection, and its keys still move it.
func TestAStalePictureCanBeLookedAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, poolOf("p: a b c"))
		d.press("down")
		d.finish(d.fail())
		d.isAt("b")
		d.press("down")
		d.isAt("c")
		d.press("enter")
		d.shows("label-c")
	})
}
