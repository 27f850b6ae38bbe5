package report

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"pooltop/cli/internal/jsonout"
)

// file is what the file system says about a store. If the path is a symbolic
// link, all but Link describe its target.
type file struct {
	Error      *string      `json:"error"` // why the file cannot be read
	Size       *int64       `json:"size"`
	Mode       *string      `json:"mode"`           // as ls writes it; null on Windows
	DirMode    *string      `json:"directory_mode"` // likewise
	ModifiedAt jsonout.Time `json:"modified_at"`
	Link       bool         `json:"link"`
	ReadOnly   bool         `json:"read_only"` // this user may not write it

	findings []finding
}

func stat(path string) file {
	var f file
	if info, err := os.Lstat(path); err == nil {
		f.Link = info.Mode()&fs.ModeSymlink != 0
	}
	if info, err := os.Stat(path); err == nil {
		f.Size, f.ModifiedAt, f.Mode = new(info.Size()), jsonout.Time(info.ModTime()), modeText(info)
		if info.Mode().IsRegular() {
			f.check(info.Mode()&0o077 == 0, fileMode, "file is accessible to group or others")
			f.check(info.Mode()&0o600 == 0o600, fileMode, "owner lacks read/write permission")
		}
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		target = path
	}
	if info, err := os.Stat(filepath.Dir(target)); err == nil {
		f.DirMode = modeText(info)
		f.check(info.Mode()&0o022 == 0, dirMode, "directory is writable by group or others")
		f.check(info.Mode()&0o700 == 0o700, dirMode, "owner lacks access to the directory")
	}
	return f
}

// check adds a finding about permissions. On Windows they mean nothing.
func (f *file) check(ok bool, k kind, problem string) {
	if !ok && runtime.GOOS != "windows" {
		f.findings = append(f.findings, newFinding(k, problem))
	}
}

func modeText(info fs.FileInfo) *string {
	if runtime.GOOS == "windows" {
		return nil
	}
	return new(info.Mode().String())
}
