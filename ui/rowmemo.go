package ui

import (
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// rowForm is what all rows of a table depend on.
type rowForm struct {
	theme   *Theme
	width   int
	without Hidden
	form    timeForm
}

// rowKey is what a row shows that is not the same for as long as the pool is.
type rowKey struct {
	availability poolstate.Availability
	left         time.Duration // as the countdown writes it
	halves       int           // of the bar
	day          int
	selected     bool
	marked       bool
	fresh        int
	// at is the instant itself, for rows of which other times pass too.
	at int64
}

type memoRow struct {
	key  rowKey
	text string
}

// rowKey says what the row of a credential depends on, at the instant.
func (t *table) rowKey(c *poolstate.Credential, a poolstate.Assessment) rowKey {
	key := rowKey{
		availability: a.Availability, left: max(a.Remaining+time.Second-1, 0).Truncate(time.Second), halves: t.halves(a), day: text.CivilDays(t.now),
		selected: t.selected != nil && c.Ref == *t.selected, marked: t.marked[c.Ref], fresh: t.fresh[c.Ref],
	}
	if t.timeline != nil || c.ModelCooldowns != nil || !c.ExpiresAt.IsZero() {
		key.at = t.now.UnixNano()
	}
	return key
}

// drawRows forgets the rows that were drawn in another form.
func (m *Memo) drawRows(form rowForm) {
	if m.form != form || m.rows == nil {
		m.form, m.rows = form, map[*poolstate.Credential]memoRow{}
	}
}

// row is the row of a credential as it was drawn the last time, if that is how it
// looks now.
func (m *Memo) row(c *poolstate.Credential, key rowKey) (text string, known bool) {
	r, known := m.rows[c]
	return r.text, known && r.key == key
}

// maxMemoRows bounds the rows that are kept; a screen has fewer.
const maxMemoRows = 512

func (m *Memo) keepRow(c *poolstate.Credential, key rowKey, text string) {
	if len(m.rows) >= maxMemoRows {
		clear(m.rows)
	}
	m.rows[c] = memoRow{key, text}
}
