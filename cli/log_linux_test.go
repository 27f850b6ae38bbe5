package cli

import (
	"bytes"
	"path/filepath"
	"testing"

	"pooltop/cli/internal/testkit"
)

// The dashboard logs what it watches and what its keys write.
func TestLog_Dashboard(t *testing.T) {
	c, file, path := testkit.Open(t), storeFile(t, secretStore()), filepath.Join(t.TempDir(), "debug.log")
	runOn(t, c, "pooltop", nil, "--file", file, "--log-file", path)
	c.Shows("one", "two")
	c.Type("r")
	c.Shows("reset one")
	writeFile(t, file, bytes.Replace(readFile(t, file), []byte(`"two"`), []byte(`"three"`), 1))
	c.Shows("three") // the dashboard was told of the change
	c.Type("q")
	equal(t, "the exit code", c.Wait(), exitDone)
	log := string(readFile(t, path))
	says(t, log, "msg=started", "command=pooltop", `msg="action done"`, "verb=reset", "kind=reset by=operator", `msg="file changed"`, "msg=ended")
	checkNoSecret(t, "the log", outcome{stdout: log})
}
