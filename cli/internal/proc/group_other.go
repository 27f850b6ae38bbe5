//go:build !unix

package proc

import "os/exec"

func setGroup(*exec.Cmd) {}

func killGroup(*exec.Cmd) {}

func terminateGroup(cmd *exec.Cmd) error { return cmd.Process.Kill() }
