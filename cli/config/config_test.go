package config

import (
	"testing"

	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestConfig_SchemeOrderHidden(t *testing.T) {
	c := Default()
	equal(t, "no theme", c.Scheme() == nil, true)
	equal(t, "all columns", c.Hidden(), ui.Hidden(0))
	for _, s := range theme.Schemes() {
		c.Theme = s.Name()
		equal(t, "the theme "+c.Theme, *c.Scheme(), s)
	}
	for _, want := range filter.Orders() {
		for _, sign := range []string{"", "-"} {
			c.Sort = sign + want.Name()
			order, descending := c.Order()
			equal(t, "the order for "+c.Sort, order, want)
			equal(t, c.Sort+" reversed", descending, sign == "-")
		}
	}
	c.Columns = []string{"why", "next-fail"}
	equal(t, "two columns", c.Hidden(), ui.AllBut(ui.ColumnWhy, ui.ColumnNextFail))
	c.Columns = []string{}
	equal(t, "no columns", c.Hidden(), ui.AllBut())
}
