package model

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

func TestView_MinutesWithoutFocus(t *testing.T) {
	d := startDashboard(t, coolingPool(noon.Add(72*time.Minute+3*time.Second)))
	d.shows("1h12m03s", "Mon 12:00:00")
	d.send(tea.BlurMsg{})
	d.shows("1h13m", "Mon 12:00")
	d.hides("1h12m03s", "12:00:00")
	before := d.screen()
	d.tick(time.Second)
	equal(t, "the screen a second later", d.screen(), before)
	d.send(tea.FocusMsg{})
	d.shows("1h12m02s", "Mon 12:00:01")
}
