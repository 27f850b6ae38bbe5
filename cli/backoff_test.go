package cli

import (
	"encoding/json"
	"testing"
)

// The ladder: what each failure in a row costs, by error code.
func TestBackoffLadder(t *testing.T) {
	climb, level := []int{1, 2, 4, 8, 8}, []int{1, 1, 1, 1, 1}
	for _, c := range []struct {
		name        string
		args        []string
		multipliers []int
		base        int
	}{
		{"by default a 429", nil, climb, 3600},
		{"429", []string{"--code", "429"}, climb, 3600},
		{"402", []string{"--code", "402"}, climb, 3600},
		{"401", []string{"--code", "401"}, climb, 300},
		{"any other", []string{"--code", "529"}, climb, 3600},
		{"policy backoff", []string{"--policy", "backoff"}, climb, 3600},
		{"policy flat", []string{"--policy", "flat"}, level, 3600},
		{"policy flat and a 401", []string{"--policy", "flat", "--code", "401"}, level, 300},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := done(t, pooltop(t, append([]string{"backoff", "--json"}, c.args...)...))
			var rungs []map[string]int
			if err := json.Unmarshal([]byte(out), &rungs); err != nil {
				t.Fatal(err)
			}
			if len(rungs) != len(c.multipliers) {
				t.Fatalf("%d rungs, want %d", len(rungs), len(c.multipliers))
			}
			for i, m := range c.multipliers {
				want := map[string]int{"streak": i + 1, "multiplier": m, "seconds": c.base * m}
				equal(t, "a rung", asJSON(t, rungs[i]), asJSON(t, want))
			}
		})
	}
}

func TestBackoffJSONAsItIsWritten(t *testing.T) {
	const first = "[\n  {\n    \"streak\": 1,\n    \"multiplier\": 1,\n    \"seconds\": 3600\n  },\n"
	out := done(t, pooltop(t, "backoff", "--json"))
	equal(t, "the beginning", out[:min(len(first), len(out))], first)
}

// The table for people. The last line stands for every streak from there on.
func TestBackoffTable(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"429", nil, `STREAK  MULTIPLIER  COOLDOWN
1       1×          1h
2       2×          2h
3       4×          4h
4       8×          8h
5+      8×          8h
`},
		{"401", []string{"--code", "401"}, `STREAK  MULTIPLIER  COOLDOWN
1       1×          5m
2       2×          10m
3       4×          20m
4       8×          40m
5+      8×          40m
`},
		{"flat", []string{"--policy", "flat"}, `STREAK  MULTIPLIER  COOLDOWN
1       1×          1h
2       1×          1h
3       1×          1h
4       1×          1h
5+      1×          1h
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			equal(t, "the table", done(t, pooltop(t, append([]string{"backoff"}, c.args...)...)), c.want)
		})
	}
}
