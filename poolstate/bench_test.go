package poolstate

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"pooltop/poolstate/internal/atomicfile"
)

// bigStore returns a store with n credentials of about 600 bytes in ten
// providers.
func bigStore(n int) []byte {
	var b bytes.Buffer
	b.WriteString("{\n  \"version\": 1,\n  \"credential_pool\": {\n")
	for p := range 10 {
		if p > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "    \"provider-%d\": [\n", p)
		for i := range n / 10 {
			if i > 0 {
				b.WriteString(",\n")
			}
			fmt.Fprintf(&b, `      {"id": "%06x", "label": "key-%d", "auth_type": "api_key", "priority": %d, "source": "manual",
        "access_token": "SECRET-%d-%d-not-a-real-token", "last_status": "exhausted", "last_status_at": 1795422713.0,
        "last_error_code": 429, "last_error_reason": "rate_limit_error",
        "last_error_message": "This request would exceed your organization's rate limit", "last_error_reset_at": %d,
        "base_url": "https://api.example.com/v1", "request_count": 412, "consecutive_failures": 2}`, p<<16|i, i, i, p, i, 1795426000+i*7919%1000)
		}
		b.WriteString("\n    ]")
	}
	b.WriteString("\n  },\n  \"updated_at\": \"2026-11-23T09:30:58.325949+00:00\"\n}\n")
	return b.Bytes()
}

// ofSizes runs a benchmark for stores of 10 to 10,000 credentials.
func ofSizes(b *testing.B, run func(b *testing.B, data []byte)) {
	for _, n := range []int{10, 1000, 10000} {
		data := bigStore(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			run(b, data)
		})
	}
}

// BenchmarkScan scans the JSON tokens of a file, for comparison with BenchmarkLoad.
func BenchmarkScan(b *testing.B) {
	ofSizes(b, func(b *testing.B, data []byte) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			dec := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
			for dec.PeekKind() != 0 {
				if _, err := dec.ReadToken(); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkDecode_Tokens decodes 1,000 entries with 400-byte tokens and distinct error
// messages. In the case "quoted", each message contains part of a token.
func BenchmarkDecode_Tokens(b *testing.B) {
	for name, message := range map[string]string{
		"plain":  "The rate limit is exceeded (request REQUEST)",
		"quoted": "Incorrect key TOKEN (request REQUEST)",
	} {
		b.Run(name, func(b *testing.B) {
			var entries []string
			for i := range 1000 {
				var sum []byte
				for n := range 10 {
					sum = fmt.Appendf(sum, "%x", sha256.Sum256(fmt.Append(nil, i, n)))
				}
				access := string(sum[:400])
				quote := strings.NewReplacer("TOKEN", access[100:140], "REQUEST", fmt.Sprintf("req_%010x", i*i))
				entries = append(entries, fmt.Sprintf(`{"id": "%06x", "access_token": %q, "last_error_message": %q}`,
					i, access, quote.Replace(message)))
			}
			data := []byte(storeOf(entries...))
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(data, time.UTC); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	ofSizes(b, func(b *testing.B, data []byte) {
		s := newStore(b, string(data))
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := s.Load(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkLoadIfChanged measures LoadIfChanged for a file that has not changed.
func BenchmarkLoadIfChanged(b *testing.B) {
	ofSizes(b, func(b *testing.B, data []byte) {
		s := newStore(b, string(data))
		snap, err := s.Load()
		must(b, err)
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if again, err := s.LoadIfChanged(snap); err != nil || again.Pool != snap.Pool {
				b.Fatal("it was parsed again", err)
			}
		}
	})
}

// BenchmarkEdit alternates between resetting one credential and a plain durable write of a file
// of the same size. It reports two figures: locked-ms, the median time that the lock is held,
// and x-write, the ratio of that time to the median time of the plain write.
func BenchmarkEdit(b *testing.B) {
	ofSizes(b, func(b *testing.B, data []byte) {
		s := newStore(b, string(data))
		var begin time.Time
		s.fs = faultyFS{FS: atomicfile.OS, onRead: func() { begin = time.Now() }}
		target := []Credential{load(b, s).Provider("provider-5").Credentials[0]}
		var locked, written []time.Duration
		for b.Loop() {
			if out, err := s.Perform(b.Context(), Action{Verb: VerbReset}, target, nil); err != nil || len(out.Changed) != 1 {
				b.Fatal("nothing was edited", err)
			}
			locked = append(locked, time.Since(begin))
			begin = time.Now()
			old, err := atomicfile.Read(atomicfile.OS, s.Path())
			if err == nil {
				_, err = atomicfile.Replace(atomicfile.OS, s.Path(), data, old, "r4nd0m")
			}
			must(b, err)
			written = append(written, time.Since(begin))
		}
		median := func(d []time.Duration) float64 {
			slices.Sort(d)
			return float64(d[len(d)/2])
		}
		b.ReportMetric(median(locked)/float64(time.Millisecond), "locked-ms")
		b.ReportMetric(median(locked)/median(written), "x-write")
	})
}
