package calibrate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/userfile"
)

// Measurement describes how an installed agent computes cooldowns.
type Measurement struct {
	Agent   string // directory of the agent's code
	Version *string
	Policy  poolstate.Policy
	Cases   int
	// Differences lists the cases in which the agent differs from the built-in policy
	// that has the same name as Policy.
	Differences []Difference
	// Unexplained lists the cases in which the agent differs from Policy itself.
	Unexplained []Difference

	files   []file
	answers answers
}

// DiffersFrom lists the cases in which the agent's cooldown differs from the policy's.
func (m *Measurement) DiffersFrom(policy poolstate.Policy) []Difference {
	return differences(policy, m.answers)
}

// Measure derives the policy of the agent in dir. It takes at most 20 seconds.
func Measure(ctx context.Context, dir string) (*Measurement, error) {
	asked := probes()
	got, err := ask(ctx, dir, asked)
	if err != nil {
		return nil, err
	}
	answers := newAnswers(asked, got.Deadlines)
	policy := derive(answers)
	m := &Measurement{
		Agent: dir, Version: got.Version, Policy: policy, Cases: len(asked), answers: answers,
		Differences: differences(policy.WithRules(nil), answers), Unexplained: differences(policy, answers),
	}
	for _, path := range got.Files {
		f, err := stat(path)
		if err != nil {
			return nil, err
		}
		m.files = append(m.files, f)
	}
	return m, nil
}

// file identifies a version of the agent's code.
type file struct {
	Path    string    `json:"path"`
	Size    int64     `json:"size"`
	ModTime time.Time `json:"modified_at"`
}

func stat(path string) (file, error) {
	info, err := os.Stat(path)
	if err != nil {
		return file{}, err
	}
	return file{path, info.Size(), info.ModTime()}, nil
}

// record is a saved measurement.
type record struct {
	Home       string          `json:"home"`
	Agent      string          `json:"agent"`
	Files      []file          `json:"files"`
	Policy     string          `json:"policy"`
	Cooldowns  map[int][]int64 `json:"cooldown_seconds,omitempty"`
	SoleWait   int64           `json:"sole_seconds,omitempty"`
	MeasuredAt time.Time       `json:"measured_at"`
}

// pathFor returns the path of the saved measurement for an agent's home.
func pathFor(stateDir, home string) string {
	sum := sha256.Sum256([]byte(home))
	return filepath.Join(stateDir, "measured", hex.EncodeToString(sum[:8])+".json")
}

// Save saves the measurement for an agent's home in stateDir. It remains valid until the
// agent's code changes.
func (m *Measurement) Save(stateDir, home string, now time.Time) error {
	r := record{Home: home, Agent: m.Agent, Files: m.files, Policy: m.Policy.String(), MeasuredAt: now.UTC()}
	if rules := m.Policy.Rules(); rules != nil {
		r.Cooldowns, r.SoleWait = map[int][]int64{}, int64(rules.Sole/time.Second)
		for code, steps := range rules.Cooldowns {
			for _, d := range steps {
				r.Cooldowns[code] = append(r.Cooldowns[code], int64(d/time.Second))
			}
		}
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return userfile.Replace(pathFor(stateDir, home), append(data, '\n'))
}

// Load returns the saved policy for an agent's home. It returns false if none was saved or
// if the agent's code has changed since.
func Load(stateDir, home string) (poolstate.Policy, bool) {
	var r record
	data, err := userfile.Read(pathFor(stateDir, home))
	if err != nil || json.Unmarshal(data, &r) != nil || r.Home != home || len(r.Files) == 0 {
		return poolstate.Policy{}, false
	}
	for _, f := range r.Files {
		if now, err := stat(f.Path); err != nil || now.Size != f.Size || !now.ModTime.Equal(f.ModTime) {
			return poolstate.Policy{}, false
		}
	}
	choice, err := poolstate.ParsePolicyChoice(r.Policy)
	if err != nil || !choice.Forced() {
		return poolstate.Policy{}, false
	}
	policy := choice.Resolve(nil, poolstate.NoEvidence)
	if len(r.Cooldowns) > 0 {
		rules := &poolstate.Rules{Cooldowns: map[int][]time.Duration{}, Sole: time.Duration(r.SoleWait) * time.Second}
		for code, steps := range r.Cooldowns {
			for _, s := range steps {
				rules.Cooldowns[code] = append(rules.Cooldowns[code], time.Duration(s)*time.Second)
			}
		}
		policy = policy.WithRules(rules)
	}
	return policy, true
}
