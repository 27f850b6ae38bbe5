package testkit

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Sample is a sample in the Prometheus text format.
type Sample struct {
	Name   string
	Labels map[string]string
	Value  float64
}

var (
	commentLine = regexp.MustCompile(`^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$`)
	sampleName  = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*`)
	labelName   = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*="`)
)

// ParseMetrics parses the Prometheus text format strictly: each metric has HELP and TYPE once,
// before its samples, the samples of a metric are not interrupted by others, no two samples
// have the same labels, and counters end in _total and are not negative.
func ParseMetrics(text string) ([]Sample, error) {
	if !utf8.ValidString(text) || text != "" && !strings.HasSuffix(text, "\n") {
		return nil, fmt.Errorf("invalid UTF-8, or no newline at the end")
	}
	var samples []Sample
	var metric, kind string
	comments, seen := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if m := commentLine.FindStringSubmatch(line); m != nil {
			if m[1] == "HELP" {
				metric, kind = m[2], ""
			} else {
				kind = m[3]
			}
			if comments[m[1]+m[2]] || m[2] != metric || m[1] == "TYPE" && kind != "gauge" && kind != "counter" {
				return nil, fmt.Errorf("unexpected %q", line)
			}
			comments[m[1]+m[2]] = true
			continue
		}
		s, key, err := parseSample(line)
		switch {
		case err != nil:
			return nil, err
		case s.Name != metric || kind == "":
			return nil, fmt.Errorf("no HELP and TYPE before %q", line)
		case seen[key]:
			return nil, fmt.Errorf("duplicate sample %q", line)
		case strings.HasSuffix(metric, "_total") != (kind == "counter") || kind == "counter" && !(s.Value >= 0):
			return nil, fmt.Errorf("invalid %s %q", kind, line)
		}
		seen[key] = true
		samples = append(samples, s)
	}
	return samples, nil
}

// parseSample parses a line. The key is the part before the value.
func parseSample(line string) (s Sample, key string, err error) {
	invalid := fmt.Errorf("invalid sample %q", line)
	s = Sample{Name: sampleName.FindString(line), Labels: map[string]string{}}
	rest := line[len(s.Name):]
	if strings.HasPrefix(rest, "{") {
		for rest != "" && rest[0] != '}' {
			start := labelName.FindString(rest[1:])
			value, after, ok := unquote(rest[1+len(start):])
			if start == "" || !ok || after == "" || after[0] != ',' && after[0] != '}' {
				return s, "", invalid
			}
			s.Labels[strings.TrimSuffix(start, `="`)], rest = value, after
		}
		rest = strings.TrimPrefix(rest, "}")
	}
	number, ok := strings.CutPrefix(rest, " ")
	s.Value, err = strconv.ParseFloat(number, 64)
	if s.Name == "" || !ok || err != nil || math.IsNaN(s.Value) {
		return s, "", invalid
	}
	return s, strings.TrimSuffix(line, rest), nil
}

// unquote returns the value before the closing quote, and the text after it.
func unquote(text string) (value, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"':
			return b.String(), text[i+1:], true
		case '\\':
			if i++; i == len(text) {
				return "", "", false
			}
			plain, known := map[byte]byte{'\\': '\\', '"': '"', 'n': '\n'}[text[i]]
			if !known {
				return "", "", false
			}
			b.WriteByte(plain)
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}
