package poolstate

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The vectors were computed by the agent's own code; see "about" in the file.
func TestDeadline_FlatVectors(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "vectors", "flat.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Now   float64
		Cases []struct {
			Entries  json.RawMessage
			Deadline map[string]*float64
		}
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	policies := map[string]Policy{"2026-07": Flat(), "2026-08": Flat202608(), "2026-10": Flat202610()}
	checked := 0
	for i, v := range vectors.Cases {
		p := decoded(t, `{"credential_pool": {"p": `+string(v.Entries)+`}}`)
		c := p.Find(Ref{Provider: "p", ID: "c0"})
		for build, want := range v.Deadline {
			checked++
			// The vectors are from the agent's function for deadlines, which ignores
			// status_cleared_at.
			c := *c
			c.ClearedAt = time.Time{}
			got := policies[build].Deadline(&c, epoch(vectors.Now))
			switch {
			case want == nil && got.IsZero():
			case want == nil, got.IsZero(), !got.At.Equal(epoch(*want)):
				t.Errorf("case %d, build %s: deadline is %v, want %v, for %s", i, build, got.At, want, v.Entries)
			}
		}
	}
	equal(t, "deadlines checked", checked, 720)
}

func epoch(seconds float64) time.Time { return time.UnixMilli(int64(seconds * 1000)).UTC() }
