package chart

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// Summary answers when capacity comes back: "5 of 9 by 14:30, all by
// 21:40". The first instant is when half of those that come back are back, the
// second when the last one is.
func Summary(f *poolstate.Forecast, now time.Time) string {
	var parts []string
	steps, never := comingBack(f)
	if half := f.Half(); len(steps) > 0 {
		last := &steps[len(steps)-1]
		if half.Ready < last.Ready && by(half, now) != by(last, now) {
			parts = append(parts, fmt.Sprintf("%d of %d %s", half.Ready, f.Total, by(half, now)))
		}
		who := "all"
		switch {
		case f.Due+never > 0 && len(parts) > 0:
			who = strconv.Itoa(last.Ready)
		case f.Due+never > 0:
			who = fmt.Sprintf("%d of %d", last.Ready, f.Total)
		case f.Excluded > 0: // all would be more than can be promised
			who = "the last"
		}
		parts = append(parts, who+" "+by(last, now))
	}
	if never > 0 {
		parts = append(parts, fmt.Sprintf("%d never (suspect)", never))
	}
	if f.Due > 0 {
		parts = append(parts, fmt.Sprintf("%d due now", f.Due))
	}
	if len(parts) == 0 {
		return nobodyWaits(f)
	}
	return strings.Join(parts, ", ")
}

// comingBack is the steps that somebody may live to see, and how many
// credentials the others bring.
func comingBack(f *poolstate.Forecast) (steps []poolstate.ForecastStep, never int) {
	for i := range f.Steps {
		if f.Steps[i].At.Year() > 9999 {
			return f.Steps[:i], f.Total - f.Due - f.Steps[i].Ready + len(f.Steps[i].Back)
		}
	}
	return f.Steps, 0
}

// nobodyWaits says why there is no time to give.
func nobodyWaits(f *poolstate.Forecast) string {
	switch {
	case f.Excluded > 0 && f.Ready > 0:
		return strconv.Itoa(f.Ready) + " ready, nobody waits"
	case f.Excluded > 0:
		return "nobody comes back by itself"
	case f.Total == 0:
		return "no keys"
	}
	return "every key is ready"
}

// by says until when a step is reached, and doubts what deserves it.
func by(s *poolstate.ForecastStep, now time.Time) string { return "by " + moment(s, now) }

func moment(s *poolstate.ForecastStep, now time.Time) string {
	if s.Suspect > 0 {
		return text.Moment(s.At, now) + " (suspect)"
	}
	return text.Moment(s.At, now)
}

// Outages says of each provider with none ready when its first credential
// is back: "openai-codex: first back 14:44, in 42m10s".
func Outages(p *poolstate.Pool, policy poolstate.Policy, now time.Time, countdown func(time.Duration) string) []string {
	var out []string
	for i := range p.Providers {
		prov := &p.Providers[i]
		f := prov.Forecast(policy, now)
		if len(prov.Credentials) == 0 || f.Ready > 0 {
			continue
		}
		name := strings.TrimSpace(text.Clean(prov.Name, text.RowLimit))
		if name == "" {
			name = "(no name)"
		}
		out = append(out, name+": "+outageAnswer(&f, now, countdown))
	}
	return out
}

func outageAnswer(f *poolstate.Forecast, now time.Time, countdown func(time.Duration) string) string {
	var parts []string
	if f.Due > 0 {
		parts = append(parts, fmt.Sprintf("%d due now", f.Due))
	}
	if len(f.Steps) > 0 {
		s := &f.Steps[0]
		parts = append(parts, "first back "+moment(s, now))
		if s.At.Year() <= 9999 {
			parts = append(parts, "in "+countdown(s.At.Sub(now)))
		}
	}
	if len(parts) == 0 {
		return "nobody comes back by itself"
	}
	return strings.Join(parts, ", ")
}
