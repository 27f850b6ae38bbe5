package cli

import (
	"strings"

	"pooltop/cli/internal/jsonout"
)

// The JSON of report. Its fields are stable, and those of list and of events
// mean here what they mean there. What a file that cannot be read does not tell
// is null, or an empty list.
type (
	reportJSON struct {
		Version   string       `json:"version"`
		Platform  string       `json:"platform"`
		Anonymous bool         `json:"anonymous"`
		ReadAt    jsonout.Time `json:"read_at"`
		// Path is null when it must not be told.
		Path *string  `json:"path"`
		File fileJSON `json:"file"`

		Policy    *string              `json:"policy"`
		Evidence  *string              `json:"policy_evidence"`
		UpdatedAt jsonout.Time         `json:"updated_at"`
		Summary   *jsonout.Summary     `json:"summary"`
		Providers []reportProviderJSON `json:"providers"`

		Events   []jsonout.Event `json:"events"`
		Oddities []oddityJSON    `json:"oddities"`
	}
	fileJSON struct {
		// Error is why the file cannot be read, null when it can.
		Error         *string      `json:"error"`
		Size          *int64       `json:"size"`
		Mode          *string      `json:"mode"`
		DirectoryMode *string      `json:"directory_mode"`
		ModifiedAt    jsonout.Time `json:"modified_at"`
		Link          bool         `json:"link"`
		ReadOnly      bool         `json:"read_only"`
	}
	reportProviderJSON struct {
		Name        string                 `json:"name"`
		Ready       int                    `json:"ready"`
		Credentials []reportCredentialJSON `json:"credentials"`
	}
	reportCredentialJSON struct {
		jsonout.Credential
		StatusAt      jsonout.Time `json:"status_at"`
		Suspect       bool         `json:"deadline_suspect"`
		FailureReason *string      `json:"failure_reason"`
		ExpiresAt     jsonout.Time `json:"expires_at"`
		LastRefresh   jsonout.Time `json:"last_refresh"`
	}
	oddityJSON struct {
		Kind     string  `json:"kind"`
		Said     *string `json:"said"`
		Provider *string `json:"provider"`
		// Credentials are named as next_ready is.
		Credentials []string `json:"credentials"`
		Words       []string `json:"words"`
	}
)

// json describes the report.
func (r *report) json() reportJSON {
	out := reportJSON{
		Version: version, Platform: platform(), Anonymous: r.anonymous,
		ReadAt: jsonout.Time(r.now), Path: jsonout.Text(r.file.path), File: r.fileJSON(),
		Providers: []reportProviderJSON{}, Events: []jsonout.Event{}, Oddities: []oddityJSON{},
	}
	if r.readable() {
		list := r.snapshot.json()
		out.Policy, out.Evidence = &list.Policy, new(unquoted(r.evidence()))
		out.UpdatedAt, out.Summary = jsonout.Time(r.pool.UpdatedAt), &list.Summary
		for i, p := range list.Providers {
			out.Providers = append(out.Providers, r.providerJSON(i, p))
		}
	}
	for i := range r.events {
		out.Events = append(out.Events, jsonout.NewEvent(&r.events[i]))
	}
	for i := range r.oddities {
		out.Oddities = append(out.Oddities, r.oddities[i].json())
	}
	return out
}

func (r *report) fileJSON() fileJSON {
	mode, dir := r.file.modes()
	f := fileJSON{
		Error: jsonout.Text(r.trouble), ModifiedAt: jsonout.Time(r.file.modified),
		Mode: jsonout.Text(mode), DirectoryMode: jsonout.Text(dir),
		Link: r.file.link, ReadOnly: r.file.readOnly,
	}
	if r.file.found() {
		f.Size = &r.file.size
	}
	return f
}

// providerJSON adds to the i-th provider of list what list does not tell.
func (r *report) providerJSON(i int, listed jsonout.Provider) reportProviderJSON {
	out := reportProviderJSON{Name: listed.Name, Ready: listed.Ready, Credentials: []reportCredentialJSON{}}
	for j, c := range listed.Credentials {
		from := &r.pool.Providers[i].Credentials[j]
		out.Credentials = append(out.Credentials, reportCredentialJSON{
			Credential:    c,
			StatusAt:      jsonout.Time(from.StatusAt),
			Suspect:       r.policy.Deadline(from, r.now).Suspect,
			FailureReason: jsonout.Text(from.FailureReason),
			ExpiresAt:     jsonout.Time(from.ExpiresAt),
			LastRefresh:   jsonout.Time(from.LastRefresh),
		})
	}
	return out
}

// unquoted is a clause of ours without the marks of Markdown.
func unquoted(said string) string { return strings.ReplaceAll(said, "`", "") }

func (o *oddity) json() oddityJSON {
	out := oddityJSON{Kind: o.kind, Said: jsonout.Text(unquoted(o.said)), Credentials: []string{}, Words: append([]string{}, o.words...)}
	if o.provider != nil {
		out.Provider = &o.provider.Name
	}
	for _, c := range o.credentials {
		out.Credentials = append(out.Credentials, c.Provider+"/"+c.Handle())
	}
	return out
}
