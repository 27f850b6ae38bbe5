package simulate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pooltop/poolstate"
)

// View holds the state of a simulation as displayed.
type View struct {
	Pool   *poolstate.Pool // nil before the first snapshot
	Policy poolstate.Policy
	At     time.Time
	// Selected is the provider that ResetKey would reset. ResetKey is "" if there is no
	// such key.
	Selected, ResetKey string
	// Room is the maximum length of the line in characters.
	Room int
}

// Narrate describes the situation in one line. It takes the state of providers from the
// script and the state of credentials from the pool.
func (s Simulation) Narrate(v View) string {
	if v.Pool == nil || v.Pool.Len() == 0 {
		return ""
	}
	n := narrator{s, v}
	if s.scenario.Guarded != "" {
		return n.comparison()
	}
	out := n.out()
	switch outage := n.currentOutage(); {
	case len(out) > 0:
		text := n.whyOut(out[0])
		if more := len(out) - 1; more == 1 {
			text = n.extend(text, "; 1 more is out")
		} else if more > 1 {
			text = n.extend(text, fmt.Sprintf("; %d more are out", more))
		}
		return text
	case outage != nil && outage.Only == nil:
		return n.extend(outage.Provider+" is down", "; the agent notices at its next job, at "+n.clock(s.next))
	case outage != nil:
		p := v.Pool.Provider(outage.Provider)
		if p == nil {
			return outage.Provider + " is refusing credentials that are no longer in the pool"
		}
		sum := p.Summarize(v.Policy, v.At)
		return n.extend(fmt.Sprintf("%s is refusing %s", p.Name, n.refused(p)), fmt.Sprintf("; %d of %d ready", sum.Ready(), sum.Total))
	}
	return n.whenUp()
}

type narrator struct {
	Simulation
	View
}

// out returns the providers without a ready credential, in the order of their first outages
// in the script.
func (n *narrator) out() []*poolstate.Provider {
	var out []*poolstate.Provider
	for i := range n.Pool.Providers {
		if sum := n.Pool.Providers[i].Summarize(n.Policy, n.At); sum.Out() {
			out = append(out, &n.Pool.Providers[i])
		}
	}
	place := func(p *poolstate.Provider) int {
		if i := slices.IndexFunc(n.scenario.Script, func(o Outage) bool { return o.Provider == p.Name }); i >= 0 {
			return i
		}
		return len(n.scenario.Script)
	}
	slices.SortStableFunc(out, func(a, b *poolstate.Provider) int { return place(a) - place(b) })
	return out
}

// currentOutage returns the first current outage of a whole provider or, if there is none,
// of individual credentials. It returns nil if there is no current outage.
func (n *narrator) currentOutage() *Outage {
	var partial *Outage
	for i := range n.scenario.Script {
		switch o := &n.scenario.Script[i]; {
		case !o.covers(n.At.Sub(n.start)):
		case o.Only == nil:
			return o
		case partial == nil:
			partial = o
		}
	}
	return partial
}

// whyOut describes why a provider is out, and until when.
func (n *narrator) whyOut(p *poolstate.Provider) string {
	for _, o := range n.scenario.Script {
		if o.Provider == p.Name && o.Only == nil && o.covers(n.At.Sub(n.start)) {
			return n.extend(fmt.Sprintf("%s is down until %s", p.Name, n.clock(n.start.Add(o.To))), n.lastFailure(p))
		}
	}
	if refused := n.refused(p); refused != "" {
		return n.extend(fmt.Sprintf("%s is refusing %s; none ready", p.Name, refused), n.lastFailure(p))
	}
	sum := p.Summarize(n.Policy, n.At)
	switch {
	case sum.Count[poolstate.Due] > 0:
		return n.extend(p.Name+" is up, but out", "; the next job tries it at "+n.clock(n.next))
	case sum.Next == nil:
		return p.Name + " is out until someone logs in again"
	}
	reason := map[poolstate.Origin]string{
		poolstate.OriginProvider: "its limit", poolstate.OriginOperator: "a hold", poolstate.OriginGuard: "guard",
	}[n.Policy.Deadline(sum.Next, n.At).Origin]
	switch {
	case reason == "" && n.Policy.Climbs():
		reason = "backoff"
	case reason == "":
		reason = "a cooldown"
	}
	why, back := fmt.Sprintf("but %s keeps it out", reason), n.clock(sum.NextAt)
	full := why + " until " + back
	switch {
	case n.ResetKey == "":
	case n.Selected == p.Name:
		full = fmt.Sprintf("%s: press %s, or wait until %s", why, n.ResetKey, back)
	default:
		full += fmt.Sprintf("; select it, press %s", n.ResetKey)
	}
	texts := []string{
		" is up again, " + full, " is up, " + full, " is up; " + strings.TrimPrefix(full, "but "),
		" is up, " + why + " until " + back, " is up, but out until " + back,
	}
	if !n.wasDown(p.Name) {
		texts = texts[1:]
	}
	for _, text := range texts {
		if len(p.Name+text) <= n.Room {
			return p.Name + text
		}
	}
	return p.Name + " is up, but out"
}

// wasDown reports whether an outage of a provider has ended.
func (n *narrator) wasDown(provider string) bool {
	return slices.ContainsFunc(n.scenario.Script, func(o Outage) bool {
		return o.Provider == provider && o.To <= n.At.Sub(n.start)
	})
}

// lastFailure returns a clause about the next job if any credential is due. Otherwise it
// describes the cooling credential with the most failures.
func (n *narrator) lastFailure(p *poolstate.Provider) string {
	var worst *poolstate.Credential
	due := false
	for i := range p.Credentials {
		c := &p.Credentials[i]
		switch n.Policy.Availability(c, n.At) {
		case poolstate.Due:
			due = true
		case poolstate.Cooling:
			if worst == nil || c.Failures().Count() > worst.Failures().Count() {
				worst = c
			}
		}
	}
	switch {
	case due:
		return "; the next job tries again"
	case worst == nil:
		return ""
	}
	count, a := worst.Failures().Count(), n.Policy.Assess(worst, n.At)
	text := ". Cooldown: " + span(a.Cooldown)
	if count > 0 {
		text = fmt.Sprintf(". %s failure: %s", ordinal(count), span(a.Cooldown))
	}
	if a.Deadline.Origin == poolstate.OriginComputed && n.Policy.Climbs() && count > 1 && n.Policy.Multiplier(count) == n.Policy.Multiplier(count+1) {
		text += ", the maximum"
	}
	return text
}

// refused describes how many credentials the provider refuses now. It returns "" if there are
// none.
func (n *narrator) refused(p *poolstate.Provider) string {
	refused := 0
	for i := range p.Credentials {
		if n.Providers().Ask(&p.Credentials[i], n.At) != nil {
			refused++
		}
	}
	if refused == 0 {
		return ""
	}
	return fmt.Sprintf("%d of its %d credentials", refused, len(p.Credentials))
}

// whenUp describes the time between outages, when no provider is out.
func (n *narrator) whenUp() string {
	for c := range n.Pool.All() {
		if n.Policy.Availability(c, n.At) == poolstate.Cooling {
			return n.extend("every provider is up", ", but "+c.Label+" is cooling until "+n.clock(n.Policy.Deadline(c, n.At).At))
		}
	}
	if end := n.End(); !end.IsZero() {
		return n.extend("every provider is up again", "; the scenario starts over at "+n.clock(end))
	}
	for _, o := range n.scenario.Script {
		if from := n.start.Add(o.From); from.After(n.At) {
			verb := "goes down"
			if o.Only != nil {
				verb = "starts refusing a credential"
			}
			next := fmt.Sprintf("%s %s at %s", o.Provider, verb, n.clock(from))
			if n.again {
				return n.extend("started over, clock set to "+n.start.Format("Mon 15:04"), ": "+next)
			}
			return n.extend("every provider is up", "; "+next)
		}
	}
	return "every provider is up again"
}

// comparison compares the failed requests of the guarded and the unguarded provider.
func (n *narrator) comparison() string {
	count := fmt.Sprintf("failed requests: %s %d, %s %d", unguarded, n.Failed(unguarded), guarded, n.Failed(guarded))
	out := n.out()
	state := "both are up"
	switch outage := n.currentOutage(); {
	case outage != nil:
		state = "both are down until " + n.clock(n.start.Add(outage.To))
	case len(out) == 1:
		state = fmt.Sprintf("both are up, %s is still out", out[0].Name)
	case len(out) > 1:
		state = "both are up, but still out"
	case !n.End().IsZero():
		state = "both are back; restart at " + n.clock(n.End())
	case n.again && n.At.Before(n.start.Add(n.scenario.Script[0].From)):
		state = "started over at " + n.start.Format("Mon 15:04")
	}
	if text := state + " · " + count; len([]rune(text)) <= n.Room {
		return text
	}
	return strings.Replace(count, "failed requests", "failed", 1)
}

// clock formats a time. It includes the day if the time is a day or more ahead.
func (n *narrator) clock(t time.Time) string {
	if t.Sub(n.At) >= 24*time.Hour {
		return t.Format("Mon 15:04")
	}
	return t.Format("15:04")
}

// extend appends a clause if there is room.
func (n *narrator) extend(text, clause string) string {
	if len(text)+len(clause) > n.Room {
		return text
	}
	return text + clause
}

func span(d time.Duration) string { return poolstate.FormatDuration(d.Round(time.Minute)) }

func ordinal(n int) string {
	if n < 4 {
		return [...]string{"0th", "1st", "2nd", "3rd"}[n]
	}
	return fmt.Sprintf("%dth", n)
}
