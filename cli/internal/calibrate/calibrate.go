// Package calibrate derives the policy of an installed agent from the deadlines that the
// agent's own code computes.
package calibrate

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"pooltop/cli/internal/proc"
)

//go:embed probe.py
var script string

// timeout is the maximum duration of a measurement, and maxOutput the maximum size of its
// output.
const (
	timeout   = 20 * time.Second
	maxOutput = 1 << 20
)

// ErrNoAgent means that no agent was found on this machine.
var ErrNoAgent = errors.New("no installed agent found; specify the agent's source directory with --agent")

// Find returns the directory of the agent's code: dir, or if dir is empty, the first of
// $HERMES_INSTALL_DIR, hermes-agent in the agent's home, and the system-wide installation
// that contains it.
func Find(dir, home string, getenv func(string) string) (string, error) {
	candidates := []string{getenv("HERMES_INSTALL_DIR"), filepath.Join(home, "hermes-agent"), "/usr/local/lib/hermes-agent"}
	if dir != "" {
		candidates = []string{dir}
	}
	for _, c := range candidates {
		if c == "" {
			continue
		}
		if _, err := os.Stat(module(c)); err == nil {
			return filepath.Abs(c)
		}
	}
	if dir != "" {
		return "", fmt.Errorf("%s has no agent/credential_pool.py; specify the agent's source directory with --agent", dir)
	}
	return "", ErrNoAgent
}

func module(dir string) string { return filepath.Join(dir, "agent", "credential_pool.py") }

// answer is the output of the script.
type answer struct {
	Version   *string    `json:"version"`
	Files     []string   `json:"files"`
	Deadlines []*float64 `json:"deadlines"`
}

// ask runs the script in the agent's own Python, with an empty home directory.
func ask(ctx context.Context, dir string, probes []Probe) (answer, error) {
	home, err := os.MkdirTemp("", "pooltop-calibrate-")
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = os.RemoveAll(home) }()
	input, err := json.Marshal(map[string]any{"now": float64(probeTime.Unix()), "probes": probes})
	if err != nil {
		return answer{}, err
	}
	cmd := proc.Command{
		Args: []string{python(dir), "-c", script, dir}, Stdin: input, Dir: home, Timeout: timeout, MaxOutput: maxOutput, Contain: true,
		Env: []string{
			"PATH=" + os.Getenv("PATH"), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"), "TZ=UTC", "PYTHONDONTWRITEBYTECODE=1",
			"HOME=" + home, "HERMES_HOME=" + home, "USERPROFILE=" + home,
		},
	}
	out, err := cmd.Run(ctx)
	switch {
	case errors.Is(err, proc.ErrTimeout), ctx.Err() != nil:
		return answer{}, fmt.Errorf("the agent's code did not answer within %s", timeout)
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return answer{}, errors.New("no Python found: neither the agent's venv nor python3")
	case err != nil:
		return answer{}, fmt.Errorf("the agent's code failed: %s", cmp.Or(lastLine(string(out.Stderr)), err.Error()))
	}
	var a answer
	if err := json.Unmarshal(out.Stdout, &a); err != nil || len(a.Deadlines) != len(probes) {
		return answer{}, errors.New("the agent's code returned no usable answer")
	}
	return a, nil
}

// python returns the Python interpreter in the agent's virtual environment, or python3 if
// there is none.
func python(dir string) string {
	for _, p := range []string{filepath.Join(dir, "venv", "bin", "python"), filepath.Join(dir, "venv", "Scripts", "python.exe")} {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return "python3"
}

// lastLine returns the last line of a traceback, which is the error itself.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
