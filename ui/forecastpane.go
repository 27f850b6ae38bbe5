package ui

import (
	"strconv"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// detailWidth is how wide the detail beside the forecast is.
const detailWidth = 48

// forecastBeside draws the forecast and, beside it, the detail of a credential,
// nil for none, in at most h lines.
func (s *Screen) forecastBeside(theme *Theme, c *poolstate.Credential, h int) []string {
	chartWidth := s.besideWidth()
	return s.besideDetail(theme, s.forecastLines(theme, chartWidth, h), c, h)
}

// eventsBeside draws the newest events in the place of the forecast.
func (s *Screen) eventsBeside(theme *Theme, c *poolstate.Credential, h int) []string {
	left := append([]sized{theme.line().strong(inkText, "events").sized()}, s.eventLines(theme, s.besideWidth(), h-1, 0)...)
	return s.besideDetail(theme, left, c, h)
}

// besideWidth is what the detail leaves for what stands beside it.
func (s *Screen) besideWidth() int { return s.Width - 2*s.margin() - detailWidth - 4 }

func (s *Screen) besideDetail(theme *Theme, left []sized, c *poolstate.Credential, h int) []string {
	var right []sized
	if c != nil {
		right = joined(append(brief(s.story(theme, c, detailWidth), h), briefFacts(theme, c, detailWidth)), h)
	}
	return s.beside(left, right[:min(len(right), h)], s.besideWidth()+4)
}

// forecastLines draws the answer in words and the chart, w cells wide and h
// lines high.
func (s *Screen) forecastLines(theme *Theme, w, h int) []sized {
	f, of := s.forecast()
	head := theme.line().strong(inkText, "capacity")
	if of != "" {
		head.put(inkText, " of "+text.Fit(text.Clean(of, text.RowLimit), w/3))
	}
	if said := ForecastWords(&f, s.Now); head.at+2+text.Width(said) <= w {
		head.to(head.at+2).put(inkSecondary, said)
	}
	out := []sized{head.sized()}
	chart := Chart{Theme: theme, Forecast: f, Now: s.Now, Cursor: s.Selected}
	for _, l := range chart.Lines(w, h-1) {
		out = append(out, sized{l, w})
	}
	return out
}

// forecast is that of the provider that is asked for, or of the whole pool.
func (s *Screen) forecast() (f poolstate.Forecast, of string) {
	if p := s.Pool.Provider(s.ForecastOf); p != nil && s.ForecastOf != "" {
		return p.Forecast(s.Policy, s.Now), p.Name
	}
	return s.Pool.Forecast(s.Policy, s.Now), ""
}

// forecastPane is the forecast as large as the screen, with an answer for each
// provider that is out.
func (s *Screen) forecastPane(theme *Theme) []string {
	w, h := s.Width-2*s.margin(), s.paneHeight()
	answers := outageAnswers(s.Pool, s.Policy, s.Now, s.timeForm())
	if most := h / 3; len(answers) > most {
		answers = answers[:most]
	}
	room := h
	if len(answers) > 0 {
		room -= len(answers) + 1
	}
	lines := s.forecastLines(theme, w, room)
	for i, words := range answers {
		if i == 0 {
			lines = append(lines, sized{})
		}
		lines = append(lines, theme.line().put(inkDead, text.Fit(words, w)).sized())
	}
	return indented(s, lines)
}

// briefFacts is what the file says of a credential apart from its state, in two
// lines.
func briefFacts(theme *Theme, c *poolstate.Credential, w int) []sized {
	join := func(texts ...string) sized {
		l := theme.line()
		for _, s := range texts {
			if s == "" || l.at+2 >= w {
				continue
			}
			if l.at > 0 {
				l.to(l.at + 2)
			}
			l.put(inkSecondary, text.Fit(text.Clean(s, text.RowLimit), w-l.at))
		}
		return l.sized()
	}
	id, requests := c.ID, ""
	if id != "" {
		id = "id " + id
	}
	if n, ok := c.RequestCount.Get(); ok {
		requests = text.Plural(n, "request", "requests")
	}
	return []sized{
		join(id, "priority "+strconv.Itoa(c.Priority.Or(0)), requests),
		join(c.AuthType, c.Source),
	}
}
