package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pooltop/model"
)

// completeSort offers the orders of the table, turned round behind a minus.
func completeSort(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	name, turned := strings.CutPrefix(begun, "-")
	var words []cobra.Completion
	for _, word := range sortNames() {
		switch {
		case !strings.HasPrefix(word, name):
		case turned:
			words = append(words, "-"+word)
		default:
			words = append(words, word)
		}
	}
	return (&offers{words: words}).inOrder()
}

// completeColumns offers another column behind those of a list that are there.
func completeColumns(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	listed, last := "", begun
	if i := strings.LastIndexByte(begun, ','); i >= 0 {
		listed, last = begun[:i+1], begun[i+1:]
	}
	var words []cobra.Completion
	for _, name := range columnNames() {
		if strings.HasPrefix(name, last) && !slices.Contains(strings.Split(listed, ","), name) {
			words = append(words, listed+name)
		}
	}
	return (&offers{words: words}).inOrder()
}

// completeKey offers the actions of the dashboard, whose keys come next.
func completeKey(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var words []cobra.Completion
	for _, a := range model.Actions() {
		if strings.HasPrefix(a.Name+"=", begun) {
			words = append(words, cobra.CompletionWithDesc(a.Name+"=", a.Does))
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveKeepOrder
}
