package ui

import (
	"fmt"
	"testing"
)

// BenchmarkRender draws what each beat of the clock draws.
func BenchmarkRender(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprintf("credentials=%d", n), func(b *testing.B) {
			s := screenOf(bigPool(b, n)).choose(b, "key-1-4").sizedAt(120, 36)
			b.ReportAllocs()
			for b.Loop() {
				Render(s)
			}
		})
	}
}

// BenchmarkScrollTo is done on every message, whatever it says.
func BenchmarkScrollTo(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprintf("credentials=%d", n), func(b *testing.B) {
			s := screenOf(bigPool(b, n)).choose(b, "key-1-4").sizedAt(120, 36)
			b.ReportAllocs()
			for b.Loop() {
				ScrollTo(s)
			}
		})
	}
}
