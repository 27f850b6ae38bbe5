//go:build !linux

package cli

func keepRunning(int) {}
