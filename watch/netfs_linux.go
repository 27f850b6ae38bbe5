package watch

import (
	"errors"

	"golang.org/x/sys/unix"
)

// File system type numbers that package unix has no name for.
const (
	magicACFS   = 0x61636673
	magicBeeGFS = 0x19830326
	magicGFS2   = 0x01161970
	magicGPFS   = 0x47504653
	magicHGFS   = 0xBACBACBC // VMware shared folders
	magicLustre = 0x0BD00BD0
	magicPanFS  = 0xAAD7AAEA
	magicPrlFS  = 0x7C7C6673 // Parallels shared folders
	magicVBoxSF = 0x786F4256 // VirtualBox shared folders
)

// networkFS returns why events from dir cannot be trusted, which is that
// others can alter its files without this kernel's knowledge. It returns the
// empty string if nothing is known against them.
func networkFS(dir string) string {
	var st unix.Statfs_t
	for {
		err := unix.Statfs(dir, &st)
		if err == nil {
			return networkMagic(uint32(st.Type)) // 32 bits everywhere
		}
		if !errors.Is(err, unix.EINTR) {
			return ""
		}
	}
}

// networkMagic is networkFS for a file system type number of statfs.
func networkMagic(magic uint32) string {
	switch magic {
	case unix.FUSE_SUPER_MAGIC:
		// Local and remote ones (sshfs) look the same from here.
		return reasonFuse
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC,
		unix.CIFS_SUPER_MAGIC, unix.V9FS_MAGIC, unix.AFS_SUPER_MAGIC,
		unix.AFS_FS_MAGIC, unix.CEPH_SUPER_MAGIC, unix.CODA_SUPER_MAGIC,
		unix.NCP_SUPER_MAGIC, unix.OCFS2_SUPER_MAGIC,
		magicACFS, magicBeeGFS, magicGFS2, magicGPFS, magicHGFS, magicLustre,
		magicPanFS, magicPrlFS, magicVBoxSF:
		return reasonRemote
	default:
		return ""
	}
}
