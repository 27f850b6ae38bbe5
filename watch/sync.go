package watch

import (
	"os"
	"runtime"
	"time"
)

// maxTries is how often in a row the watches are moved after directories that
// change meanwhile, before other things get their turn.
const maxTries = 8

// reopenToMove: a watch whose directory was moved away cannot be removed by
// its path on Windows, only together with its source.
const reopenToMove = runtime.GOOS == "windows"

// mark is a directory that was added to the source.
type mark struct {
	id      os.FileInfo
	skipped bool // it could not be added, and can be done without
}

// sync makes the source watch what the path needs at present, opening it if
// there is none, and reports whether the plan is another than before. With
// force every watch is renewed, for it may be gone although the plan is not.
//
// The plan is made again after the watches stand, until it holds: only then is
// it certain that they are attached to the directories they were meant for.
func (r *runner) sync(force bool) (relaid bool) {
	before := r.plan
	if !r.openFeed() {
		return false
	}
	stable := false
	for range maxTries {
		p := layout(r.path, lookup, watchAncestors)
		if !force && p.same(r.plan) && r.covers(p) {
			stable = true
			break
		}
		r.plan = p
		// Before the watches, so that none of their events are dropped.
		r.filter.Store(newFilter(p))
		if err := r.apply(p, force); err != nil {
			// Closing frees what is left, which may be very many open files.
			r.close()
			r.health.broken = explain(err)
			return !r.plan.same(before)
		}
		force = false
	}
	r.health.remote = r.remote()
	r.pace(stable)
	return !r.plan.same(before)
}

// openFeed reports whether there is a source, after opening one if need be.
func (r *runner) openFeed() bool {
	if r.feed == nil {
		src, err := r.cfg.open()
		if err != nil {
			r.health.broken = explain(err)
			return false
		}
		r.feed = newFeed(src, &r.filter)
		r.health.broken = ""
	}
	return true
}

// apply turns the watches into those of p. A directory that has just vanished
// is left without a mark; one that is needed and cannot be watched is an error.
func (r *runner) apply(p plan, force bool) error {
	for path, m := range r.marks {
		if force || !p.has(path, m.id) {
			// That it is gone already is the usual case.
			_ = r.feed.Remove(path)
			delete(r.marks, path)
		}
	}
	for _, d := range p.dirs {
		if _, ok := r.marks[d.path]; ok {
			continue
		}
		err := r.feed.Add(d.path)
		if err == nil {
			r.marks[d.path] = mark{id: d.id}
			continue
		}
		// A source may have begun and would take a second attempt for done.
		_ = r.feed.Remove(d.path)
		switch {
		case vanished(err):
		case d.needed:
			return err
		default:
			r.marks[d.path] = mark{id: d.id, skipped: true}
		}
	}
	return nil
}

// has reports whether p contains this directory under this path.
func (p plan) has(path string, id os.FileInfo) bool {
	for _, d := range p.dirs {
		if d.path == path {
			return sameFile(d.id, id)
		}
	}
	return false
}

// covers reports whether all directories of p were added.
func (r *runner) covers(p plan) bool {
	for _, d := range p.dirs {
		m, ok := r.marks[d.path]
		if !ok || !sameFile(m.id, d.id) {
			return false
		}
	}
	return true
}

// forgetSkipped makes the next sync try the directories again that could not
// be added.
func (r *runner) forgetSkipped() {
	for path, m := range r.marks {
		if m.skipped {
			delete(r.marks, path)
		}
	}
}

// remote returns why the events of a needed directory cannot be trusted.
func (r *runner) remote() string {
	for _, d := range r.plan.dirs {
		if !d.needed {
			continue
		}
		if reason := r.cfg.netfs(d.path); reason != "" {
			return reason
		}
	}
	return ""
}

// pace plans another sync if the last one did not come to rest, after delays
// that grow so that a path which never rests does not keep a processor busy.
func (r *runner) pace(stable bool) {
	if stable {
		r.backoff = 0
		return
	}
	r.backoff = min(max(r.cfg.window, 2*r.backoff), r.cfg.retry)
	r.later(r.backoff)
}

// later makes sync happen again after d.
func (r *runner) later(d time.Duration) {
	r.resyncSet = true
	r.resync.arm(d)
}

// close ends the source and with it all watches.
func (r *runner) close() {
	if r.feed == nil {
		return
	}
	r.feed.close()
	r.feed = nil
	clear(r.marks)
}
