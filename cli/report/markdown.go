package report

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// Maximum widths of quoted text, in terminal cells.
const (
	shortText   = 40
	longText    = 80
	messageText = 300
	pathText    = 4096
)

// maxItems is the maximum number of findings of a kind, and of names in a list.
const maxItems = 20

// Markdown returns the report as Markdown.
func (r *Report) Markdown() string {
	b := &strings.Builder{}
	title := "# pooltop report"
	if r.several {
		title += ": " + quoted(r.Profile, shortText)
	}
	fmt.Fprintf(b, "%s\n\n- generated %s; all times are UTC\n", title, r.now.Format("2006-01-02 15:04:05"))
	fmt.Fprintf(b, "- pooltop %s on %s\n", quoted(r.Version, shortText), r.Platform)
	fmt.Fprintf(b, "- %s\n", r.fileLine())
	if r.File.Error == nil {
		fmt.Fprintf(b, "- policy **%s** (%s): %s\n", r.policy, r.policy.Source(), r.evidence)
		if r.guard != nil {
			fmt.Fprint(b, "- `pooltop guard` is running\n")
		}
		fmt.Fprintf(b, "\n## Summary\n\n%s\n", r.summary())
	} else {
		fmt.Fprintf(b, "- **the file cannot be read**: %s\n", quoted(*r.File.Error, messageText))
	}
	fmt.Fprintf(b, "\n## Findings\n\n%s", r.findingList())
	for i := range r.pool.Providers {
		b.WriteString(r.providerSection(&r.pool.Providers[i]))
	}
	if len(r.records) > 0 {
		fmt.Fprintf(b, "\n## Recent events\n\n%s", r.eventTable())
	}
	return b.String()
}

func (r *Report) fileLine() string {
	f := &r.File
	name := "file"
	if r.displayPath != "" {
		name += " " + quoted(r.displayPath, pathText)
	}
	if f.Link {
		name += " (a symlink)"
	}
	parts := []string{
		name, optional("%d bytes", f.Size), optional("mode `%s`", f.Mode), optional("directory mode `%s`", f.DirMode),
		"", r.labeled("modified ", time.Time(f.ModifiedAt)), r.labeled("updated_at ", r.pool.UpdatedAt),
	}
	if f.ReadOnly {
		parts[4] = "read-only for this user"
	}
	return joined(parts, ", ")
}

func (r *Report) summary() string {
	sum := r.pool.Summarize(r.policy, r.now)
	parts := []string{fmt.Sprintf("**%d of %d ready**", sum.Ready(), sum.Total)}
	for _, a := range poolstate.Availabilities()[1:] {
		if n := sum.Count[a]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, a))
		}
	}
	out := strings.Join(parts, " · ")
	if sum.Next != nil {
		out += fmt.Sprintf("\n\nNext ready: %s in %s, at %s. All cooling credentials ready by %s.", quoted(fullName(sum.Next), longText),
			text.Countdown(sum.NextAt.Sub(r.now)), r.stamp(sum.NextAt), r.stamp(sum.AllAt))
	}
	return out
}

func fullName(c *poolstate.Credential) string { return c.Provider + "/" + text.CredentialName(c) }

func (r *Report) findingList() string {
	if len(r.Findings) == 0 {
		return "none\n"
	}
	var b strings.Builder
	count := map[string]int{} // by kind
	for _, f := range r.Findings {
		title := kinds[f.order()][1]
		switch count[f.Kind]++; {
		case count[f.Kind] <= maxItems:
			fmt.Fprintf(&b, "- **%s**: %s\n", title, f.markdown())
		case count[f.Kind] == maxItems+1:
			fmt.Fprintf(&b, "- **%s**: further findings omitted\n", title)
		}
	}
	return b.String()
}

func (f *finding) markdown() string {
	provider := quoted(optional("%s", f.Provider), longText)
	return joined([]string{quotedList(f.Words), provider, quotedList(f.names), optional("%s", f.Text)}, ": ")
}

func (r *Report) providerSection(p *poolstate.Provider) string {
	sum := p.Summarize(r.policy, r.now)
	name := quoted(p.Name, shortText)
	if name == "" {
		name = "(no name)"
	}
	ready := strconv.Itoa(sum.Ready())
	if sum.Out() {
		ready = "none"
	}
	out := fmt.Sprintf("\n## %s: %s of %d ready\n", name, ready, sum.Total)
	if len(p.Credentials) == 0 {
		return out
	}
	rows := make([][]string, 0, len(p.Credentials))
	var remarks strings.Builder
	for i := range p.Credentials {
		rows = append(rows, r.row(&p.Credentials[i]))
		remarks.WriteString(r.remarks(&p.Credentials[i]))
	}
	out += "\n" + markdownTable([]string{
		"#", "credential", "id", "source", "state", "why", "streak", "since", "ready at", "in", "origin", "next fail", "reset", "token expires",
	}, rows)
	if remarks.Len() > 0 {
		out += "\n" + remarks.String()
	}
	return out
}

func (r *Report) row(c *poolstate.Credential) []string {
	a := r.policy.Assess(c, r.now)
	var id, streak, since, readyAt, in, origin string
	if !r.Anonymous { // in an anonymous report, the id is the name
		id = quoted(c.ID, shortText)
	}
	if n, known := c.Failures().Known(); known {
		streak = strconv.Itoa(n)
		if _, recorded := c.Streak.Known(); !recorded {
			streak += " (seen)"
		}
	}
	if c.Status == poolstate.StatusExhausted || c.Status == poolstate.StatusDead {
		since = r.stamp(c.StatusAt)
	}
	if d := a.Deadline; !d.IsZero() {
		readyAt, origin = r.stamp(d.At), d.Origin.String()
		if d.Suspect {
			origin += ", implausible"
		}
	}
	switch a.Availability {
	case poolstate.Cooling, poolstate.Held:
		in = text.Countdown(a.Remaining)
	case poolstate.Due:
		in = "now"
	case poolstate.Dead:
		in = "re-auth"
	}
	return []string{
		strconv.Itoa(c.Index), quoted(text.CredentialName(c), shortText), id, quoted(c.Source, shortText), a.Availability.String(),
		quoted(failure(c), shortText), streak, since, readyAt, in, origin, text.Span(poolstate.NextCooldown(c, r.policy, r.guard)), r.stamp(c.ClearedAt), r.stamp(c.ExpiresAt),
	}
}

// failure returns the code, reason and cause of a failure as recorded in the file.
func failure(c *poolstate.Credential) string {
	parts := []string{"", "", c.ErrorReason, ""}
	if c.Status == poolstate.StatusExhausted {
		parts[3] = c.FailureReason
	}
	if code, ok := c.ErrorCode.Get(); ok {
		parts[0] = strconv.Itoa(code)
	}
	if c.Status == poolstate.StatusOther {
		parts[1] = c.StatusText
	}
	return joined(parts, " ")
}

// joined joins the nonempty parts.
func joined(parts []string, separator string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), separator)
}

// remarks returns list items for data that does not fit in the table: the error message and
// the cooldowns of individual models.
func (r *Report) remarks(c *poolstate.Credential) string {
	name, out := quoted(text.CredentialName(c), shortText), ""
	if message := quoted(c.ErrorMessage, messageText); message != "" {
		out += fmt.Sprintf("- %s: %s\n", name, message)
	}
	for _, m := range c.ModelCooldowns {
		if m.End(r.now).After(r.now) {
			out += fmt.Sprintf("- %s: model %s ready in %s, at %s\n", name, quoted(m.Model, shortText),
				text.Countdown(m.End(r.now).Sub(r.now)), r.stamp(m.End(r.now)))
		}
	}
	return out
}

func (r *Report) eventTable() string {
	rows := make([][]string, 0, len(r.records))
	for i := range r.records {
		e := &r.records[i]
		name := "the file"
		if e.Kind.OfCredential() {
			name = quoted(e.Provider+"/"+e.Name(), longText)
		} else if !e.Kind.OfFile() {
			name = quoted(e.Label, longText) // a hook
		}
		rows = append(rows, []string{
			r.stamp(e.At), name, strings.TrimPrefix(e.Kind.String(), "file_"), e.By.String(),
			quoted(ui.EventWords(e, r.now), longText),
		})
	}
	return markdownTable([]string{"at", "credential", "event", "by", "details"}, rows)
}

// stamp formats a time. It returns "" for the zero time.
func (r *Report) stamp(at time.Time) string { return r.labeled("", at) }

func (r *Report) labeled(label string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return label + text.Stamp(at, r.now)
}

// optional formats *value. It returns "" if value is nil.
func optional[T any](format string, value *T) string {
	if value == nil {
		return ""
	}
	return fmt.Sprintf(format, *value)
}

// markdownTable renders a table whose columns also line up as plain text. It omits empty
// columns. Cells must already be escaped. (With lipgloss's tables, a report on 1,000
// credentials takes three times as long.)
func markdownTable(head []string, rows [][]string) string {
	widths, rule := make([]int, len(head)), make([]string, len(head))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], text.Width(cell))
		}
	}
	for i, w := range widths {
		if w > 0 {
			widths[i] = max(w, text.Width(head[i]))
			rule[i] = strings.Repeat("-", widths[i])
		}
	}
	var b strings.Builder
	for _, row := range slices.Concat([][]string{head, rule}, rows) {
		for i, cell := range row {
			if widths[i] > 0 {
				b.WriteString("| " + cell + strings.Repeat(" ", widths[i]-text.Width(cell)+1))
			}
		}
		b.WriteString("|\n")
	}
	return b.String()
}

// escapes replaces the characters that are special in a code span or a table cell, or
// that chat programs interpret even in a code span.
var escapes = strings.NewReplacer("`", "'", "|", "¦", "<", "‹", ">", "›")

// mention matches an @ at the beginning of a word, which would notify people in a chat. An @
// inside an address is harmless.
var mention = regexp.MustCompile(`(_|\B)@`)

// quoted returns untrusted text as a code span of at most w cells, or "" if nothing in the
// text is visible. In a code span, links and emphasis are not rendered. The text cannot end
// the span or the table cell.
func quoted(s string, w int) string {
	s = mention.ReplaceAllString(escapes.Replace(text.Clean(s, pathText)), "$1＠")
	s = strings.TrimSpace(ansi.TruncateWc(s, w, "…"))
	if s == "" {
		return ""
	}
	if strings.HasSuffix(s, `\`) {
		s += " " // a final backslash might escape the closing backtick
	}
	return "`" + s + "`"
}

// quotedList quotes the first maxItems strings and counts the others.
func quotedList(texts []string) string {
	var out []string
	for _, s := range texts[:min(len(texts), maxItems)] {
		out = append(out, quoted(s, longText))
	}
	if n := len(texts) - maxItems; n > 0 {
		out = append(out, fmt.Sprintf("%d more", n))
	}
	return joined(out, ", ")
}
