package poolstate

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// millisecondsAbove is the size from which a bare number is milliseconds: as
// seconds it would lie tens of thousands of years ahead.
const millisecondsAbove = 1e12

// maxInstantSeconds keeps instants inside what time.Time can add to and
// compare; garbage beyond it is no instant.
const maxInstantSeconds = 1 << 60

// isoLayouts are the ISO 8601 forms that agents have written, with the offset
// forms first. Go reads a fraction after the seconds, with a point or a comma,
// without being told.
var isoLayouts = func() []string {
	dates := []string{"2006-01-02", "20060102"}
	clocks := []string{"15:04:05", "15:04", "15", "150405", "1504"}
	offsets := []string{"Z07:00", "Z0700", "Z07", ""}
	var layouts []string
	for _, d := range dates {
		for _, sep := range []string{"T", " "} {
			for _, c := range clocks {
				for _, o := range offsets {
					layouts = append(layouts, d+sep+c+o)
				}
			}
		}
		layouts = append(layouts, d)
	}
	return layouts
}()

// instantFromNumber reads epoch seconds, or milliseconds when the number is too
// large for seconds. Zero, negative and not finite are no instant.
func instantFromNumber(f float64) (time.Time, bool) {
	if math.IsNaN(f) || f <= 0 {
		return time.Time{}, false
	}
	if f > millisecondsAbove {
		f /= 1000
	}
	if f > maxInstantSeconds {
		return time.Time{}, false
	}
	sec, frac := math.Modf(f)
	// A float of today's epoch seconds resolves a quarter of a microsecond;
	// what is finer is noise.
	micros := int64(math.Round(frac * 1e6))
	return time.Unix(int64(sec), micros*1000).UTC(), true
}

// instantFromText reads a number in a string or an ISO 8601 instant; without
// an offset that is local time, which loc stands for.
func instantFromText(s string, loc *time.Location) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 64 {
		return time.Time{}, false
	}
	if f, ok := plainNumber(s); ok {
		return instantFromNumber(f)
	}
	for _, layout := range isoLayouts {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t.UTC(), t.Unix() > 0
		}
	}
	return time.Time{}, false
}

// plainNumber reads decimal digits with sign, point and exponent only: no
// hexadecimal, no words for infinity.
func plainNumber(s string) (float64, bool) {
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}
