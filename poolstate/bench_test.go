package poolstate

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// bigStore returns a store with n credentials in ten providers, each as large
// as an agent writes it, about 600 bytes.
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
			fmt.Fprintf(&b, `      {
        "id": "%06x",
        "label": "key-%d",
        "auth_type": "api_key",
        "priority": %d,
        "source": "manual",
        "access_token": "SECRET-%d-%d-not-a-real-token",
        "last_status": "exhausted",
        "last_status_at": 1795422713.0,
        "last_error_code": 429,
        "last_error_reason": "rate_limit_error",
        "last_error_message": "This request would exceed your organization's rate limit",
        "last_error_reset_at": null,
        "base_url": "https://api.example.com/v1",
        "request_count": 412,
        "consecutive_failures": 2
      }`, p<<16|i, i, i, p, i)
		}
		b.WriteString("\n    ]")
	}
	b.WriteString("\n  },\n  \"updated_at\": \"2026-11-23T09:30:58.325949+00:00\"\n}\n")
	return b.Bytes()
}

func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		data := bigStore(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
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

func BenchmarkSummarize(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		pool, err := Decode(bigStore(n), time.UTC)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pool.Summarize(Backoff, time.Unix(1795425600, 0))
			}
		})
	}
}
