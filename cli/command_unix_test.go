//go:build unix

package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pooltop/cli/config"
)

// Opening a pipe as the log fails without a reader. Writing to it does not wait for a stuck reader.
func TestOpenLog_StuckPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	must(t, syscall.Mkfifo(path, 0o600))
	cfg := &config.Config{LogFile: path}
	_, _, err := openLog(cfg, "pooltop")
	contains(t, err.Error(), "; start the reader of the pipe first")
	reader, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	log, closeLog, err := openLog(cfg, "pooltop")
	must(t, err)
	for range 3 { // more than fits into the pipe
		log.Info(strings.Repeat("a", 64<<10))
	}
	must(t, closeLog())
	line := make([]byte, 5)
	_, err = io.ReadFull(reader, line)
	must(t, err)
	equal(t, "the log begins with", string(line), "time=")
	must(t, reader.Close())
}
