package watch

import "time"

// Default values of the options.
const (
	defaultWindow = 25 * time.Millisecond
	defaultPoll   = 2 * time.Second
	defaultRetry  = 30 * time.Second
	defaultSafety = 10 * time.Second
)

// grace is how long an event may be on its way after the modification it
// announces was already seen by the safety check. It only has to exceed the
// delay that a heavily loaded machine adds.
const grace = time.Second

// config holds everything about a Watcher that may be chosen.
type config struct {
	window time.Duration
	poll   time.Duration
	retry  time.Duration
	safety time.Duration

	open  func() (source, error)
	netfs func(dir string) string
}

func defaults() config {
	return config{
		window: defaultWindow,
		poll:   defaultPoll,
		retry:  defaultRetry,
		safety: defaultSafety,
		open:   openSource,
		netfs:  networkFS,
	}
}

// Option alters a [Watcher] made by [New]. A duration of 0 or less leaves the
// default in force.
type Option func(*config)

// WithWindow sets for how long after a [Change] further ones are gathered into
// one. The first change after a quiet time is always passed on at once; the
// window only limits how often a reader of a busy file is woken. The default
// is 25 ms.
func WithWindow(d time.Duration) Option {
	return func(c *config) { c.window = positive(d, c.window) }
}

// WithPollInterval sets how often the file is looked at in [Polling] mode. The
// default is 2 s.
func WithPollInterval(d time.Duration) Option {
	return func(c *config) { c.poll = positive(d, c.poll) }
}

// WithRetryInterval sets how often it is tried to leave [Polling] mode. The
// default is 30 s.
func WithRetryInterval(d time.Duration) Option {
	return func(c *config) { c.retry = positive(d, c.retry) }
}

// WithSafetyInterval sets how often the file is looked at in [Events] mode, in
// case that an event which should have come did not. It bounds how long a
// change can stay unnoticed on a file system that wrongly claims to report
// events. The default is 10 s.
func WithSafetyInterval(d time.Duration) Option {
	return func(c *config) { c.safety = positive(d, c.safety) }
}

// withSource replaces the operating system's file events.
func withSource(open func() (source, error)) Option {
	return func(c *config) { c.open = open }
}

// withNetFS replaces the detection of network file systems.
func withNetFS(detect func(dir string) string) Option {
	return func(c *config) { c.netfs = detect }
}

func positive(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
