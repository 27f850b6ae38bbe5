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
	"github.com/gofrs/flock"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
)

// home is an agent's home with a root and profiles, and a dashboard of all of them.
type home struct {
	*dashboard
	dir string
}

// newHome returns a home with the named stores. files maps names to the contents of stores, and
// the other stores have no file. The dashboard has not read anything yet.
func newHome(t *testing.T, names string, files map[string]string, configured ...func(*Config)) *home {
	t.Helper()
	h := &home{dir: t.TempDir()}
	for name, content := range files {
		h.put(t, name, content)
	}
	h.dashboard = newDashboard(t, "", func(cfg *Config) {
		cfg.Home, cfg.Stores = "~/.hermes", nil
		for _, name := range strings.Fields(names) {
			equal(t, "the error", os.MkdirAll(filepath.Dir(h.path(name)), 0o700), nil)
			cfg.Stores = append(cfg.Stores, h.store(name, func() time.Time { return h.now }))
		}
		for _, configure := range configured {
			configure(cfg)
		}
	})
	return h
}

// startHome returns a home whose dashboard has read all stores.
func startHome(t *testing.T, names string, files map[string]string, configured ...func(*Config)) *home {
	t.Helper()
	h := newHome(t, names, files, configured...)
	h.finish(h.m.readJournal(h.m.stores...))
	h.finish(h.m.loadAll())
	return h
}

func (h *home) path(name string) string {
	if name == poolstate.RootProfile {
		return filepath.Join(h.dir, "auth.json")
	}
	return filepath.Join(h.dir, "profiles", name, "auth.json")
}

// put writes the content of a store.
func (h *home) put(t *testing.T, name, content string) {
	t.Helper()
	equal(t, "the error", os.MkdirAll(filepath.Dir(h.path(name)), 0o700), nil)
	equal(t, "the error", os.WriteFile(h.path(name), []byte(content), 0o600), nil)
}

// store returns the configuration of a store.
func (h *home) store(name string, clock func() time.Time) Store {
	return Store{
		Profile: name, Path: "~/" + name + ".json",
		Operator: &journal.Operator{
			Store:   poolstate.Open(h.path(name), poolstate.WithClock(clock)),
			Journal: journal.At(filepath.Join(h.dir, "state", "events.jsonl")),
		},
		ExplainError: func(err error) string { return name + ".json: broken" },
		ExplainWrite: func(err error) string { return err.Error() + "; nothing was written" },
	}
}

// save replaces the content of a store and lets the dashboard reload it.
func (h *home) save(name, content string, words ...string) {
	h.t.Helper()
	h.put(h.t.(*testing.T), name, content)
	h.handle(FileChanged{Path: h.path(name)}, words...)
}

// rows returns the listed rows: profile, id and marks.
func (h *home) rows() string {
	var rows []string
	for _, c := range h.m.listed() {
		row := c.Profile + "/" + c.ID
		if c.BorrowedFrom != "" {
			row += "<" + c.BorrowedFrom
		}
		rows = append(rows, row)
	}
	return strings.Join(rows, " ")
}

func (h *home) lists(rows string) { h.t.Helper(); equal(h.t, "the rows", h.rows(), rows) }

// selectRow selects a row.
func (h *home) selectRow(row string) {
	h.t.Helper()
	for i, name := range strings.Fields(h.rows()) {
		if name == row {
			h.m.arrangement.anchor = nil
			h.m.selectAt(i)
			return
		}
	}
	h.t.Fatalf("no row %s in %s", row, h.rows())
}

// streaks returns the streaks in a file.
func (h *home) streaks(name string) string {
	h.t.Helper()
	snapshot, err := poolstate.Open(h.path(name)).Load()
	equal(h.t, "the error", err, nil)
	var out []string
	for c := range snapshot.Pool.All() {
		out = append(out, fmt.Sprintf("%s:%d", c.ID, c.Streak.Count()))
	}
	return strings.Join(out, " ")
}

var (
	rootPool = pool(exhausted("a", -time.Minute, 2), exhausted("b", -time.Minute, 1))
	workPool = pool(exhausted("w", -time.Minute, 1))
	ownQ     = strings.Replace(pool(ready("q", 0)), `"p"`, `"q"`, 1)
)

// threeProfiles returns a home with three profiles: the root, work, which has its own credentials
// of p, and cron, which borrows the root's credentials of p.
func threeProfiles(t *testing.T, configured ...func(*Config)) *home {
	t.Helper()
	return startHome(t, "default work cron", map[string]string{"default": rootPool, "work": workPool, "cron": ownQ}, configured...)
}

func TestStores_Rows(t *testing.T) {
	h := threeProfiles(t)
	h.lists("default/a default/b work/w cron/q")
	equal(t, "credentials that count", h.m.pool.Summarize(h.m.policy, h.now).Total, 4)
	equal(t, "title", h.m.View().WindowTitle, "1/4 ready · pooltop")
	h.press("P")
	h.lists("default/a default/b work/w cron/a<default cron/b<default cron/q")
	h.press("P")
	h.lists("default/a default/b work/w cron/q")
}

// TestStores_MissingFiles checks that a profile without a file has the root's rows, and that
// the dashboard waits if the root has no file either.
func TestStores_MissingFiles(t *testing.T) {
	h := startHome(t, "default work", map[string]string{"default": rootPool})
	equal(t, "the feed", h.m.feed().State, ui.FeedLive)
	h.press("P")
	h.lists("default/a default/b work/a<default work/b<default")
	h.save("work", workPool)
	h.lists("default/a default/b work/w")
	equal(t, "the error", os.Remove(h.path("work")), nil)
	synctest.Test(t, func(*testing.T) {
		h.handle(FileChanged{Path: h.path("work")}, "file removed; using the root's credentials")
	})
	h.lists("default/a default/b work/a<default work/b<default")

	h = startHome(t, "default work", nil)
	equal(t, "the feed", h.m.feed().State, ui.FeedWaiting)
	h.save("work", workPool)
	h.lists("work/w")
	equal(t, "the feed", h.m.feed().State, ui.FeedLive)
}

// TestStores_NoProfile checks that a profile borrows nothing until its directory is created.
func TestStores_NoProfile(t *testing.T) {
	h := newHome(t, "default work", map[string]string{"default": rootPool}, func(cfg *Config) { cfg.Stores[0].Hidden = true })
	dir := filepath.Dir(h.path("work"))
	equal(t, "the error", os.Remove(dir), nil)
	h.finish(h.m.loadAll())
	h.shows("waiting for ~/work.json")
	equal(t, "the error", os.Mkdir(dir, 0o700), nil)
	h.handle(FileChanged{Path: h.path("work")})
	h.lists("/a<default /b<default")
	h.do("d")
	h.shows("changes are written to ~/default.json", "file          ~/default.json")
}

// TestStores_HiddenRoot checks that a root that is not shown lends its credentials.
func TestStores_HiddenRoot(t *testing.T) {
	hide := func(c *Config) { c.Stores[0].Hidden = true }
	h := startHome(t, "default work", map[string]string{"default": rootPool, "work": ownQ}, hide)
	h.lists("/a<default /b<default /q")
	h.shows("~/work.json")
	h.do("r", "✓ reset default/p/label-a: cooling, streak 2", "; written to ~/default.json; u undoes")
	equal(t, "streaks", h.streaks("default"), "a:0 b:1")
	h.save("default", strings.Replace(rootPool, `"a"`, `"c"`, 1))
	h.lists("/c<default /b<default /q")
	h.do("e", "default", "p/label-a")
	h.do("esc")

	// Events of the root are hidden if the profile does not borrow their provider.
	h.save("work", workPool)
	h.lists("/w")
	before := len(h.m.log.records)
	h.save("default", rootPool)
	equal(t, "events", len(h.m.log.records), before)
	next := &home{&dashboard{t: t, now: h.now, m: New(h.m.cfg)}, h.dir}
	next.finish(next.m.readJournal(next.m.stores...))
	next.finish(next.m.loadAll())
	for _, r := range next.m.log.records {
		if r.Profile != "" {
			t.Errorf("an event of the root is shown: %v %v", r.ID, r.Kind)
		}
	}
}

// TestStores_PolicyOfRoot checks that a profile without a file has the policy that was
// observed for the root's agent.
func TestStores_PolicyOfRoot(t *testing.T) {
	h := startHome(t, "default work", map[string]string{"default": pool(ready("a", 0), ready("b", 1))})
	equal(t, "policy", h.m.stores[1].policy.String(), "backoff")
	h.later(time.Minute)
	h.save("default", pool(ready("a", 0), exhausted("b", time.Minute, 1))) // the streak stays 1
	equal(t, "policies", h.m.stores[0].policy.String()+" "+h.m.stores[1].policy.String(), "flat flat")
	h.do("P")
	h.selectRow("work/b<default")
	equal(t, "the policy is explained", h.m.screen().Evidence != nil, true)
}

// TestStores_LinkToRoot checks that a profile borrows all rows if its store is a link to the
// root's store.
func TestStores_LinkToRoot(t *testing.T) {
	h := newHome(t, "default", map[string]string{"default": rootPool})
	equal(t, "the error", os.MkdirAll(filepath.Dir(h.path("work")), 0o700), nil)
	if err := os.Symlink(h.path("default"), h.path("work")); err != nil {
		t.Skip(err)
	}
	h.handle(StoresChanged{[]Store{h.m.cfg.Stores[0], h.store("work", h.clock)}})
	h.finish(h.m.readJournal(h.m.stores...))
	h.finish(h.m.loadAll())
	h.press("P")
	h.lists("default/a default/b work/a<default work/b<default")
	h.put(t, "default", workPool)
	h.handle(FileChanged{})
	h.lists("default/w work/w<default")
	equal(t, "events", len(h.m.log.records), 5) // 2 exhausted in the past, 1 added and 2 removed
}

// TestStores_Corrupt checks that only the corrupt store becomes stale. Its rows stay, and
// only actions on them are refused.
func TestStores_Corrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := threeProfiles(t)
		h.save("work", broken)
		equal(t, "the feed", h.m.feed().State, ui.FeedLive)
		stores := h.m.screen().Stores
		equal(t, "the feed of work", stores[1].Feed.State, ui.FeedStale)
		equal(t, "the reason", stores[1].Feed.Reason, "work.json: broken")
		equal(t, "the feed of default", stores[0].Feed.State, ui.FeedLive)
		h.lists("default/a default/b work/w cron/q")
		h.selectRow("work/w")
		h.do("r", "✕ work: the file cannot be read: work.json: broken")
		h.do("ctrl+r", "reset 2 credentials in ~/default.json?", "1 skipped: work: the file cannot be read")
		h.do("y", "✓ reset 2 credentials", "1 skipped: work: ")
		h.save("default", broken)
		h.save("cron", broken)
		equal(t, "the feed", h.m.feed().State, ui.FeedStale)
		h.do("R", "✕ default: the file cannot be read")
		h.save("work", workPool)
		equal(t, "the feed", h.m.feed().State, ui.FeedLive)
		h.shows("✕ default: the file cannot be read")
		h.save("default", rootPool)
		h.hides("cannot be read")
	})
}

func TestStoresChanged(t *testing.T) {
	h := threeProfiles(t)
	h.selectRow("work/w")
	h.do("space")
	all := h.m.cfg.Stores
	h.put(t, "new", pool(ready("n", 0)))
	h.handle(StoresChanged{append(all[:3:3], h.store("new", h.clock))}, "profiles changed; new: new")
	h.lists("default/a default/b work/w new/n cron/q")
	equal(t, "marks", h.m.marked[poolstate.Ref{Provider: "p", ID: "w", Profile: "work"}], true)

	h.handle(StoresChanged{all[:2]}, "profiles changed; removed: cron, new")
	h.lists("default/a default/b work/w")
	h.send(poolLoaded{path: h.path("cron")}) // the result of a load that was already running
	h.lists("default/a default/b work/w")
	n := 0
	for _, r := range h.m.log.records {
		if r.Kind == poolstate.EventFileMissing {
			n++
		}
	}
	equal(t, "events about removed files", n, 2)
	h.shows("profile removed")

	// With one store, refs have no profile.
	h.selectRow("work/w")
	h.handle(StoresChanged{all[1:2]})
	h.lists("/w")
	h.isAt("w")
	equal(t, "marks", h.m.marked[poolstate.Ref{Provider: "p", ID: "w"}], true)
	h.do("r", "✓ reset label-w")
	h.hides("written to")
	h.save("work", workPool, "! reset of label-w was overwritten")
	h.do("esc r")
	h.handle(StoresChanged{all})
	h.lists("default/a default/b work/w cron/q")
	h.isAt("w")
	h.do("u y")
	equal(t, "streaks", h.streaks("work"), "w:1")
}

// TestStoresChanged_Selection checks that the selection is kept when the refs change.
func TestStoresChanged_Selection(t *testing.T) {
	h := startHome(t, "default work", map[string]string{"default": rootPool, "work": poolOf("p: u v w")})
	h.selectRow("work/v")
	h.handle(StoresChanged{h.m.cfg.Stores[1:]})
	h.lists("/u /v /w")
	h.isAt("v")
}

// TestStoresChanged_RemovedProfile checks that actions in a profile that has been removed can
// be neither repeated nor undone.
func TestStoresChanged_RemovedProfile(t *testing.T) {
	h := threeProfiles(t)
	h.do("R y", "2 in default, 1 in work")
	h.selectRow("work/w")
	h.do("space", "1 marked")
	h.handle(StoresChanged{[]Store{h.m.cfg.Stores[0], h.m.cfg.Stores[2]}})
	h.hides("marked")
	h.do("u", "undo the reset of 2 credentials in ~/default.json?")
	h.do("y u", "✕ nothing to undo")
}

// TestStores_BorrowedRow checks that an action on a borrowed row changes the root's file,
// once, and that the answer names the file.
func TestStores_BorrowedRow(t *testing.T) {
	h := threeProfiles(t)
	h.do("P")
	h.selectRow("cron/a<default")
	h.do("r", "label-a: cooling, streak 2", "; written to ~/default.json; u undoes")
	equal(t, "streaks", h.streaks("default"), "a:0 b:1")
	equal(t, "streaks", h.streaks("cron"), "q:0")
	h.do("u", "! this is the only ready credential of p in default, cron")
	h.do("y")
	equal(t, "streaks", h.streaks("default"), "a:2 b:1")

	h.do("space")
	h.selectRow("default/a")
	h.do("space r", "label-a: cooling, streak 2")
	h.hides("2 credentials")
}

// TestStores_Overwritten checks that each write is watched until its own file is overwritten.
func TestStores_Overwritten(t *testing.T) {
	h := threeProfiles(t)
	h.do("R y")
	h.save("work", workPool, "! reset of work/p/label-w was overwritten at 12:00:00; select it and press r to repeat")
	h.do("esc P")
	h.selectRow("cron/b<default")
	h.save("default", rootPool, "! reset of default/p/label-b was overwritten at 12:00:00; press r to repeat")
	s := h.m.screen()
	equal(t, "the borrowed row is highlighted", s.Fresh[poolstate.Ref{Provider: "p", ID: "a", Profile: "cron"}], 2)
}

// TestStores_ActAndUndo checks that an action on several stores has one confirmation, one
// number and one undo.
func TestStores_ActAndUndo(t *testing.T) {
	h := threeProfiles(t)
	h.do("R", "reset 3 credentials in ~/default.json and ~/work.json?", "default/p/label-a", "work/p/label-w")
	h.do("y", "✓ reset 3 credentials: 3 cooling → 3 ready; 2 in default, 1 in work; u undoes")
	equal(t, "streaks", h.streaks("default")+" "+h.streaks("work"), "a:0 b:0 w:0")
	entries, err := h.m.stores[0].Operator.Journal.Read()
	equal(t, "the error", err, nil)
	equal(t, "entries", len(entries), 3)
	equal(t, "one number", entries[0].Action == entries[2].Action, true)
	h.do("u", "undo the reset of 3 credentials in ~/default.json and ~/work.json?")
	h.do("y", "✓ undo 3 credentials")
	equal(t, "streaks", h.streaks("default")+" "+h.streaks("work"), "a:2 b:1 w:1")
	h.do("u", "✕ nothing to undo")

	h.do("R y")
	next := &home{&dashboard{t: t, now: h.now, m: New(h.m.cfg)}, h.dir}
	next.send(tea.WindowSizeMsg{Width: 120, Height: 36})
	next.finish(next.m.loadAll())
	next.finish(next.m.readJournal(next.m.stores...))
	next.do("u", "undo the reset of 12:00", "3 credentials in ~/default.json and ~/work.json?")
	next.do("y", "✓ undo 3 credentials")
	equal(t, "streaks", h.streaks("default")+" "+h.streaks("work"), "a:2 b:1 w:1")
}

// TestStores_PartialFailure checks that if an action fails in one file, the others are still
// changed, and the answer reports the failure.
func TestStores_PartialFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := threeProfiles(t)
		unlock := h.lockWork()
		h.do("a R y")
		equal(t, "the answer", h.m.status.Text, "reset 2 in default; work failed: another process has held the lock for 15s; "+
			"nothing was written there; try again; u undoes; running agents notice at their next reload")
		equal(t, "streaks", h.streaks("default")+" "+h.streaks("work"), "a:0 b:0 w:1")
		equal(t, "marks", len(h.m.marked), 1) // the credential that could not be changed stays marked
		equal(t, "the error", unlock(), nil)
		h.do("r", "label-w: cooling, streak 1")

		// An undo that fails in one file can be repeated for that file.
		h.do("u y")
		equal(t, "streaks", h.streaks("work"), "w:1")
		h.do("u y")
		equal(t, "streaks", h.streaks("default"), "a:2 b:1")

		h.do("R y", "2 in default, 1 in work")
		unlock = h.lockWork()
		h.do("u y", "✕ undo 2 in default; work failed: another process has held the lock")
		equal(t, "the error", unlock(), nil)
		h.do("u y", "written to ~/work.json")
		equal(t, "streaks", h.streaks("default")+" "+h.streaks("work"), "a:2 b:1 w:1")
	})
}

// lockWork locks the store of profile work, as another process would.
func (h *home) lockWork() (unlock func() error) {
	h.t.Helper()
	l := flock.New(poolstate.LockPath(h.path("work")))
	locked, err := l.TryLock()
	equal(h.t, "locked", locked && err == nil, true)
	h.t.Cleanup(func() { _ = l.Close() })
	return l.Unlock
}

// TestStores_Canceled checks that canceling while waiting for the lock of one file does not
// revert files already written.
func TestStores_Canceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := threeProfiles(t)
		h.lockWork()
		cmds := batch(h.press("R y"))
		done := make(chan tea.Msg, 1)
		go func() { done <- cmds[0]() }()
		h.send(cmds[1]())
		h.shows("◌ reset is waiting for the lock held by", "(~/work.json)")
		h.do("esc")
		h.finish(h.send(<-done))
		equal(t, "the answer", strings.HasPrefix(h.m.status.Text, "reset 2 in default; work canceled; nothing was written there; u undoes"), true)
		equal(t, "streaks", h.streaks("default")+" "+h.streaks("work"), "a:0 b:0 w:1")
	})
}

func TestFinish_Stores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := threeProfiles(t)
		h.lockWork()
		h.press("R y")
		_, err := h.m.Finish()
		equal(t, "the error", fmt.Sprint(err), "reset 2 in default; work failed: another process holds the lock; nothing was written; try again")
		equal(t, "streaks", h.streaks("default")+" "+h.streaks("work"), "a:0 b:0 w:1")
	})
}

// TestSync_Stores checks that a sync of several stores is planned for each store.
func TestSync_Stores(t *testing.T) {
	h := startHome(t, "default work", map[string]string{"default": nousPool, "work": nousPool})
	h.do("a A", "sync 2 credentials in ~/default.json and ~/work.json?", "default/nous/portal", "work/nous/portal")
	h.do("y", "✓ sync 2 credentials: 2 ready → 2 ready; 1 in default, 1 in work; it cannot be undone")
	h.put(t, "work", broken) // not noticed yet
	h.do("a A", "✕ sync in work failed: ")
}

// If a store becomes unreadable while an action on several stores awaits confirmation, none
// of them is written.
func TestRun_UnreadableStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := threeProfiles(t)
		h.do("ctrl+r", "reset ")
		h.put(t, "work", "{")
		h.handle(FileChanged{Path: h.path("work")})
		h.do("y", "✕ nothing was written: work: the file cannot be read")
	})
}
