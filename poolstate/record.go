package poolstate

import "time"

// Record is an event as it is kept: small, without a secret, in the form of a
// line of the journal. Its texts are the file's and untrusted.
type Record struct {
	At       time.Time `json:"at"`
	Kind     EventKind `json:"event"`
	By       Actor     `json:"by"`
	Provider string    `json:"provider"`
	ID       string    `json:"id"`
	Label    string    `json:"label"`
	Before   State     `json:"before"`
	After    State     `json:"after"`
	// Code, Reason and Message are those of a failure; of a hold, Reason is the
	// operator's words; of the file, Message says why it cannot be read.
	Code *int `json:"error_code,omitempty"`
	// Cooldown is how long an exhaustion costs, in seconds; 0 is unknown.
	Cooldown int64  `json:"cooldown_seconds,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Message  string `json:"message,omitempty"`
	Source   string `json:"source,omitempty"`
}

// State is a credential before or after an event; nil is unknown or absent.
type State struct {
	Status   *string    `json:"status"`
	Streak   *int       `json:"streak"`
	Deadline *time.Time `json:"deadline"`
}

// StateOf describes a credential as the journal and the commands' JSON do.
func StateOf(c *Credential, policy Policy, now time.Time) State {
	s := State{}
	if c.StatusText != "" {
		s.Status = new(c.StatusText)
	}
	if n, known := c.Streak.Known(); known {
		s.Streak = &n
	}
	if d := policy.Deadline(c, now); !d.IsZero() {
		s.Deadline = new(d.At.UTC())
		if d.At.After(lastInstant) {
			s.Deadline = new(lastInstant)
		}
	}
	return s
}

// lastInstant stands for everything after the year 9999, which RFC 3339 cannot
// name.
var lastInstant = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC)

// RecordOf makes a record of an event.
func RecordOf(e *Event, policy Policy) Record {
	r := Record{At: e.At, Kind: e.Kind, By: e.By}
	c := e.Credential()
	if c == nil {
		return r
	}
	r.Provider, r.ID, r.Label, r.Source = c.Provider, c.ID, c.Label, c.Source
	if e.Before != nil {
		r.Before = StateOf(e.Before, policy, e.At)
	}
	if e.After != nil {
		r.After = StateOf(e.After, policy, e.At)
	}
	switch e.Kind {
	case EventHeld:
		if c.ErrorMessage != heldWords {
			r.Reason = c.ErrorMessage
		}
	case EventExhausted, EventDead, EventDue:
		r.Reason, r.Message = c.ErrorReason, c.ErrorMessage
	default:
		return r
	}
	if code, coded := c.ErrorCode.Get(); coded {
		r.Code = &code
	}
	r.Cooldown = int64(policy.Assess(c, e.At).Cooldown / time.Second)
	return r
}

// Name is what people call the credential: its label, else its source, else its
// id.
func (r *Record) Name() string {
	for _, s := range []string{r.Label, r.Source, r.ID} {
		if s != "" {
			return s
		}
	}
	return "#"
}

// SameEventWithin is how far apart two reports of one event may lie: each pooltop
// that watches makes its own, and the one that acts does so first.
const SameEventWithin = 5 * time.Second

// Same reports whether two records tell of the same event.
func (r *Record) Same(o *Record) bool {
	within := SameEventWithin
	if r.Kind.OfFile() {
		within = time.Second // a file may break and be mended again and again
	}
	return r.Kind == o.Kind && r.At.Sub(o.At).Abs() <= within &&
		r.Provider == o.Provider && r.ID == o.ID && (r.ID != "" || r.Label == o.Label) &&
		r.After.equal(o.After)
}

func (s State) equal(o State) bool {
	return same(s.Status, o.Status) && same(s.Streak, o.Streak) &&
		(s.Deadline == nil) == (o.Deadline == nil) && (s.Deadline == nil || s.Deadline.Equal(*o.Deadline))
}

func same[T comparable](a, b *T) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}

// Credential returns a credential as the event left it, as far as the record
// tells, to be looked at with the eyes of a filter.
func (r *Record) Credential() Credential {
	c := Credential{
		Ref: Ref{Provider: r.Provider, ID: r.ID}, Label: r.Label, Source: r.Source,
		ErrorReason: r.Reason, ErrorMessage: r.Message,
	}
	if r.Code != nil {
		c.ErrorCode = Some(*r.Code)
	}
	if r.After.Status != nil {
		c.StatusText = *r.After.Status
		c.Status = statusOf(c.StatusText)
	}
	if r.After.Streak != nil {
		c.Streak = KnownStreak(*r.After.Streak)
	}
	if r.After.Deadline != nil {
		c.ResetAt = *r.After.Deadline
	}
	switch r.Kind {
	case EventHeld:
		c.ErrorReason, c.ErrorMessage = HoldReason, r.Reason
	case EventDisabled:
		c.Disabled = true
	}
	return c
}
