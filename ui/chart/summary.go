package chart

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// Accounts returns the numbers of credentials and accounts, such as "4 credentials, 3 accounts",
// or "" if no credentials share an account.
func Accounts(f *poolstate.Forecast) string {
	if f.Credentials == f.Total {
		return ""
	}
	return fmt.Sprintf("%d credentials, %s", f.Credentials, text.Plural(f.Total, "account", "accounts"))
}

// Summary describes when credentials will be ready, such as "5 of 9 by 14:30, all back
// by 21:40". The first time is when at least half of the credentials with a future deadline
// will be back.
func Summary(f *poolstate.Forecast) string {
	var parts []string
	var last *poolstate.ForecastStep
	never := 0
	for i := range f.Steps {
		if s := &f.Steps[i]; s.At.Year() > maxYear {
			never += len(s.Back)
		} else {
			last = s
		}
	}
	if half := f.Half(); last != nil {
		if half.Ready < last.Ready && moment(half, f.Now) != moment(last, f.Now) {
			parts = append(parts, fmt.Sprintf("%d of %d by %s", half.Ready, f.Total, moment(half, f.Now)))
		}
		which := "all back"
		switch {
		case f.Due+never > 0 && len(parts) > 0:
			which = strconv.Itoa(last.Ready)
		case f.Due+never > 0:
			which = fmt.Sprintf("%d of %d", last.Ready, f.Total)
		}
		parts = append(parts, which+" by "+moment(last, f.Now))
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
		return "none will recover on its own"
	case f.Total == 0:
		return "no credentials"
	}
	return fmt.Sprintf("all %d ready", f.Total)
}

const maxYear = 9999 // later dates cannot be shown

func moment(s *poolstate.ForecastStep, now time.Time) string {
	if s.Suspect > 0 {
		return text.Moment(s.At, now) + " (suspect)"
	}
	return text.Moment(s.At, now)
}
