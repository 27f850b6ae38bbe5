// Package report describes the state of a store as Markdown or JSON, for sharing in
// an incident channel. A report contains no secrets. An anonymous report also
// contains no names of people, hosts or custom endpoints.
package report

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// maxEvents is the number of events in a report.
const maxEvents = 50

// Options configure a report.
type Options struct {
	Path        string   // absolute path of the store
	DisplayPath string   // Path as shown in Markdown
	Profiles    []string // the profiles of all reports if there are several, otherwise nil
	Now         time.Time
	Version     string // pooltop's version

	Problem    string          // one clause that says why the store cannot be read, or ""
	Pool       *poolstate.Pool // with the streaks and pins that pooltop has recorded
	Policy     poolstate.Policy
	Guard      *poolstate.Curve              // the backoff schedule of the guard running on the store, or nil
	Strategies map[string]poolstate.Strategy // the agent's rotation strategies by provider
	Journal    journal.Journal               // the zero value has no events

	// Anonymous replaces names that are not well known with numbers.
	Anonymous bool
}

// Report describes a store at one point in time. Encode it as JSON or call
// [Report.Markdown]. JSON field names are stable, and fields that also occur in the output
// of list or events have the same meaning. If the file cannot be read, fields that depend on
// its content are null or empty.
type Report struct {
	Version   string             `json:"version"`
	Platform  string             `json:"platform"`
	Anonymous bool               `json:"anonymous"`
	ReadAt    jsonout.Time       `json:"read_at"`
	Profile   string             `json:"profile"`
	Path      *string            `json:"path"` // null if anonymous and not auth.json
	File      file               `json:"file"`
	Policy    *string            `json:"policy"`
	Source    *string            `json:"policy_source"`
	Evidence  *string            `json:"policy_evidence"`
	UpdatedAt jsonout.Time       `json:"updated_at"`
	Summary   *jsonout.Summary   `json:"summary"`
	Providers []jsonout.Provider `json:"providers"`
	Events    []jsonout.Event    `json:"events"`
	Findings  []finding          `json:"oddities"`

	displayPath string
	several     bool   // whether this is one of several reports
	active      string // the agent's active profile, if this report is about another profile
	now         time.Time
	pool        *poolstate.Pool // empty if the store cannot be read
	policy      poolstate.Policy
	guard       *poolstate.Curve   // the schedule of a running guard, or nil
	evidence    string             // Evidence with field names in backticks
	records     []poolstate.Record // the last events, oldest first
	err         error
}

// Collect reads the journal and the metadata of the store once. A problem with the store or
// the journal becomes part of the report.
func Collect(o Options) *Report {
	o.Now = o.Now.UTC() // readers may be in different time zones
	r := &Report{
		Version: o.Version, Platform: runtime.GOOS + "/" + runtime.GOARCH, Anonymous: o.Anonymous,
		Profile: poolstate.ProfileOf(o.Path), several: o.Profiles != nil, ReadAt: jsonout.Time(o.Now), displayPath: o.DisplayPath, active: poolstate.OtherProfile(o.Path),
		Providers: []jsonout.Provider{}, Events: []jsonout.Event{}, Findings: []finding{}, now: o.Now, pool: &poolstate.Pool{},
	}
	r.stat(o.Path)
	store, problem := poolstate.Open(o.Path), o.Problem
	r.File.ReadOnly = errors.Is(store.Writable(), poolstate.ErrReadOnly)
	if problem == "" {
		r.pool, r.policy, r.guard = o.Pool, o.Policy, o.Guard
	}
	journalProblem := r.readJournal(o.Journal, store)
	if o.Anonymous {
		problem = strings.ReplaceAll(problem, o.Path, "the file") // a system error may quote it
		o.Path = r.anonymize(o.Path, o.Profiles)
	}
	r.Path, r.File.Error = jsonout.Text(o.Path), jsonout.Text(problem)
	if problem == "" {
		r.describe(o)
	} else {
		r.err = fmt.Errorf("%s: %s", cmp.Or(o.Path, "the file"), problem)
	}
	for i := range r.records {
		r.Events = append(r.Events, jsonout.NewEvent(r.Profile, &r.records[i]))
	}
	r.addFindings(journalProblem)
	return r
}

// describe fills in the fields that depend on the file's content.
func (r *Report) describe(o Options) {
	list := jsonout.NewPool(jsonout.Source{
		Profile: r.Profile, Path: o.Path, Pool: r.pool, Policy: r.policy, Guard: r.guard, Strategies: o.Strategies, Now: r.now,
	})
	r.evidence = r.policyEvidence()
	r.Policy, r.Source, r.Evidence = &list.Policy, &list.Source, new(strings.ReplaceAll(r.evidence, "`", ""))
	r.UpdatedAt, r.Summary = jsonout.Time(r.pool.UpdatedAt), &list.Summary
	r.Providers = list.Providers
	for i, p := range r.Providers {
		for j := range p.Credentials {
			c := &r.pool.Providers[i].Credentials[j]
			p.Credentials[j].Details = &jsonout.Details{
				StatusAt: jsonout.Time(c.StatusAt), Suspect: r.policy.Deadline(c, r.now).Suspect,
				ExpiresAt: jsonout.Time(c.ExpiresAt), LastRefresh: jsonout.Time(c.LastRefresh),
			}
		}
	}
}

// Err returns an error if the store cannot be read.
func (r *Report) Err() error { return r.err }

// readJournal reads the last events. If the journal cannot be read, it returns the reason
// and uses only the events that the timestamps in the file imply.
func (r *Report) readJournal(j journal.Journal, store *poolstate.Store) (problem string) {
	events, err := j.History(store, r.pool, r.policy, r.now)
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		problem = path.Err.Error()
	} else if err != nil {
		problem = err.Error()
	}
	r.records = events[max(len(events)-maxEvents, 0):]
	return problem
}

// policyEvidence explains why the policy was chosen.
func (r *Report) policyEvidence() string {
	counted := 0
	for c := range r.pool.All() {
		if _, known := c.Streak.Known(); known {
			counted++
		}
	}
	evidence := fmt.Sprintf("%d of %d credentials have `consecutive_failures`", counted, r.pool.Len())
	if counted == 0 {
		evidence = "no credential has `consecutive_failures`"
	}
	switch source := r.policy.Source(); {
	case source == poolstate.PolicyForced:
		evidence = "set by `--policy` or the configuration; " + evidence
	case source == poolstate.PolicyMeasured:
		evidence = "measured by `pooltop calibrate`; " + evidence
	case r.policy.Climbs() && counted == 0:
		evidence = "`consecutive_failures` is present but never a number"
	case r.policy.RetriesSole():
		evidence += "; the file has fields of newer agents, which retry a provider's only live credential after one minute"
	}
	if r.policy.Rules() != nil {
		evidence += "; some cooldowns differ from the stock agent's"
	}
	return evidence
}

// file holds the metadata of a store's file. If the path is a symbolic link, all fields
// except Link describe the target.
type file struct {
	Error      *string      `json:"error"` // why the file cannot be read
	Size       *int64       `json:"size"`
	Mode       *string      `json:"mode"`           // in the format of ls; null on Windows
	DirMode    *string      `json:"directory_mode"` // in the same format
	ModifiedAt jsonout.Time `json:"modified_at"`
	Link       bool         `json:"link"`
	ReadOnly   bool         `json:"read_only"` // the current user cannot write to it
}

// stat fills in the metadata of the file and adds findings about permissions.
func (r *Report) stat(path string) {
	f := &r.File
	if info, err := os.Lstat(path); err == nil {
		f.Link = info.Mode()&fs.ModeSymlink != 0
	}
	if info, err := os.Stat(path); err == nil {
		f.Size, f.ModifiedAt, f.Mode = new(info.Size()), jsonout.Time(info.ModTime()), modeText(info)
		if info.Mode().IsRegular() {
			r.check(info.Mode()&0o077 == 0, "file_mode", "file is accessible to group or others")
			r.check(info.Mode()&0o600 == 0o600, "file_mode", "owner lacks read/write permission")
		}
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		target = path
	}
	if info, err := os.Stat(filepath.Dir(target)); err == nil {
		f.DirMode = modeText(info)
		r.check(info.Mode()&0o022 == 0, "directory_mode", "directory is writable by group or others")
		r.check(info.Mode()&0o700 == 0o700, "directory_mode", "owner lacks access to the directory")
	}
}

// check adds a finding about permissions unless ok is true. On Windows it does nothing.
func (r *Report) check(ok bool, kind, problem string) {
	if !ok && runtime.GOOS != "windows" {
		r.add(kind, problem)
	}
}

func modeText(info fs.FileInfo) *string {
	if runtime.GOOS == "windows" {
		return nil
	}
	return new(info.Mode().String())
}
