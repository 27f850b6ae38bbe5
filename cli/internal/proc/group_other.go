//go:build !unix

package proc

import "os/exec"

func setGroup(*exec.Cmd) {}

func killGroup(*exec.Cmd) {}
