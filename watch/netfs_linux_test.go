package watch

import "testing"

func TestNetworkMagic(t *testing.T) {
	for magic, want := range map[uint32]string{
		0x6969:     reasonRemote, // NFS
		0x517B:     reasonRemote, // SMB
		0xFE534D42: reasonRemote, // SMB 2
		0xFF534D42: reasonRemote, // CIFS
		0x01021997: reasonRemote, // 9p
		0x5346414F: reasonRemote, // OpenAFS
		0x6B414653: reasonRemote, // AFS of the kernel
		0x00C36400: reasonRemote, // Ceph
		0x0BD00BD0: reasonRemote, // Lustre
		0x65735546: reasonFuse,
		0xEF53:     "", // ext4
		0x01021994: "", // tmpfs
		0x9123683E: "", // btrfs
		0x58465342: "", // XFS
		0x794C7630: "", // overlay
	} {
		if got := networkMagic(magic); got != want {
			t.Errorf("%#x: got %q, want %q", magic, got, want)
		}
	}
}
