package cli

import (
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"pooltop/cli/config"
	"pooltop/cli/internal/promtext"
	"pooltop/poolstate"
	"pooltop/ui/text"
)

// Limits on the number of series. What exceeds them is counted by pooltop_omitted.
const (
	maxMetricProfiles    = 100
	maxMetricProviders   = 200  // of all profiles
	maxMetricCredentials = 1000 // of all profiles; availability is counted for the others, too
	maxMetricLabel       = 128  // bytes of a label's value
)

// metrics returns the descriptions of all metrics, in order of output. If noLabels is true,
// they have no labels for the id and label of a credential.
func metrics(noLabels bool) []promtext.Metric {
	sum, low, high := promtext.Sum, func(a, b float64) float64 { return min(a, b) }, func(a, b float64) float64 { return max(a, b) }
	profile, provider := []string{"profile"}, []string{"profile", "provider"}
	credential := []string{"profile", "provider", "id", "label"}
	if noLabels {
		credential = provider
	}
	with := func(labels []string, more string) []string { return append(slices.Clone(labels), more) }
	of := func(kind string) func(name, help string, labels []string, combine func(a, b float64) float64) promtext.Metric {
		return func(name, help string, labels []string, combine func(a, b float64) float64) promtext.Metric {
			return promtext.Metric{Name: name, Type: kind, Help: help, Labels: labels, Combine: combine}
		}
	}
	gauge, counter := of("gauge"), of("counter")
	return []promtext.Metric{
		gauge("pooltop_build_info", "Version of pooltop. The value is always 1.", []string{"version", "goversion"}, high),
		gauge("pooltop_store_readable", "Whether the store can be read.", profile, low),
		gauge("pooltop_store_updated_timestamp_seconds", "When an agent or operator last updated the store, by its own record.", profile, high),
		gauge("pooltop_guard_running", "Whether a guard is running on the store.", profile, low),
		gauge("pooltop_credentials", "Number of credentials by availability.", with(provider, "availability"), sum),
		gauge("pooltop_provider_out", "Whether the provider has no ready credential.", provider, high),
		gauge("pooltop_provider_ready_ratio", "Share of the provider's credentials that are ready.", provider, low),
		gauge("pooltop_next_ready_timestamp_seconds", "When the provider's next cooldown ends.", provider, low),
		counter("pooltop_guard_pins_total", "Longer cooldowns that guard has written.", provider, sum),
		gauge("pooltop_credential_ready", "Whether the credential is ready.", credential, sum),
		gauge("pooltop_credential_deadline_timestamp_seconds", "When the credential's cooldown or hold ends.", credential, low),
		gauge("pooltop_credential_streak", "Failures since the last success, as recorded in the file or counted by pooltop.", with(credential, "source"), high),
		counter("pooltop_credential_exhaustions_total", "Failures that pooltop has counted, by error code.", with(credential, "code"), sum),
		gauge("pooltop_credential_token_expiry_timestamp_seconds", "When the credential's access token expires.", credential, low),
		gauge("pooltop_omitted", "Number of profiles, providers and credentials that are left out because there are too many.", []string{"kind"}, sum),
	}
}

// exporter returns the metrics of stores. It may be used concurrently.
type exporter struct {
	mu       sync.Mutex
	loader   loader
	clock    func() time.Time
	noLabels bool
	stores   []poolstate.Profile
}

func newExporter(cfg *config.Config, log *slog.Logger, noLabels bool) *exporter {
	return &exporter{
		loader: loader{cfg: cfg, log: log, last: map[string]*loaded{}},
		clock:  newClock(cfg.Now), noLabels: noLabels, stores: distinct(cfg.Stores),
	}
}

// reading is the result of reading the stores.
type reading struct {
	page []byte    // the metrics
	at   time.Time // when the stores were read
	next time.Time // the next deadline, or the zero time
	err  error     // not nil if no store can be read
}

// read reads the stores that have changed, counts their failures in memory, and returns the
// metrics.
func (e *exporter) read() reading {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.loader
	l.now, l.read = e.clock(), map[string]*snapshot{}
	sel := l.loadStores(e.stores)
	for path := range l.last {
		if l.read[path] == nil {
			delete(l.last, path) // the profile was removed
		}
	}
	sum, _ := sel.summary()
	s := &series{Page: promtext.NewPage(metrics(e.noLabels)), noLabels: e.noLabels, now: l.now}
	s.addAll(sel)
	return reading{s.Bytes(), l.now, sum.NextAt, sel.err()}
}

// setStores replaces the stores.
func (e *exporter) setStores(stores []poolstate.Profile) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stores = stores
}

// series adds the series of a selection to a page.
type series struct {
	*promtext.Page
	noLabels bool
	now      time.Time
	// The number of each that was added or omitted.
	providers, credentials, omittedProviders, omittedCredentials int
}

func (s *series) addAll(sel *selection) {
	s.Add("pooltop_build_info", 1, version, runtime.Version())
	known := map[*snapshot]bool{}
	for _, snap := range sel.stores[:min(len(sel.stores), maxMetricProfiles)] {
		known[snap] = true
		s.addStore(snap, sel.loader)
	}
	for snap, p := range sel.providers {
		switch {
		case len(p.Credentials) == 0:
		case !known[snap] || s.providers == maxMetricProviders:
			s.omittedProviders++
			s.omittedCredentials += len(p.Credentials)
		default:
			s.providers++
			s.addProvider(snap, p)
		}
	}
	s.Add("pooltop_omitted", float64(len(sel.stores)-len(known)), "profiles")
	s.Add("pooltop_omitted", float64(s.omittedProviders), "providers")
	s.Add("pooltop_omitted", float64(s.omittedCredentials), "credentials")
}

func (s *series) addStore(snap *snapshot, l *loader) {
	profile := metricLabel(snap.profile)
	s.AddBool("pooltop_store_readable", snap.err == nil, profile)
	running := snap.guard != nil
	if snap.err != nil {
		running = l.latest(snap.path).running() != nil
	} else if !snap.pool.UpdatedAt.IsZero() {
		s.AddTime("pooltop_store_updated_timestamp_seconds", snap.pool.UpdatedAt, profile)
	}
	s.AddBool("pooltop_guard_running", running, profile)
}

func (s *series) addProvider(snap *snapshot, p *poolstate.Provider) {
	labels := []string{metricLabel(snap.profile), metricLabel(p.Name)}
	sum := p.Summarize(snap.policy, s.now)
	for _, a := range poolstate.Availabilities() {
		s.Add("pooltop_credentials", float64(sum.Count[a]), append(labels, a.String())...)
	}
	s.AddBool("pooltop_provider_out", sum.Out(), labels...)
	s.Add("pooltop_provider_ready_ratio", float64(sum.Ready())/float64(sum.Total), labels...)
	if sum.Next != nil {
		s.AddTime("pooltop_next_ready_timestamp_seconds", sum.NextAt, labels...)
	}
	s.Add("pooltop_guard_pins_total", float64(p.Pins), labels...)
	for i := range p.Credentials {
		if s.credentials == maxMetricCredentials {
			s.omittedCredentials += len(p.Credentials) - i
			return
		}
		s.credentials++
		s.addCredential(snap, &p.Credentials[i], labels)
	}
}

func (s *series) addCredential(snap *snapshot, c *poolstate.Credential, labels []string) {
	if !s.noLabels {
		labels = append(labels, metricLabel(c.Handle()), metricLabel(c.Label))
	}
	labels = slices.Clip(labels)
	deadline, availability := snap.policy.Deadline(c, s.now), snap.policy.Availability(c, s.now)
	s.AddBool("pooltop_credential_ready", availability == poolstate.Ready, labels...)
	if availability.Returns() && !deadline.Never() {
		s.AddTime("pooltop_credential_deadline_timestamp_seconds", deadline.At, labels...)
	}
	if n, known := c.Streak.Known(); known {
		s.Add("pooltop_credential_streak", float64(n), append(labels, "file")...)
	}
	if n, known := c.Observed.Get(); known {
		s.Add("pooltop_credential_streak", float64(n), append(labels, "observed")...)
	}
	for code, n := range countedCodes(c) {
		word := "other"
		if code != 0 {
			word = strconv.Itoa(code)
		}
		s.Add("pooltop_credential_exhaustions_total", float64(n), append(labels, word)...)
	}
	if !c.ExpiresAt.IsZero() {
		s.AddTime("pooltop_credential_token_expiry_timestamp_seconds", c.ExpiresAt, labels...)
	}
}

// countedCodes returns the number of counted failures by code, with a zero for the codes that
// agents usually record, so that a rate includes a credential's first failure.
func countedCodes(c *poolstate.Credential) map[int]int {
	if _, counted := c.Observed.Get(); !counted {
		return nil
	}
	codes := map[int]int{401: 0, 402: 0, 429: 0}
	maps.Copy(codes, c.Exhaustions)
	return codes
}

// metricLabel cleans untrusted text for the value of a label.
func metricLabel(s string) string { return text.Clean(s, maxMetricLabel) }
