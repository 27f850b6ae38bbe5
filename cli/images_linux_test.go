package cli

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pooltop/cli/config"
	"pooltop/cli/internal/testkit"
	"pooltop/poolstate/journal"
)

// The store and the journal shown in the images, and the time at which the images are
// taken.
const (
	imageStore   = "testdata/images/auth.json"
	imageJournal = "testdata/images/events.jsonl"
	imageAt      = "2026-11-23T14:02:37Z"
	imagePath    = "~/.hermes/auth.json"
	// imageFile is the store's path in the sample journal.
	imageFile = "/home/me/.hermes/auth.json"
)

// scenes lists the still images in the README, with the keys to type and text that the screen
// must then show.
var scenes = []struct {
	name, about string
	w, h        int
	keys        []string
	words       []string
}{
	{
		"dashboard", "The dashboard during an outage: anthropic has no ready credential, and openrouter has one of five.",
		120, 36,
		[]string{"j"},
		[]string{"looks like an outage at the provider", "if it fails: 8h"},
	},
	{
		"forecast", "The capacity forecast: how many credentials are ready at each moment until the last deadline.",
		104, 22,
		[]string{"f"},
		[]string{"anthropic out, first back in 56m", "personal-api-key 14:59", "9 by 18:30"},
	},
}

// frames lists the frames of the demo's animation: the simulated time since the start, the
// keys to type at that time, text that the screen must then show, and how long the frame is
// shown.
var frames = []struct {
	at    time.Duration
	keys  string
	words string
	stays time.Duration
}{
	{15 * time.Minute, "", "every provider is up; anthropic goes down at 09:40", 1400 * time.Millisecond},
	{55 * time.Minute, "", "1st failure: 1h", 1400 * time.Millisecond},
	{115 * time.Minute, "", "3 due", 800 * time.Millisecond},
	{150 * time.Minute, "", "2nd failure: 2h", 1200 * time.Millisecond},
	{300 * time.Minute, "", "3rd failure: 4h", 1200 * time.Millisecond},
	{510 * time.Minute, "", "4th failure: 8h, the maximum", 1800 * time.Millisecond},
	{11*time.Hour + 5*time.Minute, "", "press R, or wait until 01:19", 2000 * time.Millisecond},
	{0, "R", "accept", 1400 * time.Millisecond},
	{0, "y", "reset", 1500 * time.Millisecond},
	{11*time.Hour + 50*time.Minute, "", "the scenario starts over", 1600 * time.Millisecond},
}

// still is the index of the frame for readers who prefer reduced motion.
const still = 5

// TestImages compares the text of the images in the README with the program's output. With
// -update, it replaces the images.
func TestImages(t *testing.T) {
	t.Parallel()
	for _, scene := range scenes {
		v := takeScene(t, scene.w, scene.h, scene.keys, scene.words)
		checkImages(t, scene.name, testkit.Drawing{
			Title: "pooltop: " + scene.name, About: scene.about, Caption: "pooltop", Frames: []testkit.Frame{{View: v}},
		})
	}
	checkImages(t, "demo", testkit.Drawing{
		Title: "pooltop demo", Caption: "pooltop demo", Frames: takeDemo(t), Still: still,
		About: "An outage simulated by the demo: credentials fail, their streaks grow, their cooldowns double, and capacity returns.",
	})
}

// takeScene returns the dashboard's view of imageStore after the keys have been typed.
func takeScene(t *testing.T, w, h int, keys, words []string) (v testkit.View) {
	t.Helper()
	home := t.TempDir()
	file, journalFile := filepath.Join(home, "auth.json"), filepath.Join(home, "events.jsonl")
	writeFile(t, file, readFile(t, imageStore))
	writeFile(t, journalFile, bytes.ReplaceAll(readFile(t, imageJournal), []byte(imageFile), []byte(file)))
	synctest.Test(t, func(t *testing.T) {
		settings := configAt(t, file)
		settings.Now, _ = time.Parse(time.RFC3339, imageAt)
		cfg := storeDashboard(settings, noLog, false)
		cfg.Stores[0].Path = imagePath
		cfg.Stores[0].Operator.Journal = journal.At(journalFile)
		r := testkit.StartDashboard(t, cfg, w, h)
		defer r.Close()
		for _, k := range keys {
			r.Type(k)
			r.Wait(time.Second / 20)
		}
		r.Wait(time.Second / 10)
		v = r.See(words...)
	})
	return v
}

// takeDemo returns the frames of the demo.
func takeDemo(t *testing.T) (taken []testkit.Frame) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := startDemo(t)
		r := testkit.StartDashboard(t, demoDashboard(&journal.Operator{Store: s.store, Log: noLog}, testSpeed, config.Default(), s.player), 120, 38)
		defer r.Close()
		for _, f := range frames {
			s.runUntil(f.at)
			r.Type(f.keys)
			taken = append(taken, testkit.Frame{View: r.See(f.words), Duration: f.stays})
		}
	})
	return taken
}

// checkImages checks that the dark and the light version of a drawing contain the same text as
// the committed images. With -update, it replaces the committed images.
func checkImages(t *testing.T, name string, d testkit.Drawing) {
	t.Helper()
	for theme, window := range map[string]testkit.Window{"dark": testkit.Dark, "light": testkit.Light} {
		file, drawn := filepath.Join("..", "docs", name+"-"+theme+".svg"), window.Draw(d)
		if *update {
			must(t, os.WriteFile(file, []byte(drawn), 0o644))
		}
		if shown(string(readFile(t, file))) != shown(drawn) {
			t.Errorf("%s is outdated: run go test ./cli -run TestImages -update", file)
		}
	}
}

var svgText = regexp.MustCompile(`<g class="(m\w*)">|<text class='\w+[^']*' x='(\d+)' y='(\d+)'[^>]*>([^<]*)</text>`)

// shown returns the words of an image in reading order, each with its frames. It ignores
// colors, shapes and the structure of the document.
func shown(svg string) string {
	var words []string
	frames := ""
	for _, m := range svgText.FindAllStringSubmatch(svg, -1) {
		if m[1] != "" {
			frames = m[1]
			continue
		}
		x, _ := strconv.Atoi(m[2])
		y, _ := strconv.Atoi(m[3])
		words = append(words, fmt.Sprintf("%5d %5d %s %s", y, x, frames, m[4]))
	}
	slices.Sort(words)
	return strings.Join(words, "\n")
}

// The elements and attributes allowed in an image. None of them runs code or loads
// anything.
var (
	svgElements   = strings.Fields("svg title desc style rect circle text g path")
	svgAttributes = strings.Fields("xmlns viewBox width height role aria-labelledby id class x y cx cy r rx d fill stroke text-anchor textLength transform")
	svgTag        = regexp.MustCompile(`<([^\s/>!?]+)([^>]*)>`)
	svgAttribute  = regexp.MustCompile(`([\w:-]+)\s*=`)
)

// TestImages_Committed checks that the committed images are small and self-contained, have a
// title and a description, contain no scripts, links or secrets, and are shown in the README.
func TestImages_Committed(t *testing.T) {
	files, err := filepath.Glob("../docs/*.svg")
	must(t, err)
	readme := string(readFile(t, filepath.Join("..", "README.md")))
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			content := string(readFile(t, file))
			limit := 60_000
			if strings.HasPrefix(file, "../docs/demo-") {
				limit = 300_000
			}
			if len(content) > limit {
				t.Errorf("%d bytes, more than %d", len(content), limit)
			}
			for _, foreign := range []string{"SECRET", "url(", "@import", "file:", "/tmp/"} {
				if strings.Contains(content, foreign) {
					t.Errorf("the image contains %q", foreign)
				}
			}
			var words struct {
				Title string `xml:"title"`
				Desc  string `xml:"desc"`
			}
			if err := xml.Unmarshal([]byte(content), &words); err != nil || words.Title == "" || words.Desc == "" {
				t.Errorf("%v; title %q, description %q", err, words.Title, words.Desc)
			}
			for _, tag := range svgTag.FindAllStringSubmatch(content, -1) {
				if !slices.Contains(svgElements, tag[1]) {
					t.Errorf("unexpected element %s", tag[1])
				}
				for _, attribute := range svgAttribute.FindAllStringSubmatch(tag[2], -1) {
					if !slices.Contains(svgAttributes, attribute[1]) {
						t.Errorf("unexpected attribute %s", attribute[1])
					}
				}
			}
			if !strings.Contains(readme, filepath.ToSlash(file[len("../"):])) {
				t.Error("not in the README")
			}
		})
	}
	for _, name := range regexp.MustCompile(`docs/[\w-]+\.svg`).FindAllString(readme, -1) {
		if !slices.Contains(files, "../"+name) {
			t.Errorf("the README shows %s, which does not exist", name)
		}
	}
}

// TestImages_MatchTerminal checks that on a pseudo-terminal, the program shows the same
// text as the dashboard image, except for digits.
func TestImages_MatchTerminal(t *testing.T) {
	t.Parallel()
	scene := scenes[0]
	want := takeScene(t, 120, 36, scene.keys, scene.words).Dark
	c := testkit.Open(t)
	home, state := t.TempDir(), t.TempDir()
	file := filepath.Join(home, ".hermes", "auth.json")
	writeFile(t, file, readFile(t, imageStore))
	writeFile(t, filepath.Join(state, "pooltop", "events.jsonl"),
		[]byte(strings.ReplaceAll(string(readFile(t, imageJournal)), imageFile, file)))
	runOn(t, c, "pooltop", []string{"HOME=" + home, "HERMES_HOME=", "XDG_STATE_HOME=" + state}, "--now", imageAt)
	c.Shows("r reset")
	c.Type("j")
	digits := regexp.MustCompile(`\d`)
	masked := digits.ReplaceAllString(testkit.Text(want), "0")
	c.Until("show\n"+masked, func(p *testkit.Emulator) bool { return digits.ReplaceAllString(p.String(), "0") == masked })
}
