package poolstate

import (
	"strings"
	"testing"
)

func TestNow(t *testing.T) {
	if s := Now().String(); strings.Contains(s, "m=") {
		t.Errorf("%s has a monotonic clock reading", s)
	}
}
