package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode"
)

// errZone is the error from setting the local time zone, or nil. Main sets it.
var errZone error

// setLocalZone sets the local time zone to $TZ, which may also be a POSIX rule such as
// "CET-1CEST,M3.5.0,M10.5.0/3"; the runtime treats a rule as UTC. If the value is not valid,
// setLocalZone uses UTC, as the C library does. On Windows, it ignores $TZ, as the system does.
func setLocalZone() error {
	name, set := os.LookupEnv("TZ")
	if !set || runtime.GOOS == "windows" {
		return nil
	}
	loc, err := zoneOf(name)
	time.Local = loc
	return err
}

// maxZoneFile is larger than any zone file.
const maxZoneFile = 1 << 20

// zoneOf returns the time zone of a value of $TZ: the name or the absolute path of a zone file,
// or a POSIX rule, optionally with a leading colon. An empty value means UTC. On error, it returns
// UTC too.
func zoneOf(value string) (*time.Location, error) {
	name := strings.TrimPrefix(value, ":")
	if filepath.IsAbs(name) {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Size() < maxZoneFile {
			data, _ := os.ReadFile(name) // incomplete data is not a valid zone
			if loc, err := time.LoadLocationFromTZData(name, data); err == nil {
				return loc, nil
			}
		}
	} else if loc, err := time.LoadLocation(name); err == nil && name != "Local" {
		return loc, nil
	}
	if loc := zoneFromRule(name); loc != nil {
		return loc, nil
	}
	return time.UTC, fmt.Errorf("unknown time zone TZ=%.60q; times are in UTC", value)
}

// zoneFromRule returns the time zone of a POSIX rule, or nil if it is not valid. It embeds the
// rule in an otherwise empty zone file (RFC 9636), because package time parses rules only there.
func zoneFromRule(rule string) *time.Location {
	const unnamed = "?" // the only zone in the file, used only if the rule is not valid
	header := "TZif2" + strings.Repeat("\x00", 15)
	counts := func(zones, chars byte) string {
		return strings.Repeat("\x00", 4*4) + string([]byte{0, 0, 0, zones, 0, 0, 0, chars})
	}
	zone := strings.Repeat("\x00", 6) + unnamed + "\x00"
	data := header + counts(0, 0) + header + counts(1, 2) + zone + "\n" + rule + "\n"
	loc, err := time.LoadLocationFromTZData(rule, []byte(data))
	if err != nil {
		return nil
	}
	for month := time.January; month <= time.December; month++ {
		name, _ := time.Date(2000, month, 1, 0, 0, 0, 0, loc).Zone()
		if strings.ContainsFunc(name, func(r rune) bool {
			return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '+' && r != '-'
		}) {
			return nil
		}
	}
	return loc
}
