package ui

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pooltop/poolstate"
)

// A memo changes nothing of what is drawn: at every instant, and from whatever
// was drawn before, every scene looks as it does without.
func TestAMemoChangesNothing(t *testing.T) {
	for _, sc := range scenes(t) {
		t.Run(sc.name, func(t *testing.T) {
			memo := &Memo{}
			check := func(s *Screen) {
				t.Helper()
				fresh, kept := *s, *s
				fresh.Memo, kept.Memo = nil, memo
				equal(t, "screen", Render(&kept), Render(&fresh))
			}
			for _, size := range [][2]int{{120, 36}, {60, 20}} {
				s := sc.screen.sizedAt(size[0], size[1])
				for _, after := range []time.Duration{0, time.Second, 700 * time.Millisecond, time.Minute, time.Hour, -2 * time.Hour, 30 * time.Hour} {
					s.Now = s.Now.Add(after)
					check(s)
				}
				s.Clock, s.Coarse = true, true
				check(s)
				s.Theme = plainTheme
				check(s)
				s.Policy = poolstate.Flat
				check(s)
				if list := credentials(s); len(list) > 1 {
					s.Selected, s.Marked = &list[1].Ref, map[poolstate.Ref]bool{list[0].Ref: true}
					check(s)
				}
			}
		})
	}
}

// A row that looks as it did before costs nothing to draw again, and a beat costs
// the same however many credentials there are.
func TestABeatCostsWhatIsVisible(t *testing.T) {
	var beats []float64
	for _, n := range []int{100, 10_000} {
		s := screenOf(bigPool(t, n)).choose(t, "key-1-4").sizedAt(120, 36)
		s.Memo = &Memo{}
		Render(s)
		beats = append(beats, testing.AllocsPerRun(50, func() {
			s.Now = s.Now.Add(time.Second)
			Render(s)
		}))
		tab := newTable(s, s.Theme)
		var ready *poolstate.Credential
		for c := range s.Pool.All() {
			if s.Policy.Availability(c, s.Now) == poolstate.Ready {
				ready = c
				break
			}
		}
		tab.credential(ready)
		equal(t, fmt.Sprint("allocations for a row of ", n), testing.AllocsPerRun(50, func() {
			tab.now = tab.now.Add(time.Second)
			tab.credential(ready)
		}), 0)
	}
	if beats[1] > beats[0]*1.2 {
		t.Errorf("a beat allocates %v times with 100 credentials and %v times with 10,000", beats[0], beats[1])
	}
}

// A screen changes no sooner than its pace says.
func TestThePaceIsKept(t *testing.T) {
	for _, sc := range scenes(t) {
		s := sc.screen.sizedAt(120, 36)
		s.Pace = PaceOf(s)
		if s.Pace != time.Minute || s.Pane == PaneForecast || s.Paused {
			continue // the chart moves, and a picture that stands has no time
		}
		before := Render(s)
		s.Now = s.Now.Add(59 * time.Second)
		if got := Render(s); got != before {
			t.Errorf("%s changes within the minute: %s", sc.name, firstDifference(plain(got), plain(before)))
		}
	}
}

// The selected credential is found where it stands, wherever it stood before.
func TestTheSelectedIsFoundWhereverItGoes(t *testing.T) {
	s := screenOf(bigPool(t, 60)).choose(t, "key-1-4")
	s.Memo = &Memo{}
	check := func(what string) {
		t.Helper()
		fresh := *s
		fresh.Memo = nil
		at, found := s.locate()
		want, there := fresh.locate()
		equal(t, what+": found", found, there)
		if found {
			equal(t, what+": where", at, want)
			equal(t, what+": who", s.Groups[at.group].Credentials[at.item].Ref, *s.Selected)
		}
	}
	check("at first")
	check("again")
	slices.Reverse(s.Groups)
	check("providers the other way round")
	for g := range s.Groups {
		slices.Reverse(s.Groups[g].Credentials)
	}
	check("credentials too")
	check("and again")
	s.Selected = &s.Groups[0].Credentials[0].Ref
	check("another one")
	s.Groups[0].Credentials = nil
	check("folded away")
	s.Groups = nil
	check("nothing listed")
}
