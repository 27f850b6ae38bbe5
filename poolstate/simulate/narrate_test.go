package simulate

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// facts holds the state of a simulation and its pool at a given time.
type facts struct {
	*run
	at       time.Time
	policy   poolstate.Policy
	selected string
	next     time.Time // of the next job
}

func (f *facts) down(provider string) bool {
	return slices.ContainsFunc(f.sim.scenario.Script, func(o Outage) bool {
		return o.Provider == provider && o.Only == nil && o.covers(f.at.Sub(f.sim.start))
	})
}

// out returns the providers without a ready credential.
func (f *facts) out() (names []string) {
	for _, p := range f.pool.Providers {
		if sum := p.Summarize(f.policy, f.at); sum.Out() {
			names = append(names, p.Name)
		}
	}
	return names
}

// claims lists the statements that a narration may contain. Each has a regular expression
// and a function that checks the captured words.
var claims = []struct {
	says  *regexp.Regexp
	holds func(f *facts, words []string) bool
}{
	{regexp.MustCompile(`^(\S+) is down until (\d\d:\d\d)`), func(f *facts, w []string) bool {
		return f.down(w[1]) && f.ends(w[1], w[2]) && slices.Contains(f.out(), w[1])
	}},
	{regexp.MustCompile(`^(\S+) is down; the agent notices at its next job, at (\d\d:\d\d)$`), func(f *facts, w []string) bool {
		return f.down(w[1]) && len(f.out()) == 0 && f.next.Format("15:04") == w[2]
	}},
	{regexp.MustCompile(`^(\S+) is up(?: again)?(?:, but|;) \S+(?: \S+)? keeps it out(?:: press R, or wait)? until (\d\d:\d\d)`), func(f *facts, w []string) bool {
		sum := f.pool.Provider(w[1]).Summarize(f.policy, f.at)
		return !f.down(w[1]) && slices.Contains(f.out(), w[1]) && sum.NextAt.Format("15:04") == w[2] &&
			strings.Contains(w[0], "press R, or wait") == (w[1] == f.selected)
	}},
	{regexp.MustCompile(`^(\S+) is up, but out; the next job tries it at (\d\d:\d\d)`), func(f *facts, w []string) bool {
		sum := f.pool.Provider(w[1]).Summarize(f.policy, f.at)
		return !f.down(w[1]) && sum.Ready() == 0 && sum.Count[poolstate.Due] > 0 && f.next.Format("15:04") == w[2]
	}},
	{regexp.MustCompile(`^(\S+) is refusing (\d) of its (\d) credentials; (none|\d of \d) ready`), func(f *facts, w []string) bool {
		p, refused := f.pool.Provider(w[1]), 0
		for _, c := range p.Credentials {
			if f.sim.Providers().Ask(&c, f.at) != nil {
				refused++
			}
		}
		sum := p.Summarize(f.policy, f.at)
		ready := fmt.Sprintf("%d of %d", sum.Ready(), len(p.Credentials))
		if sum.Ready() == 0 {
			ready = "none"
		}
		return strconv.Itoa(refused) == w[2] && strconv.Itoa(len(p.Credentials)) == w[3] && ready == w[4]
	}},
	{regexp.MustCompile(`^every provider is up|^both are (?:up|back)(?:;| ·)`), func(f *facts, _ []string) bool {
		return len(f.out()) == 0 && !slices.ContainsFunc(f.sim.scenario.Script, func(o Outage) bool { return o.covers(f.at.Sub(f.sim.start)) })
	}},
	{regexp.MustCompile(`, but (\S+) is cooling until (\d\d:\d\d)$`), func(f *facts, w []string) bool {
		return f.some(func(c *poolstate.Credential, a poolstate.Assessment) bool {
			return c.Label == w[1] && a.Availability == poolstate.Cooling && a.Deadline.At.Format("15:04") == w[2]
		})
	}},
	{regexp.MustCompile(`^started over`), func(f *facts, _ []string) bool { return f.sim.again && len(f.out()) == 0 }},
	{regexp.MustCompile(`(\S+) (?:goes down|starts refusing a credential) at (\d\d:\d\d)$`), func(f *facts, w []string) bool { return f.begins(w[1], w[2]) }},
	{regexp.MustCompile(`restart at (\d\d:\d\d) ·|starts over at (\d\d:\d\d)$`), func(f *facts, w []string) bool { return f.sim.End().Format("15:04") == w[1]+w[2] }},
	{regexp.MustCompile(`^both are down until`), func(f *facts, _ []string) bool { return f.down(guarded) && f.down(unguarded) }},
	{regexp.MustCompile(`^both are up, (?:but still out|(\S+) is still out)`), func(f *facts, w []string) bool {
		return !f.down(guarded) && !f.down(unguarded) && (len(f.out()) == 2 && w[1] == "" || len(f.out()) == 1 && w[1] == f.out()[0])
	}},
	{regexp.MustCompile(`· failed requests: stock (\d+), guarded (\d+)$`), func(f *facts, w []string) bool {
		return w[1] == strconv.Itoa(f.sim.Failed(unguarded)) && w[2] == strconv.Itoa(f.sim.Failed(guarded))
	}},
	{regexp.MustCompile(`; (\d) more (?:is|are) out$`), func(f *facts, w []string) bool { return strconv.Itoa(len(f.out())-1) == w[1] }},
	{regexp.MustCompile(`; the next job tries again`), func(f *facts, _ []string) bool {
		return f.some(func(_ *poolstate.Credential, a poolstate.Assessment) bool { return a.Availability == poolstate.Due })
	}},
	{regexp.MustCompile(`\. (\d)\w\w failure: (\d+h|\d+m)(, the maximum)?`), func(f *facts, w []string) bool {
		n, _ := strconv.Atoi(w[1])
		return f.some(func(c *poolstate.Credential, a poolstate.Assessment) bool {
			return c.Failures().Count() == n && strings.HasPrefix(a.Cooldown.String(), w[2]) && (w[3] != "") == (a.Multiplier == 8)
		})
	}},
}

// some reports whether any credential of the pool satisfies a predicate.
func (f *facts) some(is func(c *poolstate.Credential, a poolstate.Assessment) bool) bool {
	for c := range f.pool.All() {
		if is(c, f.policy.Assess(c, f.at)) {
			return true
		}
	}
	return false
}

func (f *facts) begins(provider, clock string) bool {
	return slices.ContainsFunc(f.sim.scenario.Script, func(o Outage) bool {
		return o.Provider == provider && f.sim.start.Add(o.From).Format("15:04") == clock
	})
}

func (f *facts) ends(provider, clock string) bool {
	return slices.ContainsFunc(f.sim.scenario.Script, func(o Outage) bool {
		return o.Provider == provider && f.sim.start.Add(o.To).Format("15:04") == clock
	})
}

// check checks that a narration is true and mentions a provider that is out.
func (f *facts) check(t *testing.T, text string) {
	t.Helper()
	main, mentioned := 0, false
	for _, c := range claims {
		words := c.says.FindStringSubmatch(text)
		if words == nil {
			continue
		}
		if strings.HasPrefix(c.says.String(), "^") {
			main++
		}
		mentioned = mentioned || len(words) > 1 && slices.Contains(f.out(), words[1]) || strings.HasPrefix(text, "both")
		if !c.holds(f, words) {
			t.Errorf("%s at %v: %q is wrong, %v are out", f.sim.scenario.Name, f.at.Sub(f.sim.start), text, f.out())
		}
	}
	switch {
	case main != 1:
		t.Errorf("%s at %v: %q makes %d main claims", f.sim.scenario.Name, f.at.Sub(f.sim.start), text, main)
	case len(f.out()) > 0 && !mentioned:
		t.Errorf("%s at %v: %q does not say that %v are out", f.sim.scenario.Name, f.at.Sub(f.sim.start), text, f.out())
	case len([]rune(text)) > 78:
		t.Errorf("%q is too long", text)
	}
}

// The narration agrees with the pool and the script in every scenario at all times, even
// after the user has reset the pool or the scenario has started over.
func TestNarrate(t *testing.T) {
	for _, scenario := range Scenarios() {
		for _, reset := range []time.Duration{0, 3 * time.Hour, 12 * time.Hour} {
			for seed := range uint64(2) {
				s := play(t, scenario.Name, seed)
				for range 2 {
					for at := s.sim.start; s.sim.End().IsZero() || at.Before(s.sim.End()); at = at.Add(4 * time.Minute) {
						for !s.sim.NextTurn().After(at) {
							s.turn()
						}
						if reset > 0 && at.Equal(s.sim.start.Add(reset)) {
							s.reset(at)
						}
						for _, selected := range []string{"anthropic", "nous"} {
							f := &facts{s, at, scenario.policy(), selected, s.sim.NextTurn()}
							f.check(t, s.sim.Narrate(View{s.pool, f.policy, at, selected, "R", 78}))
						}
					}
					s.sim = s.sim.Restart(s.sim.End())
					s.pool = decoded(t, file(t, s.sim))
				}
			}
		}
	}
}

// reset ends all cooldowns, as a user may.
func (s *run) reset(at time.Time) {
	for c := range s.pool.All() {
		if c.Status == poolstate.StatusExhausted {
			*c = poolstate.CooledDown(*c, poolstate.Flat(), at.Add(48*time.Hour)).After(*c)
		}
	}
}

func TestNarrate_Story(t *testing.T) {
	s := play(t, "outage", 1)
	for _, want := range []struct {
		after time.Duration
		text  string
	}{
		{0, "every provider is up; anthropic goes down at 09:40"},
		{time.Hour, "anthropic is down until 20:00. 1st failure: 1h"},
		{4 * time.Hour, "anthropic is down until 20:00. 2nd failure: 2h"},
		{5 * time.Hour, "anthropic is down until 20:00. 3rd failure: 4h"},
		{9 * time.Hour, "anthropic is down until 20:00. 4th failure: 8h, the maximum"},
		{12 * time.Hour, "anthropic is up again, but backoff keeps it out: press R, or wait until 01:19"},
		{18 * time.Hour, "every provider is up again; the scenario starts over at 03:34"},
	} {
		s.until(want.after)
		v := View{s.pool, poolstate.Backoff(), start.Add(want.after), "anthropic", "R", 78}
		equal(t, fmt.Sprint("the narration after ", want.after), s.sim.Narrate(v), want.text)
		v.ResetKey = ""
		equal(t, "mentions a key without a ResetKey", strings.Contains(s.sim.Narrate(v), "press"), false)
	}
	narrow := play(t, "outage", 1)
	narrow.until(12 * time.Hour)
	s.sim = s.sim.Restart(s.sim.End())
	equal(t, "the narration after the restart", s.sim.Narrate(View{decoded(t, file(t, s.sim)), poolstate.Backoff(), s.sim.Start(), "", "", 78}),
		"started over, clock set to Wed 09:00: anthropic goes down at 09:40")
	for room, want := range map[int]string{
		75: "anthropic is up, but backoff keeps it out: press R, or wait until 01:19",
		70: "anthropic is up; backoff keeps it out: press R, or wait until 01:19",
		60: "anthropic is up, but backoff keeps it out until 01:19",
		48: "anthropic is up, but out until 01:19",
	} {
		equal(t, fmt.Sprint("the narration in ", room), narrow.sim.Narrate(View{narrow.pool, poolstate.Backoff(), start.Add(12 * time.Hour), "anthropic", "R", room}), want)
	}
	equal(t, "the narration without a pool", s.sim.Narrate(View{}), "")
}

func TestNarrate_Failed(t *testing.T) {
	s := play(t, "night", 1)
	s.sim.failed = map[string]int{unguarded: 24, guarded: 16}
	equal(t, "the narration", s.sim.Narrate(View{Pool: s.pool, At: start, Room: 78}), "both are up · failed requests: stock 24, guarded 16")
}
