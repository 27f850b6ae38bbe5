package chart

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// Summary says when capacity returns: "5 of 9 by 14:30, all back by 21:40". The
// first instant is when half of the cooling credentials are back.
func Summary(f *poolstate.Forecast, now time.Time) string {
	var parts []string
	steps, never := datedSteps(f)
	if half := f.Half(); len(steps) > 0 {
		last := &steps[len(steps)-1]
		if half.Ready < last.Ready && moment(half, now) != moment(last, now) {
			parts = append(parts, fmt.Sprintf("%d of %d by %s", half.Ready, f.Total, moment(half, now)))
		}
		which := "all back"
		switch {
		case f.Due+never > 0 && len(parts) > 0:
			which = strconv.Itoa(last.Ready)
		case f.Due+never > 0:
			which = fmt.Sprintf("%d of %d", last.Ready, f.Total)
		}
		parts = append(parts, which+" by "+moment(last, now))
	}
	if never > 0 {
		parts = append(parts, fmt.Sprintf("%d never (suspect)", never))
	}
	if f.Due > 0 {
		parts = append(parts, fmt.Sprintf("%d due now", f.Due))
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ", ")
	case f.Excluded > 0 && f.Ready > 0:
		return strconv.Itoa(f.Ready) + " ready, none cooling"
	case f.Excluded > 0:
		return noneRecovers
	case f.Total == 0:
		return "no credentials"
	}
	return fmt.Sprintf("all %d ready", f.Total)
}

const (
	noneRecovers = "none will recover on its own"
	maxYear      = 9999 // what is later cannot be written as a date
)

// datedSteps returns the steps up to maxYear, and how many credentials return later.
func datedSteps(f *poolstate.Forecast) (steps []poolstate.ForecastStep, never int) {
	for i, s := range f.Steps {
		if s.At.Year() > maxYear {
			return f.Steps[:i], f.Total - f.Due - s.Ready + len(s.Back)
		}
	}
	return f.Steps, 0
}

func moment(s *poolstate.ForecastStep, now time.Time) string {
	if s.Suspect > 0 {
		return text.Moment(s.At, now) + " (suspect)"
	}
	return text.Moment(s.At, now)
}

// Outages says for each provider with none ready when its first credential
// returns: "openai-codex: first back 14:44, in 42m10s".
func Outages(p *poolstate.Pool, policy poolstate.Policy, now time.Time, countdown func(time.Duration) string) []string {
	var out []string
	for i := range p.Providers {
		f := p.Providers[i].Forecast(policy, now)
		if len(p.Providers[i].Credentials) == 0 || f.Ready > 0 {
			continue
		}
		var parts []string
		if f.Due > 0 {
			parts = append(parts, fmt.Sprintf("%d due now", f.Due))
		}
		if len(f.Steps) > 0 {
			parts = append(parts, "first back "+moment(&f.Steps[0], now))
			if at := f.Steps[0].At; at.Year() <= maxYear {
				parts = append(parts, "in "+countdown(at.Sub(now)))
			}
		}
		if len(parts) == 0 {
			parts = []string{noneRecovers}
		}
		out = append(out, text.ProviderName(p.Providers[i].Name)+": "+strings.Join(parts, ", "))
	}
	return out
}
