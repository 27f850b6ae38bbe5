package simulate

import (
	"slices"
	"time"

	"pooltop/poolstate"
)

// Spell is a stretch of the script during which a provider refuses: all of its
// credentials, or some.
type Spell struct {
	Provider string
	// Only names the ids that are refused; nil refuses all.
	Only []string
	// From and To count from the start of the story.
	From, To time.Duration
	// Failure is the answer, without a reset time.
	Failure poolstate.Failure
	// Resets, if not zero, is how long after the failure the provider says the
	// limit resets.
	Resets time.Duration
}

// Providers answers requests by a script.
type Providers struct {
	Start  time.Time
	Script []Spell
}

// Ask returns what the provider answers a request with a credential: nil when
// it serves it.
func (p Providers) Ask(c *poolstate.Credential, at time.Time) *poolstate.Failure {
	for _, s := range p.Script {
		if !s.covers(at.Sub(p.Start)) || s.Provider != c.Provider {
			continue
		}
		if s.Only != nil && !slices.Contains(s.Only, c.ID) {
			continue
		}
		f := s.Failure
		if s.Resets > 0 {
			f.ResetAt = at.Add(s.Resets)
		}
		return &f
	}
	return nil
}

func (s Spell) covers(since time.Duration) bool { return since >= s.From && since < s.To }

// Down returns the spell that refuses every credential of a provider at an
// instant, the longest still to last, and false when there is none.
func (p Providers) Down(at time.Time) (Spell, bool) {
	since := at.Sub(p.Start)
	var worst Spell
	for _, s := range p.Script {
		if s.Only == nil && s.covers(since) && s.To > worst.To {
			worst = s
		}
	}
	return worst, worst.To > 0
}
