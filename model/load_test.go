package model

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
)

const broken = `{"credential_pool": `

// fail breaks the file and returns the dashboard's command after the first failed load.
func (d *dashboard) fail() tea.Cmd {
	d.t.Helper()
	d.write(broken)
	loaded := results(d.send(FileChanged{}))
	if len(loaded) != 1 {
		d.t.Fatalf("the load sent %d messages", len(loaded))
	}
	return d.send(loaded[0])
}

func TestInit(t *testing.T) {
	d := newDashboard(t, poolOf("p: a"))
	d.waits = nil
	cmd := d.m.Init()
	equal(t, "ticks", len(d.waits), 1)
	d.finish(cmd)
	d.shows("label-a")
	equal(t, "the journal has been read", d.m.log.journal, true)
	equal(t, "the last message", fmt.Sprintf("%T", d.last), fmt.Sprintf("%T", tea.RequestBackgroundColor()))
}

func TestPoolLoaded(t *testing.T) {
	d := newDashboard(t, poolOf("openrouter: a b", "anthropic: c"))
	d.shows("waiting for ~/.hermes/auth.json")
	d.hides("label-a")
	d.finish(d.m.loadAll())
	d.shows("● live", "flat", "3 ready", "label-a", "label-b", "label-c", "openrouter", "anthropic")
	d.isAt("c") // first credential of the first provider
	d.change(`{"credential_pool": {"p": [{"access_token": "none", "id": "a", "label": "label-a", "consecutive_failures": 1}]}}`, "backoff", "label-a")
}

func TestPoolLoaded_ActiveProfile(t *testing.T) {
	d := startDashboard(t, coolingPool(noon.Add(time.Hour)))
	active := filepath.Join(filepath.Dir(d.m.stores[0].Operator.Store.Path()), "active_profile")
	equal(t, "the error", os.WriteFile(active, []byte("work\n"), 0o600), nil)
	d.handle(FileChanged{}, "active: work")
	equal(t, "the error", os.Remove(active), nil)
	d.handle(FileChanged{})
	d.hides("active:")
}

// TestPoolLoaded_Guarded checks that a running guard is shown in the title, and that the next
// cooldown follows its backoff schedule.
func TestPoolLoaded_Guarded(t *testing.T) {
	running := new(poolstate.DefaultCurve())
	d := startDashboard(t, `{"credential_pool": {"p": [{"id": "a", "access_token": "x", "last_status": "exhausted", "last_error_code": 429,
		"last_status_at": 1795435200, "last_error_reset_at": 1795449600}, {"id": "b", "access_token": "y"}]}}`, func(c *Config) {
		c.Curve = poolstate.DefaultCurve()
		c.Stores[0].Count = func(pool *poolstate.Pool, _ poolstate.Policy, _ time.Time, _ bool) Counted {
			a := &pool.Providers[0].Credentials[0]
			a.Observed, a.Pinned, a.AgentDeadline = poolstate.Some(3), true, a.StatusAt.Add(time.Hour)
			return Counted{Guard: running}
		}
	})
	d.shows("flat (file)   guard   ", "▁▃▅▇ ~3   4h00m00s+", "4h            8h", "3rd failure, 4h", "; r resets it")
	d.m.cfg.ReadOnly = "started with --read-only"
	d.hides("resets it")
	running = nil
	d.finish(d.m.loadAll())
	d.hides("   guard   ")
	d.shows("▁▃▅▇ ~3   4h00m00s+", "4h            1h", "if it fails: 1h")
}

func TestPoolLoaded_UnchangedContent(t *testing.T) {
	d := startDashboard(t, poolOf("p: a b"))
	before := d.m.pool
	d.handle(FileChanged{})
	d.change(poolOf("p: a b"))
	equal(t, "the same pool", d.m.pool == before, true)
	d.change(poolOf("p: a b c"))
	equal(t, "the same pool", d.m.pool == before, false)
}

// TestFileChanged_DuringLoad checks that any number of changes during a load causes exactly
// one more load.
func TestFileChanged_DuringLoad(t *testing.T) {
	for _, changes := range []int{1, 50} {
		d := newDashboard(t, poolOf("p: first"))
		loaded := results(d.m.loadAll()) // started by Init
		for range changes {
			d.write(poolOf("p: second"))
			if d.send(FileChanged{}) != nil {
				t.Fatal("two loads at a time")
			}
		}
		again := results(d.send(loaded[0]))
		d.shows("label-first")
		equal(t, "further loads", len(again), 1)
		d.handle(again[0], "label-second")
		equal(t, "running", d.m.stores[0].loading.running, false)
	}
}

func TestFileChanged_Polling(t *testing.T) {
	d := startDashboard(t, poolOf("p: a"))
	d.handle(FileChanged{Polling: true, Interval: 2 * time.Second, Reason: "network file system"}, "polling 2s", "network file system")
	d.handle(FileChanged{}, "● live")
	d.hides("polling")
}

// TestLoadFailed_GracePeriod checks that a file that becomes readable within the grace period
// is not shown as stale, even if several loads fail, for example while a program writes the
// file in place.
func TestLoadFailed_GracePeriod(t *testing.T) {
	for _, failures := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			d := startDashboard(t, poolOf("p: a"))
			retry := d.fail()
			began := time.Now()
			for range failures - 1 {
				d.fail()
			}
			d.shows("● live", "label-a")
			d.write(poolOf("p: a b"))
			d.finish(retry)
			equal(t, "the grace period", time.Since(began), grace)
			d.shows("● live", "label-b")
			d.fail() // starts another grace period
			d.shows("● live", "label-b")
		})
	}
}

func TestLoadFailed_ChangeDuringFailingLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, poolOf("p: a"))
		d.write(broken)
		loaded := results(d.send(FileChanged{}))
		d.send(FileChanged{})
		began := time.Now()
		d.handle(loaded[0], "stale")
		if waited := time.Since(began); waited < grace {
			t.Errorf("stale after %v", waited)
		}
	})
}

func TestLoadFailed_Stale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, poolOf("p: a b c"))
		d.press("down")
		d.finish(d.fail())
		d.shows("✕ stale 0s", "auth.json: broken", "label-a")
		d.hides("live")
		d.isAt("b")
		d.press("down")
		d.isAt("c")

		d.tick(12*time.Second, "✕ stale 12s")
		d.finish(d.send(FileChanged{})) // the file is still broken
		d.tick(48*time.Second, "✕ stale 1m", "auth.json: broken", "label-a")
		d.change("", "✕ stale 1m", "\n  auth.json: gone")
		d.hides("\n  auth.json: broken")

		before := d.m.pool
		d.change(poolOf("p: a b c"), "● live", "label-a")
		equal(t, "the same pool", d.m.pool == before, true)
		d.change(poolOf("p: d"))
		d.shows("● live", "label-d", "the file               recovered", "p/label-a              removed")
		d.hides("stale")
		d.isAt("d")
	})
}

// TestPoolLoaded_ClearsRefusal checks that once the file is readable, the message that it cannot
// be read is cleared. Other messages stay.
func TestPoolLoaded_ClearsRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, content := range []string{mixedPool, poolOf("p: a")} {
			d := startDashboard(t, mixedPool)
			d.finish(d.fail())
			d.do("r", "✕ the file cannot be read")
			d.change(content, "● live")
			d.hides("cannot be read")
			d.do("y", "✓ copied id")
			d.change(content+" ", "✓ copied id")
		}
	})
}

// TestLoadFailed_BeforeFirstSnapshot checks that before the first snapshot, there is no grace
// period and the feed is never stale.
func TestLoadFailed_BeforeFirstSnapshot(t *testing.T) {
	waiting := []string{"◌ waiting", "waiting for ~/.hermes/auth.json"}
	d := startDashboard(t, "")
	d.shows(append(waiting, "pooltop demo", "? help   q quit")...)
	d.handle(FileChanged{}, waiting...)
	d.change(broken, "✕ unreadable", "auth.json: broken")
	d.hides("stale", "waiting")
	d.change("", waiting...)
	d.hides("unreadable")
	d.change(poolOf("p: a"), "● live", "label-a")
	equal(t, "the feed", d.m.feed().State, ui.FeedLive)
}

func TestCheckWrites_Overwritten(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("r")
	d.tick(3 * time.Second)
	d.change(mixedPool, "! reset of cooling-key was overwritten at 12:00:03; press r to repeat; an agent or another pooltop wrote the file")
	d.tick(time.Hour)
	d.press("m")
	d.shows("was overwritten") // stays until esc is pressed
	d.do("esc")
	d.hides("was overwritten")
	d.change(strings.Replace(mixedPool, "ready-key", "renamed", 1))
	d.hides("was overwritten") // is reported only once
}

// TestCheckWrites_TimeOfEvent checks that a status shows the time of the change that it
// reports, if the file records the time.
func TestCheckWrites_TimeOfEvent(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("r")
	d.tick(10 * time.Second)
	d.change(mixedPool[:len(mixedPool)-1]+`, "updated_at": "2026-11-23T12:00:07Z"}`, "! reset of cooling-key was overwritten at 12:00:07")
	d.do("e", "12:00:07   p/cooling-key                   exhausted")

	d = dashboardAt(t, "b")
	text := strings.Replace(mixedPool, `"last_status": "exhausted"`, `"last_status": "ok"`, 1)
	text = strings.Replace(text, `"consecutive_failures": 2, "access_token": "one"`, `"consecutive_failures": 0, "access_token": "three"`, 1)
	d.tick(10 * time.Second)
	d.change(text[:len(text)-1]+`, "updated_at": "2026-11-23T12:00:08Z"}`, "cooling-key refreshed by its agent at 12:00:08")
	d.do("e", "12:00:08   p/cooling-key                   refreshed")
}

// TestCheckWrites_StreakAndTokens checks actions that change only the streak or only the
// tokens.
func TestCheckWrites_StreakAndTokens(t *testing.T) {
	pool := strings.Replace(mixedPool, `"priority": 1, "consecutive_failures": 0`, `"priority": 1, "consecutive_failures": 3`, 1)
	d := startDashboard(t, pool)
	d.do("j r")
	d.change(pool, "! reset of ready-key was overwritten at")

	d = startDashboard(t, nousPool)
	d.do("A", "✓ sync portal: ready, streak 0 → ready, streak 0")
	d.change(nousPool, "! sync of portal was overwritten at 12:00:00; press A to repeat; an agent or another pooltop wrote the file")
}

func TestCheckWrites_LiftedHold(t *testing.T) {
	lifted := strings.Replace(mixedPool, `"last_status": "exhausted", "last_status_at": 1795433400.0, "last_error_code": 429`, `"last_status": "ok", "last_status_at": null, "last_error_code": null`, 1)
	d := dashboardAt(t, "a")
	d.do("x enter")
	d.change(lifted, "! the hold on cooling-key was lifted at 12:00:00; press x to repeat; an agent or another pooltop wrote the file")

	d = dashboardAt(t, "a")
	d.do("x enter")
	d.tick(5 * time.Hour) // after its deadline
	d.change(lifted)
	d.hides("lifted")
}

// TestCheckWrites_OverwrittenBeforeLoad checks that an overwritten reset is reported even if the
// agent overwrites it before the first load after the reset.
func TestCheckWrites_OverwrittenBeforeLoad(t *testing.T) {
	d := dashboardAt(t, "a")
	done := batch(d.press("r"))[0]()
	d.write(mixedPool)
	d.handle(done, "! reset of cooling-key was overwritten at 12:00:00; press r to repeat; an agent or another pooltop wrote the file")
}

// TestCheckWrites_OlderLoad checks that no report is caused by a load that began before the
// write. It may have read the older state.
func TestCheckWrites_OlderLoad(t *testing.T) {
	d := dashboardAt(t, "a")
	d.write(strings.Replace(mixedPool, "ready-key", "renamed", 1))
	loaded := results(d.send(FileChanged{}))
	d.send(batch(d.press("r"))[0]())
	d.handle(loaded[0], "✓ reset cooling-key", "renamed")
	d.hides("was overwritten")
	d.change(mixedPool, "! reset of cooling-key was overwritten")
}

func TestHowToRepeat_BoundKey(t *testing.T) {
	for keys, want := range map[string]string{
		"reset f5": "press f5 to repeat", "reset": "repeat the change yourself", "undo": "press r to repeat",
	} {
		d := startDashboard(t, twoOut, func(c *Config) { c.Keys = bound(t, keys) })
		equal(t, keys, d.m.howToRepeat(&watchedWrite{verb: poolstate.VerbReset, after: *d.m.listed()[0]}), want)
		equal(t, keys, d.m.howToRepeat(&watchedWrite{verb: poolstate.VerbUndo, after: *d.m.listed()[0]}), "repeat the change yourself")
	}
}

func TestReportRefreshed(t *testing.T) {
	d := dashboardAt(t, "b")
	text := strings.Replace(mixedPool, `"last_status": "exhausted"`, `"last_status": "ok"`, 1)
	d.change(strings.Replace(text, `"consecutive_failures": 2, "access_token": "one"`, `"consecutive_failures": 0, "access_token": "three"`, 1))
	d.shows("● cooling-key refreshed by its agent at 12:00:00: streak 2 → 0")
}
