// Package promtext writes metrics in the Prometheus text format, version 0.0.4.
package promtext

import (
	"bytes"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ContentType is the content type of the format.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Metric describes a metric.
type Metric struct {
	Name string
	Type string // "counter" or "gauge"
	Help string // one line
	// Labels are the names of the labels, in order.
	Labels []string
	// Combine returns the value of two samples with the same labels.
	Combine func(a, b float64) float64
}

// Sum adds two values. It is meant for [Metric.Combine].
func Sum(a, b float64) float64 { return a + b }

// Page holds samples of metrics. It is not safe for concurrent use.
type Page struct {
	metrics []Metric
	samples map[string]map[string]float64 // by name and encoded labels
}

// NewPage returns an empty page for the given metrics.
func NewPage(metrics []Metric) *Page {
	return &Page{metrics, map[string]map[string]float64{}}
}

// Add adds a sample with values for all labels of the metric. Values must be cleaned text. If
// there is a sample with the same values, it is combined with the new one. Add panics if the
// metric is unknown or the number of values is wrong.
func (p *Page) Add(name string, value float64, labels ...string) {
	i := slices.IndexFunc(p.metrics, func(m Metric) bool { return m.Name == name })
	m := &p.metrics[i]
	if len(labels) != len(m.Labels) {
		panic("wrong number of labels for " + name)
	}
	var b strings.Builder
	for i, label := range m.Labels {
		b.WriteString(separator(i) + label + `="` + escape(labels[i]) + `"`)
	}
	if len(labels) > 0 {
		b.WriteByte('}')
	}
	samples := p.samples[name]
	if samples == nil {
		samples = map[string]float64{}
		p.samples[name] = samples
	}
	if old, ok := samples[b.String()]; ok {
		value = m.Combine(old, value)
	}
	samples[b.String()] = value
}

func separator(i int) string {
	if i == 0 {
		return "{"
	}
	return ","
}

// AddTime adds a sample with a time, in seconds since 1970.
func (p *Page) AddTime(name string, t time.Time, labels ...string) {
	p.Add(name, float64(t.UnixMilli())/1000, labels...)
}

// AddBool adds a sample with the value 1 or 0.
func (p *Page) AddBool(name string, v bool, labels ...string) {
	value := 0.0
	if v {
		value = 1
	}
	p.Add(name, value, labels...)
}

// Bytes returns the page as text. Metrics without samples are left out. The metrics
// are in the order given to NewPage; the samples of a metric are sorted.
func (p *Page) Bytes() []byte {
	var b bytes.Buffer
	for i := range p.metrics {
		m := &p.metrics[i]
		samples := p.samples[m.Name]
		if len(samples) == 0 {
			continue
		}
		b.WriteString("# HELP " + m.Name + " " + helpEscapes.Replace(m.Help) + "\n# TYPE " + m.Name + " " + m.Type + "\n")
		for _, labels := range slices.Sorted(maps.Keys(samples)) {
			b.WriteString(m.Name + labels + " " + format(samples[labels]) + "\n")
		}
	}
	return b.Bytes()
}

var (
	helpEscapes  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	labelEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// escape escapes the value of a label. It replaces invalid UTF-8.
func escape(value string) string {
	return labelEscapes.Replace(strings.ToValidUTF8(value, "\uFFFD"))
}

func format(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "+Inf"
	case math.IsInf(v, -1):
		return "-Inf"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
