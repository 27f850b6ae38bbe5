package watch

import (
	"os"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

func TestSafetyCheckIsQuietWithoutCause(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		r.quiet(time.Hour + time.Second) // not at the moment of a check
		r.write("announced")
		r.event(fsnotify.Write)
		r.inEvents(r.atOnce())
		r.quiet(time.Hour)
	})
}

func TestNoEventsArrive(t *testing.T) {
	alter := map[string]func(r *rig){
		"write":  func(r *rig) { r.write("unannounced") },
		"delete": func(r *rig) { must(r.t, os.Remove(r.path)) },
		"chmod":  func(r *rig) { must(r.t, os.Chmod(r.path, 0o400)) },
		"touch":  func(r *rig) { must(r.t, os.Chtimes(r.path, time.Time{}, time.Unix(1, 0))) },
	}
	for name, alter := range alter {
		t.Run(name, func(t *testing.T) {
			if name == "chmod" && !compareMode {
				t.Skip("permissions do not count on this system")
			}
			bubble(t, func(r *rig) {
				r.start()
				r.quiet(5 * time.Second)
				alter(r)
				r.inEvents(r.after(5 * time.Second))
				r.polling(r.after(grace), reasonSilent)
			})
		})
	}
}

func TestEventsReturn(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		r.write("unannounced")
		r.inEvents(r.after(defaultSafety))
		r.polling(r.after(grace), reasonSilent)

		// Trying again changes nothing as long as no event comes.
		r.quiet(3*defaultRetry + time.Second/2) // not at the moment of a poll
		r.write("found by polling")
		c, took := r.within(defaultPoll)
		r.polling(c, reasonSilent)
		if took > defaultPoll {
			t.Errorf("noticed after %v", took)
		}
		r.eventFor(r.dir, fsnotify.Chmod) // not the file
		r.quiet(time.Minute)
		r.event(fsnotify.Write)
		r.inEvents(r.atOnce())
		r.quiet(time.Hour)
	})
}

func TestLateEventExcuses(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		r.write("announced late")
		r.inEvents(r.after(defaultSafety))
		<-time.After(grace / 2)
		r.event(fsnotify.Write)
		r.inEvents(r.atOnce())
		r.quiet(time.Hour)
	})
}

func TestDirectoryReplacedUnannounced(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		before := r.added()
		must(t, os.Rename(r.dir, r.dir+".old"))
		must(t, os.Mkdir(r.dir, 0o700))
		r.write("in the new directory")
		// The file's events had no chance to come; that is no reason to poll.
		r.inEvents(r.after(defaultSafety))
		r.quiet(time.Hour)
		if r.added() != before+1 {
			t.Errorf("%d watches added, want 1", r.added()-before)
		}
	})
}

func TestPollingLooksTwiceAtFreshFiles(t *testing.T) {
	bubble(t, func(r *rig) {
		r.netfs = reasonRemote
		r.start()
		r.quiet(time.Minute + time.Second)
		// As if a second write in the same instant left no trace.
		now := time.Now()
		r.write("second")
		must(t, os.Chtimes(r.path, now, now))
		r.polling(r.after(time.Second), reasonRemote)
		r.polling(r.after(defaultPoll), reasonRemote)
		r.quiet(time.Minute)
	})
}

func TestSafetyInterval(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		r.write("unannounced")
		r.inEvents(r.after(3 * time.Second))
		c := r.after(grace)
		if c.Mode != Polling || c.Interval != 7*time.Second {
			t.Fatalf("got %+v", c)
		}
		r.write("unannounced again")
		r.after(7 * time.Second)
	}, WithSafetyInterval(3*time.Second), WithPollInterval(7*time.Second))
}
