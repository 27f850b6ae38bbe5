package ui

import (
	"slices"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"

	"pooltop/ui/filter"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// TestTargets_MatchTheScreen visits every cell of every scene: its target is
// what is drawn there, and nothing drawn is missing.
func TestTargets_MatchTheScreen(t *testing.T) {
	for _, sc := range scenes(t) {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range [][2]int{{160, 50}, {120, 36}, {80, 24}, {60, 20}, {40, 12}, {18, 4}} {
				h := hits{t: t, s: sc.screen.sizedAt(size[0], size[1])}
				h.s.Short = append(h.s.Short, binding("ctrl+x", "last"))
				h.lines = strings.Split(plain(Render(h.s)), "\n")
				h.check()
			}
		})
	}
}

// drawnTargets draws a screen and returns what can be clicked on it.
func drawnTargets(s *Screen) *Targets {
	noted := *s
	noted.Targets = &Targets{}
	Render(&noted)
	return noted.Targets
}

// hits compares a drawn screen with its targets.
type hits struct {
	t     *testing.T
	s     *Screen
	lines []string
	count map[TargetKind]map[string]bool
}

func (h *hits) check() {
	h.t.Helper()
	noted := drawnTargets(h.s)
	h.count = map[TargetKind]map[string]bool{}
	for y, text := range h.lines {
		line := cells(text)
		for x := range h.s.Width {
			target := noted.At(x, y)
			if target.Kind != TargetNothing && (x < target.From || x >= target.To) {
				h.t.Errorf("%d,%d is not in %+v", x, y, target)
			}
			if problem := h.problem(target, line, x, y); problem != "" {
				h.t.Fatalf("at %d×%d, %d,%d hits %+v: %s in %q", h.s.Width, h.s.Height, x, y, target, problem, text)
			}
		}
	}
	equal(h.t, "below the screen", noted.At(1, h.s.Height), Target{})
	equal(h.t, "left of it", noted.At(-1, h.s.Height-1), Target{})
	h.complete()
}

// saw counts a target by its words.
func (h *hits) saw(kind TargetKind, words string) {
	if h.count[kind] == nil {
		h.count[kind] = map[string]bool{}
	}
	h.count[kind][words] = true
}

// problem says what is wrong with a target, judging by its line.
func (h *hits) problem(target Target, line []string, x, y int) string {
	cols := columnsFor(h.s.Width, h.s.Hidden)
	words := between(line, target.From, target.To)
	switch target.Kind {
	case TargetCredential:
		c := h.s.Pool.Find(target.Credential)
		h.saw(target.Kind, target.Credential.String()+" "+string(rune(y)))
		name := text.Fit(text.CredentialName(c), cols.at[columnName].width()/2)
		if !strings.HasPrefix(between(line, cols.at[columnName].from, h.s.Width), strings.TrimSpace(strings.TrimSuffix(name, text.Ellipsis))) {
			return "not the name of it"
		}
		if glyph := between(line, cols.glyph, cols.glyph+1); glyph != theme.StateGlyph(h.s.Policy.Availability(c, h.s.Now)) {
			return "not the glyph of it"
		}
	case TargetProvider:
		name := strings.TrimSpace(text.Fit(text.Clean(target.Provider, text.RowLimit), 8))
		if !strings.HasPrefix(between(line, cols.cursor+1, h.s.Width), strings.TrimSuffix(name, text.Ellipsis)) && name != "" {
			return "not the name of it"
		}
	case TargetTitle:
		h.saw(target.Kind, words)
		return titleProblem(target.Order, words)
	case TargetKey:
		h.saw(target.Kind, words)
		if h.keyOf(words, x == target.From) != target.Key {
			return "not that key"
		}
	case TargetNo, TargetYes:
		h.saw(target.Kind, words)
		if want := map[TargetKind]string{TargetNo: "no", TargetYes: "yes"}[target.Kind]; strings.TrimLeft(words, "▌ ") != want {
			return "not that answer"
		}
	case TargetNothing:
		if y == len(h.lines)-1 && y == h.s.Height-1 && Legible(h.s.Width, h.s.Height) && h.inKeys(line, x) {
			return "a key of the footer"
		}
	}
	return ""
}

// titleProblem compares the order of a title with its text.
func titleProblem(o filter.Order, title string) string {
	for word, order := range map[string]filter.Order{
		"CREDENTIAL": filter.OrderPool, "NAME": filter.OrderPool, "STATE": filter.OrderState, "WHY": filter.OrderWorst, "STREAK": filter.OrderStreak, "AT": filter.OrderDeadline, "IN": filter.OrderDeadline,
		"BACK": filter.OrderDeadline, "COOLDOWN": filter.OrderDeadline, "now": filter.OrderDeadline, "NEXT FAIL": filter.OrderStreak,
	} {
		if strings.HasPrefix(title, word) {
			if order != o {
				return "not its order"
			}
			return ""
		}
	}
	return "no title"
}

// keyOf returns the key of words in the footer; the first of two arrows is the
// first key.
func (h *hits) keyOf(said string, first bool) string {
	for _, b := range h.s.Short {
		words := b.Help().Key + " " + b.Help().Desc
		switch keys := b.Keys(); {
		case said == words:
			return keys[0]
		case len(keys) == 2 && first && strings.HasPrefix(words, said):
			return keys[0]
		case len(keys) == 2 && strings.HasSuffix(words, said):
			return keys[1]
		}
	}
	return "none"
}

// inKeys reports whether a cell of the last line holds a key: not a blank, and
// not the place on the right.
func (h *hits) inKeys(line []string, x int) bool {
	last := h.s.Short[len(h.s.Short)-1].Help()
	words := strings.Join(line, "")
	at := strings.Index(words, last.Key+" "+last.Desc)
	return at >= 0 && x < text.Width(words[:at]) && x < len(line) && line[x] != " " &&
		(x > 0 && x+1 < len(line) && line[x-1] != " " && line[x+1] != " ")
}

// complete checks that no row, title or answer is missing.
func (h *hits) complete() {
	h.t.Helper()
	s := h.s
	if s.Pane != PaneTable || s.Pool == nil || len(s.Pool.Providers) == 0 || !Legible(s.Width, s.Height) {
		equal(h.t, "rows of no table", len(h.count[TargetCredential]), 0)
		return
	}
	plan := s.plan()
	all := s.lines(plan.spaced)
	want := 0
	offset := clampOffset(s.Offset, len(all), plan.table)
	for i := offset; i < min(offset+plan.table, len(all)); i++ {
		if covered := i == offset && offset > 0 && plan.table > 1; all[i].kind == lineCredential && !covered {
			want++
		}
	}
	equal(h.t, "rows that can be hit", len(h.count[TargetCredential]), want)
	if plan.columns {
		var hit []string
		for words := range h.count[TargetTitle] {
			hit = append(hit, strings.Fields(words)...)
		}
		titles := strings.Fields(h.lines[h.titleLine()])
		slices.Sort(hit)
		slices.Sort(titles)
		equal(h.t, "titles that can be hit", strings.Join(hit, " "), strings.Join(titles, " "))
	}
	if s.Dialog != nil && s.Dialog.Choice != nil && plan.detail > 2 {
		equal(h.t, "answers", len(h.count[TargetNo])+len(h.count[TargetYes]), 2)
	}
}

func (h *hits) titleLine() int {
	for y, l := range h.lines {
		if strings.Contains(l, "CREDENTIAL") || strings.Contains(l, "NAME") {
			return y
		}
	}
	h.t.Fatal("no titles")
	return 0
}

// TestTargets_At lists places of one screen.
func TestTargets_At(t *testing.T) {
	s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
	s.Short = []key.Binding{key.NewBinding(key.WithKeys("up", "down"), key.WithHelp("↑↓", "move")), binding("d", "detail")}
	s = s.sizedAt(120, 36)
	for _, c := range []struct {
		name string
		x, y int
		want Target
	}{
		{"the title line", 5, 0, Target{}},
		{"the counts", 5, 2, Target{}},
		{"a title", 30, 5, Target{Kind: TargetTitle, Order: filter.OrderState, From: 28, To: 38}},
		{"right of a title's word", 36, 5, Target{Kind: TargetTitle, Order: filter.OrderState, From: 28, To: 38}},
		{"a heading", 70, 6, Target{Kind: TargetProvider, Provider: "anthropic", To: 120}},
		{"a row", 119, 8, Target{Kind: TargetCredential, Credential: *s.Selected, To: 120}},
		{"between groups", 10, 10, Target{}},
		{"the chart", 10, 30, Target{}},
		{"the first arrow", 2, 35, Target{Kind: TargetKey, Key: "up", From: 2, To: 3}},
		{"the second arrow", 3, 35, Target{Kind: TargetKey, Key: "down", From: 3, To: 9}},
		{"between keys", 10, 35, Target{}},
		{"a key", 12, 35, Target{Kind: TargetKey, Key: "d", From: 12, To: 20}},
		{"a key's word", 19, 35, Target{Kind: TargetKey, Key: "d", From: 12, To: 20}},
		{"outside", 500, 500, Target{}},
	} {
		equal(t, c.name, drawnTargets(s).At(c.x, c.y), c.want)
	}
}

// TestTargets_StickyHeading hits the heading that covers the first line.
func TestTargets_StickyHeading(t *testing.T) {
	s := longListScene(t).sizedAt(120, 20)
	top := 0
	for y := range 20 {
		if drawnTargets(s).At(5, y).Kind == TargetProvider {
			top = y
			break
		}
	}
	equal(t, "the heading", drawnTargets(s).At(5, top).Provider, "provider-1")
	equal(t, "below it", drawnTargets(s).At(5, top+1).Kind, TargetCredential)
}
