//go:build darwin || freebsd

package watch

import "testing"

func TestNetworkType(t *testing.T) {
	for name, want := range map[string]string{
		"nfs": reasonRemote, "smbfs": reasonRemote, "afpfs": reasonRemote,
		"webdav": reasonRemote, "p9fs": reasonRemote,
		"macfuse": reasonFuse, "osxfuse": reasonFuse, "fusefs.sshfs": reasonFuse,
		"apfs": "", "hfs": "", "ufs": "", "zfs": "", "tmpfs": "",
	} {
		if got := networkType(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}
