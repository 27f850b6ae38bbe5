package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	metricUse  = regexp.MustCompile(`\b(pooltop_[a-z_]+)(?:\{([^}]*)\})?`)
	matcherUse = regexp.MustCompile(`([a-z_]+)\s*=`)
	labelUse   = regexp.MustCompile(`\$labels\.([a-z_]+)|\{\{([a-z_]+)\}\}|\b(?:by|without) \(([a-z_, ]+)\)`)
)

// TestContrib_Metrics checks that the alert rules and the dashboard use only metrics and labels
// that exist.
func TestContrib_Metrics(t *testing.T) {
	scrape := []string{"instance", "job", "alertname"} // added by Prometheus
	known := map[string][]string{}
	all := slices.Clone(scrape)
	for _, m := range metrics(false) {
		known[m.Name] = append(slices.Clone(scrape), m.Labels...)
		all = append(all, m.Labels...)
	}
	for _, name := range []string{"prometheus/pooltop.rules.yml", "prometheus/pooltop.rules.test.yml", "grafana/pooltop.json"} {
		file := string(readFile(t, filepath.Join("..", "contrib", filepath.FromSlash(name))))
		uses := metricUse.FindAllStringSubmatch(file, -1)
		if len(uses) < 6 {
			t.Errorf("%s uses %d metrics, want at least one for each alert", name, len(uses))
		}
		for _, use := range uses {
			labels := known[use[1]]
			if labels == nil {
				t.Errorf("%s uses %s, which does not exist", name, use[1])
			}
			for _, matcher := range matcherUse.FindAllStringSubmatch(use[2], -1) {
				if !slices.Contains(labels, matcher[1]) {
					t.Errorf("%s uses the label %s of %s, which has only %v", name, matcher[1], use[1], labels)
				}
			}
		}
		for _, use := range labelUse.FindAllStringSubmatch(file, -1) {
			for label := range strings.SplitSeq(use[1]+use[2]+use[3], ", ") {
				if !slices.Contains(all, label) {
					t.Errorf("%s uses the label %s, which no metric has", name, label)
				}
			}
		}
	}
}

// TestContrib_Alerts checks that every alert has a test, is described in docs/metrics.md, and
// fires and resolves in .ci/metrics.
func TestContrib_Alerts(t *testing.T) {
	rules := string(readFile(t, filepath.Join("..", "contrib", "prometheus", "pooltop.rules.yml")))
	alerts := regexp.MustCompile(`(?m)^ +- alert: (\w+)$`).FindAllStringSubmatch(rules, -1)
	if len(alerts) == 0 {
		t.Fatal("there are no alerts")
	}
	for path, formats := range map[string][]string{
		"contrib/prometheus/pooltop.rules.test.yml": {"- alertname: %s\n", "{alertname: %s, "},
		"docs/metrics.md": {"| `%s` | "},
		".ci/metrics":     {"alert %s fires\n", "alert %s resolves\n"},
	} {
		file := string(readFile(t, filepath.Join("..", filepath.FromSlash(path))))
		for _, alert := range alerts {
			for _, format := range formats {
				if want := fmt.Sprintf(format, alert[1]); !strings.Contains(file, want) {
					t.Errorf("%s lacks %q", path, want)
				}
			}
		}
	}
}

// TestContrib_Dashboard checks that panels have unique ids, do not overlap and select by the
// dashboard's variables.
func TestContrib_Dashboard(t *testing.T) {
	type place struct{ X, Y, W, H int }
	var dashboard struct {
		Templating struct{ List []struct{ Name string } }
		Panels     []struct {
			ID      int
			Title   string
			GridPos place
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(readFile(t, filepath.Join("..", "contrib", "grafana", "pooltop.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range dashboard.Templating.List {
		names = append(names, v.Name)
	}
	if want := []string{"datasource", "instance", "profile"}; !slices.Equal(names, want) {
		t.Errorf("the variables are %v, want %v", names, want)
	}
	for i, p := range dashboard.Panels {
		g := p.GridPos
		if g.W <= 0 || g.H <= 0 || g.X+g.W > 24 {
			t.Errorf("panel %q is at %+v", p.Title, g)
		}
		for _, other := range dashboard.Panels[:i] {
			o := other.GridPos
			if other.ID == p.ID || g.X < o.X+o.W && o.X < g.X+g.W && g.Y < o.Y+o.H && o.Y < g.Y+g.H {
				t.Errorf("panel %q has the id or place of %q", p.Title, other.Title)
			}
		}
		for _, target := range p.Targets {
			if strings.Count(target.Expr, `instance=~"$instance"`) != strings.Count(target.Expr, "pooltop_") {
				t.Errorf("panel %q does not select by instance: %s", p.Title, target.Expr)
			}
		}
	}
}
