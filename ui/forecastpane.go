package ui

import (
	"strconv"

	"pooltop/poolstate"
	"pooltop/ui/chart"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// detailWidth is the width of the detail beside the forecast or the events.
const detailWidth = 48

// forecastBeside draws the forecast and beside it the detail of a credential,
// nil for none, in at most h lines.
func (s *Screen) forecastBeside(th *theme.Theme, c *poolstate.Credential, h int) []string {
	return s.besideDetail(th, s.forecastLines(th, s.besideWidth(), h), c, h)
}

// eventsBeside draws the newest events instead of the forecast.
func (s *Screen) eventsBeside(th *theme.Theme, c *poolstate.Credential, h int) []string {
	left := append([]string{th.Line().Bold(theme.Text, "events").String()}, s.eventLines(th, s.besideWidth(), h-1, 0)...)
	return s.besideDetail(th, left, c, h)
}

// besideWidth is the width of what is beside the detail.
func (s *Screen) besideWidth() int { return s.inner() - detailWidth - 4 }

func (s *Screen) besideDetail(th *theme.Theme, left []string, c *poolstate.Credential, h int) []string {
	var right []string
	if c != nil {
		right = joinSections(append(fitSections(s.sections(th, c, detailWidth), h), briefFacts(th, c, detailWidth)), h)
	}
	return s.beside(left, right[:min(len(right), h)], s.besideWidth()+4)
}

// forecastLines draws the forecast in words and as a chart, w cells wide and h
// lines high.
func (s *Screen) forecastLines(th *theme.Theme, w, h int) []string {
	f, of := s.forecast()
	head := th.Line().Bold(theme.Text, "capacity")
	if of != "" {
		head.Write(theme.Text, " of "+text.Fit(text.Clean(of, text.RowLimit), w/3))
	}
	add(head, 2, w, theme.Secondary, theme.Regular, chart.Summary(&f, s.Now))
	out := []string{head.String()}
	capacity := chart.Capacity{Theme: th, Forecast: f, Now: s.Now, Selected: s.Selected}
	return append(out, capacity.Lines(w, h-1)...)
}

// forecast returns the forecast of ForecastOf, or of the whole pool.
func (s *Screen) forecast() (f poolstate.Forecast, of string) {
	if p := s.Pool.Provider(s.ForecastOf); p != nil && s.ForecastOf != "" {
		return p.Forecast(s.Policy, s.Now), p.Name
	}
	return s.Pool.Forecast(s.Policy, s.Now), ""
}

// forecastPane draws the forecast as large as the screen, and when each provider
// that is out is back.
func (s *Screen) forecastPane(th *theme.Theme) []string {
	w, h := s.inner(), s.paneHeight()
	answers := chart.Outages(s.Pool, s.Policy, s.Now, s.timeForm().countdown)
	if most := h / 3; len(answers) > most {
		answers = answers[:most]
	}
	room := h
	if len(answers) > 0 {
		room -= len(answers) + 1
	}
	lines := s.forecastLines(th, w, room)
	for i, words := range answers {
		if i == 0 {
			lines = append(lines, "")
		}
		lines = append(lines, th.Line().Write(theme.Dead, text.Fit(words, w)).String())
	}
	return indented(s, lines)
}

// briefFacts draws what the file says about a credential apart from its state,
// in two lines.
func briefFacts(th *theme.Theme, c *poolstate.Credential, w int) []string {
	line := func(facts ...string) string {
		for i := range facts {
			facts[i] = text.Clean(facts[i], text.RowLimit)
		}
		return th.Line().Write(theme.Secondary, text.Fit(joined("  ", facts...), w)).String()
	}
	id, requests := c.ID, ""
	if id != "" {
		id = "id " + id
	}
	if n, ok := c.RequestCount.Get(); ok {
		requests = text.Plural(n, "request", "requests")
	}
	return []string{
		line(id, "priority "+strconv.Itoa(c.Priority.Or(0)), requests),
		line(c.AuthType, c.Source),
	}
}
