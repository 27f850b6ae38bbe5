package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui"
)

// TestToggleGroups checks that the selection, the marks and the folds are kept when the
// grouping changes.
func TestToggleGroups(t *testing.T) {
	h := threeProfiles(t)
	h.selectRow("work/w")
	h.do("P")
	h.selectRow("cron/b<default")
	h.do("space up P")
	h.lists("default/a default/b work/w cron/q")
	h.isAt("b")
	equal(t, "the profile of the selection", h.m.selected.Profile, "default")
	h.shows("1 marked")
	h.do("x", "hold label-b of p in default")
	h.do("esc esc P")
	equal(t, "the profile of the selection", h.m.selected.Profile, "cron")

	h.do("left")
	h.lists("default/a default/b work/w")
	h.do("P")
	h.lists("default/a default/b work/w cron/q")
	h.do("P")
	h.lists("default/a default/b work/w")
	h.do("right")
	h.lists("default/a default/b work/w cron/a<default cron/b<default cron/q")
	h.do("P left P right", "✕ no provider is folded")
	h.do("P")
	h.lists("cron/q")
	h.do("right P")
	h.selectRow("work/w")
	h.do("a", "1 marked")
	h.do("P ? pgdown", "P", "group by profile or", "fold the group")
}

// TestToggleGroups_OneStore checks that the table cannot be grouped by profile if there is
// only one store.
func TestToggleGroups_OneStore(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.do("P ?")
	equal(t, "by profile", d.m.arrangement.byProfile, false)
	d.hides("group by profile")
}

// TestShow_FirstRowSelected checks that while stores are being loaded, the first row stays
// selected until a key is pressed.
func TestShow_FirstRowSelected(t *testing.T) {
	for _, keys := range []string{"", "j"} {
		h := newHome(t, "default work cron", map[string]string{"default": pool(ready("a", 0)), "work": workPool, "cron": ownQ})
		loads := results(h.m.loadAll())
		h.send(loads[1])
		h.isAt("w")
		h.do(keys)
		h.send(loads[0])
		h.send(loads[2])
		want := "a"
		if keys != "" {
			want = "w"
		}
		h.isAt(want)
		h.selectRow("cron/q")
		h.save("default", rootPool)
		h.isAt("q")
	}
}

// TestLogEvents_Profiles checks that the log contains the events of all stores, with their
// profiles, and that keys act on the credential of the event's profile.
func TestLogEvents_Profiles(t *testing.T) {
	h := threeProfiles(t)
	h.later(time.Minute)
	h.save("work", pool(exhausted("w", time.Minute, 2)))
	h.save("cron", strings.Replace(ownQ, `"consecutive_failures": 0`, `"consecutive_failures": 1, "last_status": "exhausted"`, 1))
	var got []string
	for _, r := range h.m.log.shown {
		got = append(got, r.Profile+"/"+r.ID+" "+r.Kind.String())
	}
	equal(t, "the events", strings.Join(got, ", "), "default/a exhausted, default/b exhausted, work/w exhausted, work/w exhausted, cron/q exhausted")
	h.do("e j r", "✓ reset work/p/label-w")
	h.do("enter")
	equal(t, "the profile of the selection", h.m.selected.Profile, "work")
	next := &home{&dashboard{t: t, now: h.now, m: New(h.m.cfg)}, h.dir}
	next.finish(next.m.readJournal(next.m.stores...))
	got = nil
	for _, r := range next.m.log.records {
		got = append(got, r.Profile+"/"+r.ID+" "+r.Kind.String())
	}
	equal(t, "the journal", strings.Join(got, ", "), "work/w exhausted, work/w reset, cron/q exhausted")
}

// TestEventTarget_Copies checks that the target of an event is the credential of its profile.
// Copies in other profiles have the same id.
func TestEventTarget_Copies(t *testing.T) {
	h := startHome(t, "default work", map[string]string{"default": rootPool, "work": rootPool})
	h.do("ctrl+r y e r", "reset: nothing changed: work/p/label-b, already clear")
	h.do("j j enter")
	equal(t, "the selection", h.m.selected.Profile+"/"+h.m.selected.ID, "default/b")
}

// TestClockTicked_Stores checks that expired deadlines are noticed in every store, even if no
// file changes.
func TestClockTicked_Stores(t *testing.T) {
	h := threeProfiles(t)
	h.waits = nil
	h.later(58*time.Minute + 59*time.Second + 500*time.Millisecond).send(ticked{})
	equal(t, "the wait", h.waits[len(h.waits)-1], 500*time.Millisecond)
	h.tick(time.Second)
	var due []string
	for _, r := range h.m.log.records {
		if r.Kind == poolstate.EventDue {
			due = append(due, r.Profile)
		}
	}
	slices.Sort(due)
	equal(t, "due", strings.Join(due, " "), "default work")
}

// TestTogglePause_Stores checks that the latest pools of all stores are kept while the
// display is frozen, and are shown afterwards.
func TestTogglePause_Stores(t *testing.T) {
	h := threeProfiles(t)
	h.do("p")
	h.save("work", pool(ready("w", 0), ready("v", 0)))
	h.lists("default/a default/b work/w cron/q")
	h.do("p")
	h.lists("default/a default/b work/w work/v cron/q")
}

// TestNotify_NewProfile checks that a new profile causes no notifications about credentials
// that are already dead.
func TestNotify_NewProfile(t *testing.T) {
	dead := `{"access_token": "none", "id": "d", "last_status": "dead"}`
	h := threeProfiles(t, func(c *Config) { c.Notify, c.Notifications = true, ui.NotifyOSC9 })
	h.raw = nil
	h.put(t, "new", pool(dead))
	h.handle(StoresChanged{append(slices.Clip(h.m.cfg.Stores), h.store("new", h.clock))})
	equal(t, "notifications", len(h.raw), 0)
	h.save("work", pool(dead))
	equal(t, "notifications", strings.Contains(strings.Join(h.raw, " "), "work/p/d is dead"), true)
}

// TestNotify_Profile checks that a notification names the profile whose provider is out, although
// other profiles have credentials ready.
func TestNotify_Profile(t *testing.T) {
	h := threeProfiles(t, func(c *Config) { c.Notify, c.Notifications = true, ui.NotifyOSC9 })
	h.save("work", pool(ready("w", 0)))
	h.raw = nil
	h.save("work", pool(exhausted("w", 0, 1)))
	equal(t, "notification", strings.Join(h.raw, ""), "\x1b]9;pooltop: work/p out, first back in 1h00m00s\x1b\\\a")
}

// TestHold_Profile checks that a hold names the profile and uses the policy of its store.
func TestHold_Profile(t *testing.T) {
	flat := strings.Replace(pool(exhausted("w", -time.Minute, 1)), `, "consecutive_failures": 1`, "", 1)
	h := startHome(t, "default work", map[string]string{"default": rootPool, "work": flat})
	equal(t, "policies", h.m.stores[0].policy.String()+" "+h.m.stores[1].policy.String(), "backoff flat")
	h.selectRow("work/w")
	h.do("x", "hold label-w of p in work")
	h.do("esc")
	h.selectRow("default/a")
	h.do("x enter", "✓ hold default/p/label-a: cooling, streak 2", "held, streak 3, until 16:00", "; written to ~/default.json")
}

// TestWarnings_ManyProfiles checks that a confirmation lists at most three warnings about
// last ready credentials and counts the rest.
func TestWarnings_ManyProfiles(t *testing.T) {
	files := map[string]string{"default": ownQ}
	for _, name := range []string{"v", "w", "x", "y", "z"} {
		files[name] = pool(ready(name, 0))
	}
	h := startHome(t, "default v w x y z", files)
	h.selectRow("x/x")
	h.do("a x", "! this is the only ready credential of p in v", "of p in w", "of p in x", "! 2 more providers would have no ready credential")
	h.hides("of p in y")
}

// TestUndoRecorded_HiddenRoot checks that an action in a hidden root's journal can be
// undone if the profile borrows the provider.
func TestUndoRecorded_HiddenRoot(t *testing.T) {
	for _, tt := range []struct{ work, want string }{
		{ownQ, "undo the reset of 12:00"}, {workPool, "✕ nothing to undo"},
	} {
		h := threeProfiles(t)
		h.do("r")
		h.put(t, "work", tt.work)
		cfg := h.m.cfg
		cfg.Stores = slices.Clone(cfg.Stores[:2])
		cfg.Stores[0].Hidden = true
		next := &home{&dashboard{t: t, now: h.now, m: New(cfg)}, h.dir}
		next.m.width, next.m.height = 120, 36
		next.finish(next.m.loadAll())
		next.do("u", tt.want)
	}
}

// TestUndo_UnwritableStore checks that a file that cannot be written does not prevent changes
// to other files.
func TestUndo_UnwritableStore(t *testing.T) {
	root := pool(exhausted("a", -time.Minute, 2), ready("b", 0))
	h := startHome(t, "default work", map[string]string{"default": root, "work": workPool})
	h.do("R y")
	h.m.stores[1].unwritable = poolstate.ErrReadOnly
	h.do("u", "undo the reset of default/p/label-a in ~/default.json?", "! work: not writable by this user")
	h.do("y", "✓ undo default/p/label-a")
	h.do("u", "✕ work: not writable by this user")
	equal(t, "read-only", h.m.isReadOnly(), false)
	h.m.stores[1].unwritable = nil
	h.do("u y")
	equal(t, "streaks", h.streaks("default")+" "+h.streaks("work"), "a:2 b:0 w:1")
}
