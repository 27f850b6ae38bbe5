package watch

import (
	"context"
	"sync/atomic"
	"time"
)

// runner is one call of Run. All of it belongs to one goroutine, but for the
// filter, which the goroutine of the feed reads.
//
// What keeps a change from being missed is an order: first the filter and the
// watches stand, then the file is looked at, then a Change is sent. Whatever
// happens to the file after the look causes an event, and thus another round.
type runner struct {
	path string
	cfg  config
	out  chan Change

	feed   *feed // nil if there is no source
	filter atomic.Pointer[filter]
	plan   plan
	marks  map[string]mark // the directories added to feed, by path

	health    health
	announced Change // the mode that is in force
	seen      state  // the file, as of the last look
	changes   coalescer

	poll    alarm // look at the file (Polling)
	retry   alarm // try to get events (Polling)
	safety  alarm // look whether events are missing (Events)
	suspect alarm // an unannounced modification has no excuse any more
	resync  alarm // set up the watches anew

	resyncSet bool          // resync is armed
	backoff   time.Duration // last delay of resync for want of stability
}

func newRunner(path string, cfg config, out chan Change) *runner {
	r := &runner{path: path, cfg: cfg, out: out, marks: make(map[string]mark)}
	r.changes = coalescer{
		window: cfg.window,
		emit:   func() { deliver(r.out, r.announced) },
	}
	return r
}

func (r *runner) run(ctx context.Context) {
	defer r.close()
	r.sync(true)
	r.look()
	r.enter(r.health.change(r.cfg.poll))
	for ctx.Err() == nil {
		r.wait(ctx)
	}
}

// wait handles the next thing that happens.
func (r *runner) wait(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-r.mail():
		r.act(r.feed.mail.take())
	case <-r.changes.end.c:
		r.changes.expired()
	case <-r.poll.c:
		r.pollFile()
	case <-r.retry.c:
		r.retryEvents()
	case <-r.safety.c:
		r.checkSafety()
	case <-r.suspect.c:
		r.health.silent = true
		r.announce()
	case <-r.resync.c:
		r.resyncSet = false
		r.sync(true)
		r.look()
		if !r.announce() {
			r.changes.event()
		}
	}
}

// mail is what tells of signals from the feed, if there is one.
func (r *runner) mail() <-chan struct{} {
	if r.feed == nil {
		return nil
	}
	return r.feed.mail.wake
}

// act responds to signals from the feed.
func (r *runner) act(s signal) {
	relaid := false
	switch {
	case s.has(lost):
		r.close()
		r.health.broken = reasonLost
	case s.has(overflow), s.has(moved) && reopenToMove:
		// Among the lost events may be the end of a watch.
		r.close()
		relaid = r.sync(true)
	case s.has(moved):
		relaid = r.sync(true)
	case s.has(review):
		relaid = r.sync(false)
	}
	if s.has(trouble) && !r.resyncSet {
		r.later(r.cfg.window)
	}
	if s.has(touched) {
		r.health.silent = false
	}
	if s.has(touched | moved) {
		r.suspect.off()
	}
	differs := r.look()
	switch {
	case r.announce():
	case s.has(overflow):
		r.changes.now()
	case s.has(touched | moved), relaid, differs:
		r.changes.event()
	}
}

// look notes the state of the file and reports whether it is another.
func (r *runner) look() bool {
	now := observe(r.path)
	differs := !now.same(r.seen)
	r.seen = now
	return differs
}

// pollFile is the regular look in Polling mode. With nothing but looks to go by,
// one that came too early to tell has to be followed by a Change in any case.
func (r *runner) pollFile() {
	r.poll.arm(r.cfg.poll)
	fresh := r.seen.fresh
	if r.look() || fresh {
		r.changes.event()
	}
}

// retryEvents is the regular attempt to leave Polling mode.
func (r *runner) retryEvents() {
	r.retry.arm(r.cfg.retry)
	relaid := r.sync(true)
	differs := r.look()
	if !r.announce() && (relaid || differs) {
		r.changes.event()
	}
}

// checkSafety is the regular look in Events mode. A file that differs behind
// the same directories was modified without an event, unless that is still on
// its way.
func (r *runner) checkSafety() {
	r.safety.arm(r.cfg.safety)
	r.forgetSkipped()
	relaid := r.sync(false)
	differs := r.look()
	if r.announce() {
		return
	}
	if relaid || differs {
		r.changes.event()
	}
	if differs && !relaid {
		r.suspect.arm(grace)
	}
}

// announce brings the mode into line with the health, and reports whether that
// was a change, which is sent.
func (r *runner) announce() bool {
	change := r.health.change(r.cfg.poll)
	if change == r.announced {
		return false
	}
	r.enter(change)
	return true
}

// enter puts change into force and sends it.
func (r *runner) enter(change Change) {
	r.announced = change
	r.suspect.off()
	if change.Mode == Polling {
		r.safety.off()
		r.poll.arm(r.cfg.poll)
		r.retry.arm(r.cfg.retry)
	} else {
		r.poll.off()
		r.retry.off()
		r.safety.arm(r.cfg.safety)
	}
	r.changes.now()
}
