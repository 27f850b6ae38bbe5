package poolstate

import (
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	// maxEpochSeconds is the largest number that is read as seconds since 1970,
	// about the year 33,000. Larger ones are milliseconds.
	maxEpochSeconds = 1e12
	// maxInstantSeconds keeps instants within what time.Time can add and compare.
	maxInstantSeconds = 1 << 60
)

// isoLayouts are the ISO 8601 forms that agents have written. time.Parse also
// accepts a fraction of the second in each.
var isoLayouts = func() (layouts []string) {
	for _, d := range []string{"2006-01-02", "20060102"} {
		for _, c := range []string{"15:04:05", "15:04", "15", "150405", "1504"} {
			for _, offset := range []string{"Z07:00", "Z0700", "Z07", ""} {
				layouts = append(layouts, d+"T"+c+offset, d+" "+c+offset)
			}
		}
		layouts = append(layouts, d)
	}
	return layouts
}()

// instantFromNumber reads seconds, or milliseconds if they are too many, since
// 1970. Zero, negative and non-finite numbers are not instants.
func instantFromNumber(f float64) (time.Time, bool) {
	if f > maxEpochSeconds {
		f /= 1000
	}
	if math.IsNaN(f) || f <= 0 || f > maxInstantSeconds {
		return time.Time{}, false
	}
	sec, frac := math.Modf(f)
	// Today's seconds have a resolution of a quarter of a microsecond in a float64.
	micros := int64(math.Round(frac * 1e6))
	return time.Unix(int64(sec), micros*1000).UTC(), true
}

// instantFromText reads a decimal number or an ISO 8601 instant, which is in loc
// if it has no offset.
func instantFromText(s string, loc *time.Location) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 64 {
		return time.Time{}, false
	}
	if strings.Trim(s, "0123456789+-.eE") == "" { // ParseFloat also accepts hexadecimal and Inf
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return instantFromNumber(f)
		}
	}
	t, ok := parseAny(s, loc, isoLayouts...)
	return t.UTC(), ok && t.Unix() > 0
}

// parseAny parses an instant by the first layout that fits.
func parseAny(s string, loc *time.Location, layouts ...string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
