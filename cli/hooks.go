package cli

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"pooltop/cli/config"
	"pooltop/cli/internal/hook"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui/text"
)

// hooks runs commands for events. A nil *hooks runs none.
type hooks struct {
	queues []hookQueue
	clock  func() time.Time
	warn   func(problem string)
	log    *slog.Logger
}

type hookQueue struct {
	*hook.Queue
	on []poolstate.EventKind
}

// newHooks returns the configured hooks and the given ones, or nil if there are none. They
// pass problems to warn, which may block. If other users can write the configuration file,
// newHooks omits the configured hooks and returns an error.
func newHooks(cfg *config.Config, log *slog.Logger, warn func(problem string), more ...config.Hook) (h *hooks, err error) {
	if all := cfg.Hooks; len(all) > 0 {
		if err = hook.Untrusted(cfg.Path); err != nil {
			err = fmt.Errorf("hooks are disabled: %w", err)
		} else {
			more = append(slices.Clip(all), more...)
		}
	}
	if len(more) == 0 {
		return nil, err
	}
	h = &hooks{clock: newClock(cfg.Now), warn: warn, log: log}
	for _, c := range more {
		h.queues = append(h.queues, hookQueue{hook.NewQueue(c.Run, warn), c.On})
	}
	return h, err
}

// handle runs the hooks for an event, without waiting for them. It records failures in the
// operator's journal.
func (h *hooks) handle(profile string, o *journal.Operator, r *poolstate.Record) {
	if h == nil {
		return
	}
	var line []byte
	for _, q := range h.queues {
		if !slices.Contains(q.on, r.Kind) {
			continue
		}
		if line == nil {
			var b bytes.Buffer
			if err := jsonout.WriteLine(&b, jsonout.NewEvent(profile, r)); err != nil {
				h.warn(err.Error())
				return
			}
			line = b.Bytes()
		}
		kind := r.Kind
		q.Add(line, func(err error) { h.failed(q.Name(), kind, o, err) })
	}
}

// failed reports a hook that failed.
func (h *hooks) failed(name string, kind poolstate.EventKind, o *journal.Operator, err error) {
	problem := fmt.Sprintf("%s: %s", kind, text.Clean(err.Error(), maxErrorText))
	h.log.Warn("hook failed", "hook", name, "event", kind, "error", err)
	record := poolstate.Record{At: h.clock(), Kind: poolstate.EventHookFailed, By: poolstate.ByOperator, Label: name, Message: problem}
	if err := o.Journal.Append(journal.Entry{Record: record, Store: o.Store.Identity()}); err != nil {
		h.log.Warn("cannot record a failed hook", "error", err)
	}
	h.warn(fmt.Sprintf("hook %s: %s", name, problem))
}

// close stops all hooks.
func (h *hooks) close() {
	if h != nil {
		for _, q := range h.queues {
			q.Close()
		}
	}
}
