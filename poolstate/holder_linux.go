package poolstate

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// LockHolder returns the name and PID of the process that holds the lock at
// path, or an empty string if that is unknown.
func LockHolder(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	file := fmt.Sprintf("%02x:%02x:%d", unix.Major(stat.Dev), unix.Minor(stat.Dev), stat.Ino)
	table, _ := os.ReadFile("/proc/locks")
	if pid := holderOf(string(table), file, func(pid int) bool { return hasOpen(pid, info) }); pid > 0 {
		return processName(pid)
	}
	return ""
}

// holderOf returns the PID of the process that holds a flock on a file, or 0. On some
// file systems, such as Btrfs, the device number in the table differs from the one in
// stat(2). In that case, the process must also have the file open.
func holderOf(table, file string, hasOpen func(pid int) bool) int {
	for line := range strings.Lines(table) {
		if pid, sameDevice := flockPID(line, file); pid > 0 && (sameDevice || hasOpen(pid)) {
			return pid
		}
	}
	return 0
}

// flockPID returns the PID of the process that holds a flock on the inode of file,
// from a line of the table such as "1: FLOCK  ADVISORY  WRITE 4242 08:01:1234567 0 EOF",
// and whether the device is the same. Waiting processes have an arrow after "1:".
func flockPID(line, file string) (pid int, sameDevice bool) {
	f := strings.Fields(line)
	inode := file[strings.LastIndexByte(file, ':'):]
	if len(f) < 6 || f[1] != "FLOCK" || !strings.HasSuffix(f[5], inode) {
		return 0, false
	}
	pid, _ = strconv.Atoi(f[4])
	return pid, f[5] == file
}

// hasOpen reports whether a process has a file open. It returns false if the user may not
// list the open files of the process.
func hasOpen(pid int, file fs.FileInfo) bool {
	open, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, path := range open {
		if info, err := os.Stat(path); err == nil && os.SameFile(info, file) {
			return true
		}
	}
	return false
}

func processName(pid int) string {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return fmt.Sprintf("process %d", pid)
	}
	return fmt.Sprintf("%s (process %d)", strings.TrimSpace(string(name)), pid)
}
