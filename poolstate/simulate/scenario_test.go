package simulate

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

func TestFind(t *testing.T) {
	for _, s := range Scenarios() {
		found, err := Find(s.Name)
		if err != nil || found.Name != s.Name || found.About == "" {
			t.Errorf("%q is %+v, %v", s.Name, found.Name, err)
		}
	}
	_, err := Find("drought")
	if err == nil {
		t.Fatal("there is a drought")
	}
	for _, s := range append([]string{`"drought"`}, "outage", "blackout", "billing") {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("the error does not say %s: %v", s, err)
		}
	}
	equal(t, "the default", Scenarios()[0].Name, "outage")
}

// The file of each story is one that an agent could have written: it can be
// read, its ids are unique, and it is the same each time.
func TestTheFileAtTheStart(t *testing.T) {
	for _, s := range Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			content := file(t, New(s, start, 1))
			if !bytes.Equal(content, file(t, New(s, start, 99))) {
				t.Error("it depends on the seed")
			}
			p := decoded(t, content)
			equal(t, "the credentials", p.Len(), len(s.Pool))
			ids, labels := map[string]bool{}, map[string]bool{}
			for c := range p.All() {
				if ids[c.ID] || labels[c.Label] || !regexp.MustCompile(`^[0-9a-f]{6}$`).MatchString(c.ID) {
					t.Errorf("the id %q or the label %q is no good", c.ID, c.Label)
				}
				ids[c.ID], labels[c.Label] = true, true
				if c.Shares != nil {
					t.Errorf("%s shares its token", c.Ref)
				}
			}
			for _, prov := range p.Providers {
				equal(t, "the notes on "+prov.Name, len(prov.Notes), 0)
			}
			equal(t, "the policy", poolstate.PolicyAuto.Resolve(p, poolstate.NoEvidence), poolstate.Backoff)
		})
	}
}

// The files are in the form of the agent: two blanks, a newline at the end,
// updated_at with microseconds.
func TestTheFormOfTheFile(t *testing.T) {
	text := string(file(t, New(scenario(t, "outage"), start, 1)))
	for _, want := range []string{"{\n  \"version\": 1,\n", `"updated_at": "2026-01-05T09:00:00.000000+00:00"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in it", want)
		}
	}
	if !strings.HasSuffix(text, "}\n") {
		t.Error("it does not end in a newline")
	}
}

// At the start all is ready but one credential that is dead and one that an
// operator holds.
func TestThePoolAtTheStart(t *testing.T) {
	p := decoded(t, file(t, New(scenario(t, "outage"), start, 1)))
	sum := p.Summarize(poolstate.Backoff, start)
	equal(t, "ready", sum.Ready(), sum.Total-2)
	equal(t, "dead", sum.Count[poolstate.Dead], 1)
	equal(t, "held", sum.Count[poolstate.Held], 1)
	held := p.Find(poolstate.Ref{Provider: "openrouter", ID: "f61c33"})
	deadline := poolstate.Backoff.Deadline(held, start)
	equal(t, "the deadline of the hold", deadline.At, start.Add(5*time.Hour))
	equal(t, "its origin", deadline.Origin, poolstate.OriginOperator)
	for c := range p.All() {
		if expires := c.AuthType == "oauth"; expires == c.ExpiresAt.IsZero() || expires && c.ExpiresAt != start.Add(tokenLasts) {
			t.Errorf("the token of %s, %s, expires %v", c.Ref, c.AuthType, c.ExpiresAt)
		}
	}
}

// A script only tells of what there is: its providers and ids are in the pool,
// and its spells end after they begin.
func TestTheScripts(t *testing.T) {
	for _, s := range Scenarios() {
		there := map[string]bool{}
		for _, c := range s.Pool {
			there[c.Provider], there[c.Provider+"/"+c.ID] = true, true
		}
		for _, spell := range s.Script {
			if !there[spell.Provider] || spell.To <= spell.From || spell.From < 0 {
				t.Errorf("%s: a spell of %q from %v to %v", s.Name, spell.Provider, spell.From, spell.To)
			}
			for _, id := range spell.Only {
				if !there[spell.Provider+"/"+id] {
					t.Errorf("%s: no %s/%s in the pool", s.Name, spell.Provider, id)
				}
			}
			if spell.Failure.Code == 0 || spell.Failure.Reason == "" || !spell.Failure.ResetAt.IsZero() {
				t.Errorf("%s: a spell fails with %+v", s.Name, spell.Failure)
			}
		}
	}
}

// A clock at a rate, and back: so much real time until an instant of it.
func TestClock(t *testing.T) {
	for _, c := range []struct {
		rate    float64
		elapsed time.Duration
		told    time.Duration
	}{
		{1, 0, 0},
		{1, time.Second, time.Second},
		{600, time.Second, 10 * time.Minute},
		{600, 100 * time.Millisecond, time.Minute},
		{60000, time.Millisecond, time.Minute},
		{0.5, 2 * time.Second, time.Second},
		{600, 90 * time.Second, 15 * time.Hour},
	} {
		clock := Clock{Start: start, Rate: c.rate}
		equal(t, "what it shows", clock.At(c.elapsed), start.Add(c.told))
		equal(t, "the time until then", clock.Until(start.Add(c.told)), c.elapsed)
	}
}

func TestClockAtAndUntilAreInverse(t *testing.T) {
	for _, rate := range []float64{1, 2.5, 60, 600, 59999.9, 60000} {
		clock := Clock{Start: start, Rate: rate}
		for _, elapsed := range []time.Duration{0, 1, time.Microsecond, 1234567, time.Second, 17 * time.Minute, 9 * time.Hour} {
			if off := clock.Until(clock.At(elapsed)) - elapsed; off.Abs() > time.Microsecond {
				t.Errorf("at ×%g, %v comes back %v off", rate, elapsed, off)
			}
		}
		equal(t, "the start", clock.Until(start), 0)
		equal(t, "before the start", clock.Until(start.Add(-time.Hour)) < 0, true)
	}
}
