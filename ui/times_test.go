package ui

import (
	"strings"
	"testing"
	"time"

	"pooltop/ui/text"
)

// TestTimes lists the columns of times, with the time left and with clock times
// first, where there are two of them and where there is one.
func TestTimes(t *testing.T) {
	long := entry{"last_error_reset_at": secondsAt(6*text.Day + 5*time.Hour)}
	for _, c := range []struct {
		name                string
		e                   entry
		distance, clock     string // at 120 columns
		narrow, narrowClock string // at 60
	}{
		{"cooling", exhaustedEntry("key", 20*time.Minute, 1), "40m00s· 10:00", "10:00· 40m00s", "40m00s·", "10:00·"},
		{"for days", exhaustedEntry("key", 0, 1).With(long), "6d05h* Sun 14:20", "Sun 14:20* 6d05h", "6d05h*", "Sun 14:20*"},
		{"never", exhaustedEntry("key", 0, 1).With(entry{"last_error_reset_at": 9e11}), ">999d? never", "never? >999d", ">999d?", "never?"},
		{"due", exhaustedEntry("key", 2*time.Hour, 1), "now 08:20", "08:20 now", "now", "now"},
		{"due, no instant", exhaustedEntry("key", 0, 1).With(entry{"last_status_at": nil}), "now", "now", "now", "now"},
		{"dead", deadEntry("key"), "re-auth", "re-auth", "re-auth", "re-auth"},
		{"ready", readyEntry("key"), "", "", "", ""},
	} {
		s := screenOf(poolOf(t, providers{"p": []entry{c.e, readyEntry("companion")}}))
		for _, v := range []struct {
			width int
			clock bool
			want  string
		}{{120, false, c.distance}, {120, true, c.clock}, {60, false, c.narrow}, {60, true, c.narrowClock}} {
			s.Clock = v.clock
			tab := newTable(s.sizedAt(v.width, 20), plainTheme)
			r := &row{table: tab, Line: plainTheme.Line(), a: s.Policy.Assess(&s.Pool.Providers[0].Credentials[0], s.Now)}
			for _, col := range []Column{columnBack, ColumnAt} {
				if r.cell = tab.cols.at[col]; tab.cols.shows(col) {
					columnSpecs[col].draw(r)
				}
			}
			equal(t, c.name, strings.Join(strings.Fields(r.String()), " "), v.want)
			equal(t, c.name+", it fits", r.Col() <= r.cell.to || !tab.cols.shows(ColumnAt) && r.Col() <= tab.cols.at[columnBack].to, true)
		}
	}
}

func TestNext_Clock(t *testing.T) {
	s := screenOf(poolOf(t, providers{"p": []entry{exhaustedEntry("key", 20*time.Minute, 1), readyEntry("other")}})).sizedAt(120, 36)
	for clock, want := range map[bool]string{
		false: "next back key p  40m00s  at 10:00    all ready by 10:00",
		true:  "next back key p  10:00  in 40m00s    all ready by 10:00",
	} {
		s.Clock = clock
		equal(t, "line", strings.TrimSpace(plain(s.next(s.Theme))), want)
		s.Width, s.Height = 20, 4
		equal(t, "in one line", strings.Contains(plain(s.tiny()), "40m00s"), !clock)
		s.Width, s.Height = 120, 36
	}
}

// TestStamp adds the distance in the detail pane only.
func TestStamp(t *testing.T) {
	s := &Screen{Now: epoch, Pane: PaneDetail}
	for d, want := range map[time.Duration]string{
		0:                            "09:20:00 (now)",
		-time.Second:                 "09:19:59 (1s ago)",
		-48 * time.Minute:            "08:32:00 (48m ago)",
		3*time.Hour + 12*time.Minute: "12:32:00 (in 3h12m00s)",
		-25 * time.Hour:              "Sun 22 Nov 08:20:00 (1d1h ago)",
		6*text.Day + 5*time.Hour:     "Sun 29 Nov 14:20:00 (in 6d05h)",
		1001 * text.Day:              "20 Aug 2029 09:20:00 (in >999d)",
	} {
		equal(t, "stamp", s.stamp(epoch.Add(d)), want)
	}
	equal(t, "out of sight", s.stamp(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)), "after the year 9999")
	s.Pane = PaneTable
	equal(t, "beside the forecast", s.stamp(epoch), "09:20:00")
}
