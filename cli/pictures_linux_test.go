package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// The store of the pictures, and when they are taken of it.
const (
	picturedStore   = "testdata/pictures/auth.json"
	picturedJournal = "testdata/pictures/events.jsonl"
	picturedAt      = "2026-11-23T14:02:37Z"
	picturedPath    = "~/.hermes/auth.json"
	// picturedFile is the store's path in the journal.
	picturedFile = "/home/me/.hermes/auth.json"
)

// scenes are the pictures of the README that stand still: keys that are typed
// one after the other, and words that stand there then.
var scenes = []struct {
	name, about string
	w, h        int
	keys        []string
	words       []string
}{
	{
		"dashboard", "The dashboard during an outage: anthropic has no credential ready, openrouter one of five.",
		120, 36,
		[]string{"j"},
		[]string{"looks like an outage at the provider", "next failure 8h"},
	},
	{
		"detail", "One credential: the provider's words, where its deadline comes from, and what the next failure costs.",
		104, 17,
		[]string{"j", "d"},
		[]string{"computed: 1h × 4", "priority 1"},
	},
	{
		"filter", "The table, filtered down to the cooling credentials with code 429.",
		112, 20,
		[]string{"/", "state:cooling code:429"},
		[]string{"4 of 11 shown"},
	},
	{
		"exhaust", "The form that takes a credential out: code, duration and reason, and what comes of it.",
		112, 31,
		[]string{"jjjjjjj", "x", "\t", "wait for the invoice", "\x1b[Z", "3h"},
		[]string{"force-exhaust backup-key", "wait for the invoice", "until 17:02"},
	},
	{
		"forecast", "The capacity forecast: how many credentials are ready at each moment until the last deadline.",
		104, 22,
		[]string{"f"},
		[]string{"first back 14:59", "9 by 18:30"},
	},
	{
		"events", "The events, newest first: what happened, to which credential, by whose hand.",
		112, 18,
		[]string{"e"},
		[]string{"13 events", "operator", "streak 2 → 0"},
	},
}

// frames are the moments of the demo that its picture shows: how far the story
// is told, what is typed then, the words that stand there, and how long they
// stay.
var frames = []struct {
	told  time.Duration
	keys  string
	words string
	stays time.Duration
}{
	{15 * time.Minute, "", "every provider is up", 1200 * time.Millisecond},
	{24 * time.Minute, "", "looks like an outage", 1400 * time.Millisecond},
	{77 * time.Minute, "", "1h", 800 * time.Millisecond},
	{83 * time.Minute, "", "3 due", 800 * time.Millisecond},
	{90 * time.Minute, "", "first back in 1h5", 1400 * time.Millisecond},
	{150 * time.Minute, "", "402 no credits", 1000 * time.Millisecond},
	{240 * time.Minute, "", "streak 2 → 3, 4h", 1400 * time.Millisecond},
	{471 * time.Minute, "", "streak 3 → 4, 8h", 1400 * time.Millisecond},
	{13*time.Hour + 5*time.Minute, "", "every provider is up", 1200 * time.Millisecond},
	{0, "R", "accept", 1400 * time.Millisecond},
	{0, "y", "reset", 1500 * time.Millisecond},
	{13*time.Hour + 30*time.Minute, "", "3 of 3 ready", 1400 * time.Millisecond},
}

// still is the frame of the demo that is shown where nothing moves.
const still = 6

// TestPictures holds the pictures of the README to what the program draws.
// With -update it draws them anew.
func TestPictures(t *testing.T) {
	for _, scene := range scenes {
		v := takeScene(t, scene.w, scene.h, scene.keys, scene.words)
		d := drawing{title: "pooltop: " + scene.name, about: scene.about, caption: "pooltop"}
		d.frames = []frame{{cells: v.dark}}
		keepPicture(t, scene.name+"-dark.svg", darkWindow.draw(d))
		d.frames = []frame{{cells: v.light}}
		keepPicture(t, scene.name+"-light.svg", lightWindow.draw(d))
	}
	d := drawing{
		title: "pooltop demo", caption: "pooltop demo", still: still,
		about: "An outage, played by the demo: credentials fall, their streaks climb, their cooldowns double, capacity comes back.",
	}
	var dark, light []frame
	for i, v := range takeDemo(t) {
		dark, light = append(dark, frame{v.dark, frames[i].stays}), append(light, frame{v.light, frames[i].stays})
	}
	d.frames = dark
	keepPicture(t, "demo-dark.svg", darkWindow.draw(d))
	d.frames = light
	keepPicture(t, "demo-light.svg", lightWindow.draw(d))
}

// takeScene takes a picture of the dashboard on the pictured store.
func takeScene(t *testing.T, w, h int, keys, words []string) (v view) {
	t.Helper()
	home := t.TempDir()
	file, account := filepath.Join(home, "auth.json"), filepath.Join(home, "events.jsonl")
	writeFile(t, file, readFile(t, picturedStore))
	writeFile(t, account, bytes.ReplaceAll(readFile(t, picturedJournal), []byte(picturedFile), []byte(file)))
	synctest.Test(t, func(t *testing.T) {
		cfg, err := (&options{location: poolstate.Location{File: file}, policy: "auto", now: picturedAt}).storeDashboard()
		if err != nil {
			t.Fatal(err)
		}
		cfg.Path = picturedPath
		cfg.Operator.Journal = journal.At(account)
		r := rehearse(t, cfg, w, h)
		defer r.close()
		for _, k := range keys {
			r.typed(k)
			r.wait(time.Second / 20)
		}
		r.wait(time.Second / 10)
		v = r.see(words...)
	})
	return v
}

// takeDemo takes a picture of each of the moments of the demo.
func takeDemo(t *testing.T) (taken []view) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		defer s.stop()
		clock := model.Clock{Now: func() time.Time { return s.clock.At(time.Since(s.began)) }, Rate: s.clock.Rate}
		r := rehearse(t, demoDashboard(s.store, clock, poolstate.PolicyAuto, s.sim), 120, 38)
		defer r.close()
		for _, f := range frames {
			s.until(f.told)
			r.typed(f.keys)
			taken = append(taken, r.see(f.words))
		}
	})
	return taken
}

// keepPicture compares a picture with the one that is kept, or keeps it.
func keepPicture(t *testing.T, name, drawn string) {
	t.Helper()
	file := filepath.Join("..", "docs", name)
	if *update {
		if err := os.WriteFile(file, []byte(drawn), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := os.ReadFile(file)
	if err != nil || string(kept) != drawn {
		t.Errorf("%s is not what the program draws: run go test . -run TestPictures -update to draw it anew", file)
	}
}
