package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"pooltop/cli/config"
	"pooltop/poolstate"
)

// maxAgentConfig is the maximum size in bytes of an agent's configuration.
const maxAgentConfig = 1 << 20

// strategyFile caches the rotation strategies from an agent's configuration.
type strategyFile struct {
	modified   time.Time
	size       int64
	strategies map[string]poolstate.Strategy // as of modified and size
}

// agentConfig returns the path of the configuration of the agent that uses a store.
func agentConfig(store string) string { return filepath.Join(filepath.Dir(store), "config.yaml") }

// read returns the rotation strategies, by provider, of the agent that uses a store. It reads
// the configuration only if that has changed since the last call. If it cannot be read, the
// agent uses fill_first for all providers.
func (f *strategyFile) read(store string) map[string]poolstate.Strategy {
	path := agentConfig(store)
	info, err := os.Stat(path)
	if err != nil {
		*f = strategyFile{}
		return nil
	}
	if !info.ModTime().Equal(f.modified) || info.Size() != f.size {
		*f = strategyFile{info.ModTime(), info.Size(), parseStrategies(path)}
	}
	return f.strategies
}

// strategiesOf returns a function that calls read for the given store. The function may be called
// concurrently.
func strategiesOf(store string) func() map[string]poolstate.Strategy {
	var mu sync.Mutex
	var f strategyFile
	return func() map[string]poolstate.Strategy {
		mu.Lock()
		defer mu.Unlock()
		return f.read(store)
	}
}

func parseStrategies(path string) map[string]poolstate.Strategy {
	data, err := config.ReadFile(path, maxAgentConfig)
	var doc struct {
		Strategies map[string]any `yaml:"credential_pool_strategies"`
	}
	if err != nil || yaml.UnmarshalWithOptions(bytes.TrimPrefix(data, []byte("\ufeff")), &doc, yaml.AllowDuplicateMapKey()) != nil {
		return nil
	}
	out := map[string]poolstate.Strategy{}
	for provider, value := range doc.Strategies {
		if name, ok := value.(string); ok {
			out[provider] = poolstate.ParseStrategy(name)
		}
	}
	return out
}
