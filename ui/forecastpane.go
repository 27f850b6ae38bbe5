package ui

import (
	"pooltop/poolstate"
	"pooltop/ui/chart"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

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
