package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"pooltop/poolstate"
	"pooltop/ui"
)

// Limits in cells on what is quoted, so that a table stays one.
const (
	shortText   = 40
	longText    = 80
	messageText = 300
)

// unmarked replaces what means something inside a code span or a table cell, or
// to a chat even there.
var unmarked = strings.NewReplacer("`", "'", "|", "¦", "<", "‹", ">", "›")

// quoted writes untrusted text as a code span of at most w cells; empty when
// there is nothing to see. In a code span nothing is a link or an emphasis, and
// nothing that is left in it ends it, or the cell.
func quoted(text string, w int) string {
	text = unmarked.Replace(ui.Clean(text, maxErrorText))
	text = strings.TrimSpace(ansi.Truncate(withoutMentions(text), w, "…"))
	if text == "" {
		return ""
	}
	if strings.HasSuffix(text, `\`) {
		text += " " // else it might escape the end
	}
	return "`" + text + "`"
}

// withoutMentions keeps the @ of an address; one that begins a word calls
// somebody.
func withoutMentions(text string) string {
	var b strings.Builder
	inWord := false
	for _, r := range text {
		if r == '@' && !inWord {
			r = '＠'
		}
		b.WriteRune(r)
		inWord = r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return b.String()
}

// listQuoted quotes texts one after the other, and counts those beyond the
// first twenty.
func listQuoted(texts []string) string {
	const most = 20
	var out []string
	for _, text := range texts[:min(len(texts), most)] {
		if q := quoted(text, longText); q != "" {
			out = append(out, q)
		}
	}
	if n := len(texts) - most; n > 0 {
		out = append(out, fmt.Sprintf("%d more", n))
	}
	return strings.Join(out, ", ")
}

// markdown writes the report for people. Times are UTC.
func (r *report) markdown() string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "# pooltop report\n\n- taken %s; all times are UTC\n", r.now.Format("2006-01-02 15:04:05"))
	fmt.Fprintf(b, "- pooltop %s on %s\n", quoted(version, shortText), platform())
	fmt.Fprintf(b, "- %s\n", r.fileLine())
	if r.readable() {
		fmt.Fprintf(b, "- policy **%s**: %s\n", r.policy, r.evidence())
		fmt.Fprintf(b, "\n## Summary\n\n%s\n", r.summaryLine())
	} else {
		fmt.Fprintf(b, "- **the file cannot be read**: %s\n", quoted(r.trouble, messageText))
	}
	fmt.Fprintf(b, "\n## Oddities\n\n%s", r.oddityLines())
	for i := range r.pool.Providers {
		b.WriteString(r.providerSection(&r.pool.Providers[i]))
	}
	if len(r.events) > 0 {
		fmt.Fprintf(b, "\n## Last events\n\n%s", r.eventTable())
	}
	return b.String()
}

func (r *report) fileLine() string {
	f := &r.file
	parts := []string{"file"}
	if f.path != "" {
		parts[0] += " " + quoted(displayPath(f.path), maxErrorText)
	}
	if f.link {
		parts[0] += " (a link)"
	}
	if f.found() {
		parts = append(parts, strconv.FormatInt(f.size, 10)+" bytes")
	}
	mode, dir := f.modes()
	if mode != "" {
		parts = append(parts, "mode `"+mode+"`")
	}
	if dir != "" {
		parts = append(parts, "in a directory `"+dir+"`")
	}
	if f.readOnly {
		parts = append(parts, "read-only for this user")
	}
	if f.found() {
		parts = append(parts, "modified "+ui.Stamp(f.modified, r.now))
	}
	if at := r.pool.UpdatedAt; !at.IsZero() {
		parts = append(parts, "by its own word written "+ui.Stamp(at, r.now))
	}
	return strings.Join(parts, ", ")
}

func (r *report) summaryLine() string {
	sum := r.pool.Summarize(r.policy, r.now)
	parts := []string{fmt.Sprintf("**%d of %d ready**", sum.Ready(), sum.Total)}
	for _, a := range poolstate.Availabilities[1:] {
		if n := sum.Count[a]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, a))
		}
	}
	out := strings.Join(parts, " · ")
	if sum.Next != nil {
		out += fmt.Sprintf("\n\nNext back is %s in %s, at %s. Every key that waits is back by %s.", quoted(fullName(sum.Next), longText),
			ui.Countdown(sum.NextAt.Sub(r.now)), ui.Stamp(sum.NextAt, r.now), ui.Stamp(sum.AllAt, r.now))
	}
	return out
}

// fullName is provider/name.
func fullName(c *poolstate.Credential) string {
	return c.Provider + "/" + ui.CredentialName(c)
}

// oddTitles say what the kinds of oddities are.
var oddTitles = map[string]string{
	oddJournal:   "journal without use",
	oddNoPool:    "no pool",
	oddFileMode:  "permissions",
	oddDirMode:   "permissions",
	oddNote:      "not understood",
	oddOutage:    "outage",
	oddDeadline:  "suspect deadline",
	oddSecret:    "same secret",
	oddToken:     "expired token",
	oddStatus:    "unknown status",
	oddFieldName: "unknown fields",
}

// maxOddities bounds how many oddities of one kind people have to read.
const maxOddities = 20

func (r *report) oddityLines() string {
	if len(r.oddities) == 0 {
		return "none found\n"
	}
	var b strings.Builder
	count := map[string]int{}
	for i := range r.oddities {
		o := &r.oddities[i]
		switch count[o.kind]++; {
		case count[o.kind] <= maxOddities:
			b.WriteString(o.line())
		case count[o.kind] == maxOddities+1:
			fmt.Fprintf(&b, "- **%s**: and more\n", oddTitles[o.kind])
		}
	}
	return b.String()
}

// line is the oddity as an item of a list: what, of whom, and what about it.
func (o *oddity) line() string {
	var parts []string
	if words := listQuoted(o.words); words != "" {
		parts = append(parts, words)
	}
	if o.provider != nil {
		parts = append(parts, quoted(o.provider.Name, longText))
	}
	var names []string
	for _, c := range o.credentials {
		names = append(names, fullName(c))
	}
	if len(names) > 0 {
		parts = append(parts, listQuoted(names))
	}
	if o.said != "" {
		parts = append(parts, o.said)
	}
	return "- **" + oddTitles[o.kind] + "**: " + strings.Join(parts, ": ") + "\n"
}

// providerSection is one provider: its credentials as a table, and below it what
// would make the table too wide.
func (r *report) providerSection(p *poolstate.Provider) string {
	sum := p.Summarize(r.policy, r.now)
	name := quoted(p.Name, shortText)
	if name == "" {
		name = "(no name)"
	}
	ready := fmt.Sprintf("%d of %d ready", sum.Ready(), sum.Total)
	if sum.Out() {
		ready = fmt.Sprintf("none of %d ready", sum.Total)
	}
	out := "\n## " + name + ": " + ready + "\n"
	if len(p.Credentials) == 0 {
		return out
	}
	t := newTable("#", "credential", "id", "source", "state", "why", "streak", "since", "back at", "in", "origin", "next failure", "reset", "token until")
	var remarks strings.Builder
	for i := range p.Credentials {
		c := &p.Credentials[i]
		t.add(r.cells(c)...)
		remarks.WriteString(r.remarks(c))
	}
	if remarks.Len() > 0 {
		return out + "\n" + t.String() + "\n" + remarks.String()
	}
	return out + "\n" + t.String()
}

// cells are the row of a credential.
func (r *report) cells(c *poolstate.Credential) []string {
	a := r.policy.Assess(c, r.now)
	cells := []string{
		strconv.Itoa(c.Index), quoted(ui.CredentialName(c), shortText), quoted(c.ID, shortText), quoted(c.Source, shortText),
		a.Availability.String(), quoted(whyNot(c), shortText), "", "", "", "", "", ui.Span(a.Next), "", "",
	}
	if r.anonymous {
		cells[2] = "" // it is the name
	}
	if n, known := c.Streak.Known(); known {
		cells[6] = strconv.Itoa(n)
	}
	if !c.StatusAt.IsZero() && (c.Status == poolstate.StatusExhausted || c.Status == poolstate.StatusDead) {
		cells[7] = ui.Stamp(c.StatusAt, r.now)
	}
	if d := a.Deadline; !d.IsZero() {
		cells[8], cells[10] = ui.Stamp(d.At, r.now), d.Origin.String()
		if d.Suspect {
			cells[10] += ", suspect"
		}
	}
	switch a.Availability {
	case poolstate.Cooling, poolstate.Held:
		cells[9] = ui.Countdown(a.Remaining)
	case poolstate.Due:
		cells[9] = "now"
	case poolstate.Dead:
		cells[9] = "re-auth"
	}
	if !c.ClearedAt.IsZero() {
		cells[12] = ui.Stamp(c.ClearedAt, r.now)
	}
	if !c.ExpiresAt.IsZero() {
		cells[13] = ui.Stamp(c.ExpiresAt, r.now)
	}
	return cells
}

// whyNot is code, reason and cause of a failure as the file spells them, to be
// searched for.
func whyNot(c *poolstate.Credential) string {
	var parts []string
	if code, coded := c.ErrorCode.Get(); coded {
		parts = append(parts, strconv.Itoa(code))
	}
	if c.Status == poolstate.StatusOther {
		parts = append(parts, c.StatusText)
	}
	for _, s := range []string{c.ErrorReason, c.FailureReason} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// remarks are what was said of a credential, and the cooldowns of its models.
func (r *report) remarks(c *poolstate.Credential) string {
	name, out := quoted(ui.CredentialName(c), shortText), ""
	if said := quoted(c.ErrorMessage, messageText); said != "" {
		out += "- " + name + ": " + said + "\n"
	}
	for _, m := range c.ModelCooldowns {
		if m.Until.After(r.now) {
			out += fmt.Sprintf("- %s: model %s is back in %s, at %s\n", name, quoted(m.Model, shortText),
				ui.Countdown(m.Until.Sub(r.now)), ui.Stamp(m.Until, r.now))
		}
	}
	return out
}

// eventTable is the events, oldest first.
func (r *report) eventTable() string {
	t := newTable("at", "credential", "event", "by", "what")
	for i := range r.events {
		e := &r.events[i]
		name := "the file"
		if !e.Kind.OfFile() {
			name = quoted(e.Provider+"/"+e.Name(), longText)
		}
		t.add(ui.Stamp(e.At, r.now), name, strings.TrimPrefix(e.Kind.String(), "file_"), e.By.String(),
			quoted(ui.EventWords(e, r.policy, r.now), longText))
	}
	return t.String()
}
