package ui

import (
	"slices"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// drawnTargets draws a screen and returns its targets.
func drawnTargets(s *Screen) *Targets {
	noted := *s
	noted.Targets = &Targets{}
	Render(&noted)
	return noted.Targets
}

// TestTargets checks in every scene that each target covers its text, and that no
// target is missing.
func TestTargets(t *testing.T) {
	for _, sc := range scenes(t) {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range [][2]int{{160, 50}, {120, 36}, {80, 24}, {60, 20}, {40, 12}, {18, 4}} {
				s := sc.screen.sizedAt(size[0], size[1])
				lines := strings.Split(Render(s), "\n")
				words, count := map[TargetKind]string{}, map[TargetKind]int{}
				for _, spot := range drawnTargets(s).spots {
					line := cells(lines[spot.y])
					in := between(line, spot.From, spot.To)
					words[spot.Kind] += " " + in
					count[spot.Kind]++
					if problem := targetProblem(s, &spot.Target, in); problem != "" {
						t.Fatalf("at %d×%d, %+v is %q: %s", size[0], size[1], spot, in, problem)
					}
				}
				if s.Pane == PaneTable && len(s.Groups) > 0 && Legible(s.Width, s.Height) {
					allTargets(t, s, words, count)
				}
			}
		})
	}
}

// allTargets checks that no target of a table is missing.
func allTargets(t *testing.T, s *Screen, words map[TargetKind]string, count map[TargetKind]int) {
	t.Helper()
	sorted := func(s string) string {
		all := strings.Fields(plain(s))
		slices.Sort(all)
		return strings.Join(all, " ")
	}
	plan := s.plan()
	if plan.footer && s.place(plan) == "" {
		equal(t, "keys", sorted(words[TargetKey]), sorted(s.footer("")))
	}
	if plan.columns {
		equal(t, "titles", sorted(words[TargetTitle]), sorted(newTable(s).header()))
		if _, rows := rowsOn(Render(s)); s.Answer == nil { // an answer begins with a state symbol
			equal(t, "rows", count[TargetCredential], len(rows))
		}
	}
	if s.Dialog != nil && s.Dialog.Choice != nil && plan.detail > 2 {
		equal(t, "answers", count[TargetNo]+count[TargetYes], 2)
	}
}

// targetProblem describes how a target differs from the text in its cells. It returns
// "" if they match.
func targetProblem(s *Screen, target *Target, words string) string {
	begins := strings.TrimLeft(words, "▌›✓ ")
	want := ""
	switch target.Kind {
	case TargetCredential:
		c := s.Pool.Find(target.Credential)
		name := text.Fit(text.CredentialName(c), newTable(s).cols.at[columnName].width()/2)
		if !strings.Contains(words, strings.TrimSpace(strings.TrimSuffix(name, text.Ellipsis))) {
			return "no " + name
		}
		if want = theme.StateGlyph(s.Policy.Availability(c, s.Now)); modelsCooling(c, s.Now) > 0 && want == theme.StateGlyph(poolstate.Ready) {
			want = theme.GlyphPartly
		}
	case TargetHeading:
		want = strings.TrimSuffix(strings.TrimSpace(text.Fit(text.Clean(target.Group, text.RowLimit), 8)), text.Ellipsis)
	case TargetTitle:
		for title, order := range map[string]filter.Order{
			"CREDENTIAL": filter.OrderPool, "NAME": filter.OrderPool, "PROFILE": filter.OrderPool, "PROVIDER": filter.OrderPool, "STATE": filter.OrderState, "WHY": filter.OrderWorst, "STREAK": filter.OrderStreak,
			"BACK": filter.OrderDeadline, "AT": filter.OrderDeadline, "IN": filter.OrderDeadline, "COOLDOWN": filter.OrderDeadline,
			"now": filter.OrderDeadline, "TIMELINE": filter.OrderDeadline, "NEXT FAIL": filter.OrderStreak,
		} {
			if strings.HasPrefix(words, title) && order == target.Order {
				return ""
			}
		}
		return "wrong order for the title"
	case TargetKey:
		keys := ""
		for _, b := range s.Short {
			keys += b.Keys()[0] + " "
		}
		if !strings.Contains(keys, target.Key+" ") || !strings.HasPrefix(KeyWord(target.Key), words[:1]) {
			return "wrong key"
		}
	case TargetNo:
		want = "no"
	case TargetYes:
		want = "yes"
	}
	if !strings.HasPrefix(begins, want) {
		return "no " + want
	}
	return ""
}

// TestTargets_At checks the targets at several cells of a screen.
func TestTargets_At(t *testing.T) {
	s := backoffScreen(t)
	s.Short = []key.Binding{key.NewBinding(key.WithKeys("up", "down"), key.WithHelp("↑↓", "move")), binding("d", "detail")}
	s = s.sizedAt(120, 36)
	for _, c := range []struct {
		name string
		x, y int
		want Target
	}{
		{"the title line", 5, 0, Target{}},
		{"right of the text of a title", 33, 5, Target{Kind: TargetTitle, Order: filter.OrderState, From: 25, To: 35}},
		{"a heading", 70, 6, Target{Kind: TargetHeading, Group: "anthropic", To: 120}},
		{"a row", 119, 8, Target{Kind: TargetCredential, Credential: *s.Selected, To: 120}},
		{"between groups", 10, 10, Target{}},
		{"the first arrow", 2, 35, Target{Kind: TargetKey, Key: "up", From: 2, To: 3}},
		{"the second arrow", 3, 35, Target{Kind: TargetKey, Key: "down", From: 3, To: 9}},
		{"between keys", 10, 35, Target{}},
		{"description of a key", 19, 35, Target{Kind: TargetKey, Key: "d", From: 12, To: 20}},
	} {
		equal(t, c.name, drawnTargets(s).At(c.x, c.y), c.want)
	}
}

// TestTargets_StickyHeading checks the target of a heading that replaces the first line, and
// the target below it.
func TestTargets_StickyHeading(t *testing.T) {
	heading := drawnTargets(longListScene(t).sizedAt(120, 20)).spots[len(Columns())+2:]
	equal(t, "the heading", heading[0].Group, "provider-1")
	equal(t, "below it", heading[1].Kind, TargetCredential)
}
