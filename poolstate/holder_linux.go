package poolstate

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// lockTable is where the kernel lists the locks that processes hold.
const lockTable = "/proc/locks"

// LockHolder tells who holds a store's lock, as far as the system says: the
// name and number of a process, or an empty string.
func LockHolder(store string) string {
	info, err := os.Stat(LockPath(store))
	if err != nil {
		return ""
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	table, err := os.Open(lockTable)
	if err != nil {
		return ""
	}
	defer func() { _ = table.Close() }()
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		if pid := flockPID(lines.Text(), stat.Ino); pid > 0 {
			return processName(pid)
		}
	}
	return ""
}

// flockPID returns who holds a flock on the inode, by one line of the table:
// "1: FLOCK  ADVISORY  WRITE 4242 08:01:1234567 0 EOF". Lines of processes that
// wait have an arrow behind the number.
func flockPID(line string, inode uint64) int {
	f := strings.Fields(line)
	if len(f) < 6 || f[1] != "FLOCK" || !strings.HasSuffix(f[5], ":"+strconv.FormatUint(inode, 10)) {
		return 0
	}
	pid, _ := strconv.Atoi(f[4])
	return pid
}

func processName(pid int) string {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return fmt.Sprintf("process %d", pid)
	}
	return fmt.Sprintf("%s (process %d)", strings.TrimSpace(string(name)), pid)
}
