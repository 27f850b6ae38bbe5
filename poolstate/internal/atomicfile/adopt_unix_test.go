//go:build unix

package atomicfile

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

// fakeInfo describes a file with an owner.
type fakeInfo struct {
	fs.FileInfo
	uid  uint32
	mode fs.FileMode
}

func (i fakeInfo) Sys() any          { return &syscall.Stat_t{Uid: i.uid, Gid: i.uid + 1} }
func (i fakeInfo) Mode() fs.FileMode { return i.mode }

// fakeOwned records the owner that a file gets.
type fakeOwned struct {
	uid, gid int
	err      error
}

func (f *fakeOwned) Name() string { return "/home/ada/new" }

func (f *fakeOwned) Chown(uid, gid int) error {
	f.uid, f.gid = uid, gid
	return f.err
}

func TestAdopt(t *testing.T) {
	denied := &fs.PathError{Op: "chown", Path: "/home/ada/new", Err: syscall.EPERM}
	for name, tt := range map[string]struct {
		info, parent fakeInfo
		err          error
		wantUID      int
		wantErr      bool
	}{
		"same owner":                  {fakeInfo{uid: 7}, fakeInfo{uid: 7, mode: 0o700}, denied, 0, false},
		"root in a home":              {fakeInfo{uid: 0}, fakeInfo{uid: 7, mode: 0o755}, nil, 7, false},
		"not permitted":               {fakeInfo{uid: 9}, fakeInfo{uid: 7, mode: 0o755}, denied, 7, true},
		"a group may create files":    {fakeInfo{uid: 9}, fakeInfo{uid: 7, mode: 0o775}, denied, 7, false},
		"root owns the directory":     {fakeInfo{uid: 9}, fakeInfo{uid: 0, mode: 0o775}, denied, 0, false},
		"everyone may create files":   {fakeInfo{uid: 9}, fakeInfo{uid: 7, mode: 0o777 | fs.ModeSticky}, denied, 7, false},
		"root in a directory for all": {fakeInfo{uid: 0}, fakeInfo{uid: 7, mode: 0o777}, nil, 7, false},
		"root, not permitted":         {fakeInfo{uid: 0}, fakeInfo{uid: 7, mode: 0o755}, denied, 7, true},
	} {
		f := &fakeOwned{err: tt.err}
		err := adopt(f, tt.info, tt.parent)
		if f.uid != tt.wantUID || tt.wantUID != 0 && f.gid != tt.wantUID+1 {
			t.Errorf("%s: the owner is %d:%d, want %d", name, f.uid, f.gid, tt.wantUID)
		}
		if (err != nil) != tt.wantErr || err != nil && (!errors.Is(err, fs.ErrPermission) || strings.Count(err.Error(), f.Name()) != 1) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}
