//go:build darwin || freebsd

package watch

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

// networkFS returns why events from dir cannot be trusted, which is that
// others can alter its files without this kernel's knowledge. It returns the
// empty string if nothing is known against them.
func networkFS(dir string) string {
	var st unix.Statfs_t
	for {
		err := unix.Statfs(dir, &st)
		if err == nil {
			return networkType(unix.ByteSliceToString(st.Fstypename[:]))
		}
		if !errors.Is(err, unix.EINTR) {
			return ""
		}
	}
}

// networkType is networkFS for the name of a file system type.
func networkType(name string) string {
	switch name = strings.ToLower(name); {
	case strings.Contains(name, "fuse"):
		return reasonFuse
	case name == "nfs", name == "smbfs", name == "cifs", name == "afpfs",
		name == "webdav", name == "ftp", name == "9p", name == "p9fs",
		name == "afs", name == "ceph", name == "prl_fs", name == "vmhgfs":
		return reasonRemote
	default:
		return ""
	}
}
