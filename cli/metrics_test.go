package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pooltop/cli/internal/testkit"
	"pooltop/poolstate"
	"pooltop/poolstate/userfile"
	"pooltop/watch"
)

// samplesOf parses metrics. The keys are names, each followed by the values of the labels in
// order of their names.
func samplesOf(t *testing.T, page string) map[string]float64 {
	t.Helper()
	samples, err := testkit.ParseMetrics(page)
	if err != nil {
		t.Fatalf("%v in\n%s", err, page)
	}
	out := map[string]float64{}
	for _, s := range samples {
		key := s.Name
		for _, label := range slices.Sorted(maps.Keys(s.Labels)) {
			key += " " + s.Labels[label]
		}
		out[key] = s.Value
	}
	return out
}

// wantSamples checks some of the samples on a page. NaN means that there must be none.
func wantSamples(t *testing.T, page string, want map[string]float64) {
	t.Helper()
	samples := samplesOf(t, page)
	for key, value := range want {
		if got, ok := samples[key]; ok == math.IsNaN(value) || ok && got != value {
			t.Errorf("%s is %v (present: %v), want %v", key, got, ok, value)
		}
	}
}

func TestMetrics_Golden(t *testing.T) {
	for name, args := range map[string][]string{"metrics.prom": {"metrics"}, "metrics-no-labels.prom": {"metrics", "--no-labels"}} {
		t.Run(name, func(t *testing.T) {
			got := strings.ReplaceAll(done(t, at(t, sampleFile(t, "backoff.json"), args...)), runtime.Version(), "go1")
			samplesOf(t, got) // parses it
			path := filepath.Join("testdata", "golden", name)
			if *update {
				writeFile(t, path, []byte(got))
			}
			if got != string(readFile(t, path)) {
				t.Errorf("the output differs from %s; go test ./cli -update rewrites it:\n%s", path, got)
			}
		})
	}
}

// TestMetrics_Documented checks that docs/metrics.md describes every metric, with its type and
// labels, and has a query for it.
func TestMetrics_Documented(t *testing.T) {
	docs := string(readFile(t, filepath.Join("..", "docs", "metrics.md")))
	var documented, actual []string
	for _, row := range rows(docs) {
		if strings.HasPrefix(row[0], "`pooltop_") {
			documented = append(documented, strings.Join(row[:3], " "))
		}
	}
	_, queries, _ := strings.Cut(docs, "## Example queries")
	for _, m := range metrics(false) {
		actual = append(actual, "`"+m.Name+"` "+m.Type+" `"+strings.Join(m.Labels, "` `")+"`")
		if !regexp.MustCompile(`\b` + m.Name + `\b`).MatchString(queries) {
			t.Errorf("there is no query for %s", m.Name)
		}
	}
	equal(t, "the table", strings.Join(documented, "\n"), strings.Join(actual, "\n"))
	for kind, limit := range map[string]int{"profiles": maxMetricProfiles, "providers": maxMetricProviders} {
		contains(t, docs, fmt.Sprintf("%d %s", limit, kind))
	}
	contains(t, docs, "1,000 credentials", fmt.Sprintf("at most %d bytes", maxMetricLabel))
}

func TestMetrics_Labels(t *testing.T) {
	file := storeFile(t, poolOf(
		`{"id": "a", "label": "quote \" slash \\ line \n bell \u0007 esc \u001b[31m", "access_token": "sk-SECRET-0123456789"}`,
		`{"id": "twice", "label": "x", "access_token": "sk-SECRET-1"}`,
		`{"id": "twice", "label": "x", "access_token": "sk-SECRET-2"}`,
		`{"label": "sk-SECRET-0123456789", "access_token": "sk-SECRET-0123456789"}`,
		`{"id": "long", "label": "`+strings.Repeat("é", maxMetricLabel)+`", "access_token": "sk-SECRET-3"}`))
	page := done(t, at(t, file, "metrics"))
	lacks(t, page, "SECRET", "\a", "\x1b")
	wantSamples(t, page, map[string]float64{
		"pooltop_credential_ready a quote \" slash \\ line   bell \uFFFD esc \uFFFD[31m default p": 1,
		"pooltop_credential_ready twice x default p":                                               2,
		"pooltop_credentials ready default p":                                                      5,
	})
	for key := range samplesOf(t, page) {
		if len(key) > 60+maxMetricLabel {
			t.Errorf("%d bytes: %s", len(key), key)
		}
	}
	hidden := done(t, at(t, file, "metrics", "--no-labels"))
	lacks(t, hidden, "quote", "twice", "long", "id=", "label=")
	wantSamples(t, hidden, map[string]float64{"pooltop_credential_ready default p": 5})
}

func TestMetrics_Unreadable(t *testing.T) {
	home := t.TempDir()
	writeFile(t, filepath.Join(home, "auth.json"), []byte(healthy))
	writeFile(t, filepath.Join(home, "profiles", "broken", "auth.json"), []byte("{"))
	writeFile(t, filepath.Join(home, "profiles", "work", "auth.json"), []byte(`{"credential_pool": {"q": [{"id": "c", "access_token": "x"}]}}`))
	page := done(t, pooltop(t, "metrics", "--home", home, "--all-profiles", "--now", sampleTime))
	wantSamples(t, page, map[string]float64{
		"pooltop_store_readable default": 1, "pooltop_store_readable broken": 0, "pooltop_store_readable work": 1,
		"pooltop_guard_running broken": 0, "pooltop_provider_out default p": 0, "pooltop_provider_out work q": 0,
		"pooltop_provider_out work p": math.NaN(), // borrowed, so it is included only once
	})
	writeFile(t, filepath.Join(home, "auth.json"), []byte("{"))
	o := pooltop(t, "metrics", "--home", home, "--now", sampleTime)
	equal(t, "the exit code", o.code, exitRefused)
	wantSamples(t, o.stdout, map[string]float64{"pooltop_store_readable default": 0})
}

// storeOfSize returns a store with the given numbers of providers and of credentials per provider.
func storeOfSize(providers, credentials int) string {
	var b strings.Builder
	for p := range providers {
		var entries []string
		for c := range credentials {
			entries = append(entries, fmt.Sprintf(`{"id": "%d-%d", "access_token": "none"}`, p, c))
		}
		fmt.Fprintf(&b, `, "p%03d": [%s]`, p, strings.Join(entries, ", "))
	}
	return `{"credential_pool": {` + strings.TrimPrefix(b.String(), ", ") + `}}`
}

func TestMetrics_Limits(t *testing.T) {
	for _, tt := range []struct{ providers, credentials, omittedProviders, omittedCredentials int }{
		{2, 500, 0, 0}, {2, 600, 0, 200}, {200, 5, 0, 0}, {210, 1, 10, 10}, {201, 6, 1, 206},
	} {
		page := done(t, at(t, storeFile(t, storeOfSize(tt.providers, tt.credentials)), "metrics"))
		wantSamples(t, page, map[string]float64{
			"pooltop_omitted profiles": 0, "pooltop_omitted providers": float64(tt.omittedProviders),
			"pooltop_omitted credentials": float64(tt.omittedCredentials),
		})
		shown := tt.providers*tt.credentials - tt.omittedCredentials
		equal(t, "credentials with series", strings.Count(page, "\npooltop_credential_ready{"), shown)
		equal(t, "providers with series", strings.Count(page, "\npooltop_provider_out{"), tt.providers-tt.omittedProviders)
	}
	home := t.TempDir()
	writeFile(t, filepath.Join(home, "auth.json"), []byte(`{"credential_pool": {}}`))
	for i := range maxMetricProfiles + 4 {
		writeFile(t, filepath.Join(home, "profiles", fmt.Sprintf("w%03d", i), "auth.json"), []byte(healthy))
	}
	page := done(t, pooltop(t, "metrics", "--home", home, "--all-profiles", "--now", sampleTime))
	wantSamples(t, page, map[string]float64{"pooltop_omitted profiles": 5, "pooltop_omitted providers": 5, "pooltop_omitted credentials": 10})
}

// TestExporter_Counts checks that failures are counted between two requests, and that a
// recovered credential keeps its total.
func TestExporter_Counts(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := storeFile(t, failedAt(guardStart))
	e := newExporter(configAt(t, file), noLog, false)
	now := guardStart
	e.clock = func() time.Time { return now }
	for i := range 3 {
		writeFile(t, file, []byte(failedAt(now)))
		e.read()
		writeFile(t, file, []byte(healthy))
		wantSamples(t, string(e.read().page), map[string]float64{"pooltop_credential_exhaustions_total 429 a  default p": float64(i + 1)})
		now = now.Add(3 * time.Hour)
	}
}

// TestExporter_Concurrent checks that every page is complete while the store changes.
func TestExporter_Concurrent(t *testing.T) {
	file := storeFile(t, healthy)
	e := newExporter(configAt(t, file), noLog, false)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 50 {
				if page := e.read().page; strings.Count(string(page), "pooltop_credential_ready{")%2 != 0 {
					t.Errorf("incomplete page:\n%s", page)
				} else if _, err := testkit.ParseMetrics(string(page)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 50 {
		_, err := userfile.ReplacePublic(file, []byte(storeOfSize(i%3, 2)))
		must(t, err)
		e.setStores([]poolstate.Profile{poolstate.ProfileAt(file)})
	}
	group.Wait()
}

// FuzzMetrics checks that the metrics of any file can be parsed.
func FuzzMetrics(f *testing.F) {
	f.Add([]byte(healthy), false)
	f.Add([]byte(poolOf(`{"id": "\u0000", "label": "\ud800", "access_token": "none", "last_status": "exhausted", "last_error_reset_at": 1e300}`)), true)
	f.Fuzz(func(t *testing.T, content []byte, noLabels bool) {
		e := newExporter(configAt(t, storeFile(t, string(content))), noLog, noLabels)
		samplesOf(t, string(e.read().page))
	})
}

func TestListenAddress(t *testing.T) {
	for address, want := range map[string]string{
		"": "", ":9477": "127.0.0.1:9477", "0.0.0.0:80": "0.0.0.0:80", "[::]:80": "[::]:80", "localhost:0": "localhost:0",
		"9477": "error", "host": "error", ":http": "error", ":70000": "error", ":": "error", "1:2:3": "error",
	} {
		got, err := listenAddress(address)
		if err != nil {
			got = "error"
		}
		equal(t, "the address for "+address, got, want)
	}
}

// TestExporter_Listen serves requests on a socket while the list of profiles changes.
func TestExporter_Listen(t *testing.T) {
	w := newWatchTest(t)
	e := newExporter(w.cfg, noLog, false)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	address, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- e.listen(ctx, w.storeWatch, "127.0.0.1:0", func(err error) {
			address <- strings.TrimSuffix(strings.TrimPrefix(err.Error(), "serving http://"), "/metrics")
		})
	}()
	host := <-address
	get := func() string {
		conn, err := net.Dial("tcp", host)
		must(t, err)
		defer func() { _ = conn.Close() }()
		_, err = io.WriteString(conn, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
		must(t, err)
		answer, err := io.ReadAll(conn)
		must(t, err)
		_, page, _ := strings.Cut(string(answer), "\r\n\r\n")
		return page
	}
	wantSamples(t, get(), map[string]float64{"pooltop_store_readable default": 1, "pooltop_store_readable work": 1, "pooltop_store_readable new": math.NaN()})
	w.put("new", healthy)
	w.fake.changes <- watch.Change{Path: w.profilesDir()}
	w.fake.changes <- watch.Change{Path: w.path("default")} // received after the first was handled
	wantSamples(t, get(), map[string]float64{"pooltop_store_readable new": 1})
	must(t, os.RemoveAll(filepath.Dir(w.path("new"))))
	w.fake.changes <- watch.Change{Path: w.profilesDir()}
	w.fake.changes <- watch.Change{Path: w.path("default")}
	wantSamples(t, get(), map[string]float64{"pooltop_store_readable new": math.NaN()})
	equal(t, "stores in memory", len(e.loader.last), 2)

	w.put("work", failedAt(guardStart.Add(-time.Second))) // fails and recovers between two requests
	w.fake.changes <- watch.Change{Path: w.path("work")}
	w.fake.changes <- watch.Change{Path: w.path("default")}
	w.put("work", healthy)
	wantSamples(t, get(), map[string]float64{
		"pooltop_credential_exhaustions_total 429 a  work p": 1, "pooltop_credential_exhaustions_total 429 a  default p": 0,
	})

	busy := newExporter(w.cfg, noLog, false).listen(ctx, newStoreWatch(w.cfg, noLog), host, func(error) {})
	contains(t, fmt.Sprint(busy), "cannot listen on "+host+": ")
	cancel()
	must(t, <-ended)
}

// textfileTest is a textfile with a fake clock and page.
type textfileTest struct {
	t *testing.T
	textfile
	now      reading
	warnings []string
}

func newTextfileTest(t *testing.T) *textfileTest {
	x := &textfileTest{t: t, now: reading{page: []byte("a 1\n"), at: guardStart}}
	x.textfile = textfile{
		path: filepath.Join(t.TempDir(), "x.prom"), read: func() reading { return x.now },
		warn: func(err error) { x.warnings = append(x.warnings, err.Error()) },
	}
	return x
}

// updated checks whether an update writes the file, and how long it waits.
func (x *textfileTest) updated(written bool, wait time.Duration) {
	x.t.Helper()
	must(x.t, os.RemoveAll(x.path))
	got, err := x.update()
	must(x.t, err)
	_, err = os.Stat(x.path)
	equal(x.t, "whether the file was written", err == nil, written)
	equal(x.t, "the wait", got, wait)
}

func TestTextfile_Update(t *testing.T) {
	x := newTextfileTest(t)
	x.updated(true, time.Minute)
	x.updated(false, time.Minute)
	x.now.at = x.now.at.Add(20 * time.Second)
	x.updated(false, 40*time.Second)
	x.now.page = []byte("a 2\n")
	x.updated(true, time.Minute)
	x.now.page, x.now.at = []byte("a 3\n"), x.now.at.Add(300*time.Millisecond)
	x.updated(false, 700*time.Millisecond) // too soon
	x.now.at = x.now.at.Add(700 * time.Millisecond)
	x.updated(true, time.Minute)
	x.now.next = x.now.at.Add(5 * time.Second)
	x.updated(false, 5*time.Second)
	x.now.next = x.now.at.Add(time.Millisecond)
	x.updated(false, time.Second)
	x.now.next, x.now.at = time.Time{}, x.now.at.Add(time.Minute)
	x.updated(true, time.Minute) // unchanged, but a minute old
	x.now.at = x.now.at.Add(-time.Hour)
	x.updated(true, time.Minute) // the clock was set back
}

// TestTextfile_Run checks that the file follows changes, and that a failure is reported once.
func TestTextfile_Run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTextfileTest(t)
		x.read = func() reading { return reading{page: x.now.page, at: time.Now()} }
		ctx, cancel := context.WithCancel(t.Context())
		changes, ended := make(chan struct{}), make(chan error)
		go func() {
			ended <- x.run(ctx, func(ctx context.Context, changed func()) error {
				for {
					select {
					case <-changes:
						changed()
					case <-ctx.Done():
						return nil
					}
				}
			})
		}()
		content := func() string {
			synctest.Wait()
			data, _ := os.ReadFile(x.path)
			return string(data)
		}
		equal(t, "the file", content(), "a 1\n")
		<-time.After(2 * time.Second)
		x.now.page = []byte("a 2\n")
		changes <- struct{}{}
		equal(t, "the file after a change", content(), "a 2\n")
		must(t, os.Remove(x.path))
		<-time.After(61 * time.Second)
		equal(t, "the file after a minute", content(), "a 2\n")
		must(t, os.RemoveAll(filepath.Dir(x.path)))
		<-time.After(5 * time.Minute)
		equal(t, "warnings", fmt.Sprint(x.warnings), fmt.Sprintf("[cannot write %s: the directory does not exist]", x.path))
		must(t, os.Mkdir(filepath.Dir(x.path), 0o700))
		<-time.After(61 * time.Second)
		equal(t, "the file after the failure", content(), "a 2\n")
		cancel()
		must(t, <-ended)
	})
}

func TestTextfile_Run_FirstWrite(t *testing.T) {
	x := newTextfileTest(t)
	x.path = filepath.Join(t.TempDir(), "none", "x.prom")
	err := x.run(t.Context(), func(context.Context, func()) error { return errors.New("must not be called") })
	contains(t, fmt.Sprint(err), "cannot write "+x.path+": the directory does not exist")
}

// TestTextfile_Atomic checks that a reader never sees an incomplete file.
func TestTextfile_Atomic(t *testing.T) {
	x := newTextfileTest(t)
	pages := [][]byte{bytes.Repeat([]byte("a"), 100_000), bytes.Repeat([]byte("b"), 10)}
	write := func(i int) {
		x.now.page, x.now.at = pages[i%2], x.now.at.Add(time.Second)
		_, err := x.update()
		must(t, err)
	}
	write(0)
	stop, read := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for ; ; n++ {
			data, err := os.ReadFile(x.path)
			if err != nil || !bytes.Equal(data, pages[0]) && !bytes.Equal(data, pages[1]) {
				t.Errorf("%d bytes (%v)", len(data), err)
			}
			select {
			case <-stop:
				read <- n
				return
			default:
			}
		}
	}()
	for i := range 100 {
		write(i)
	}
	close(stop)
	if n := <-read; n < 1 {
		t.Error("nothing was read")
	}
}
