package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

func reportCommand(o *options) *cobra.Command {
	var anonymous, asJSON bool
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Print all there is to know, without a secret, for an incident channel",
		Long: "report prints, as Markdown, the state of the pool and of each credential, what happened last, and what is odd\n" +
			"about the file. It holds no secret. With --anonymous it names no person and no place either: credentials are\n" +
			"numbered, and what people and providers said is left out. A file that cannot be read is reported too; the exit\n" +
			"code is 5 then.",
		Example: "  pooltop report | pbcopy\n  pooltop report --anonymous --json > pool.json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := o.gather(anonymous)
			if err != nil {
				return err
			}
			if asJSON {
				err = jsonout.Write(cmd.OutOrStdout(), r.json())
			} else {
				_, err = fmt.Fprint(cmd.OutOrStdout(), r.markdown())
			}
			if err == nil && r.trouble != "" {
				return &codedError{exitRefused, fmt.Errorf("%s: %s", r.file.name(), r.trouble)}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&anonymous, "anonymous", false, "number credentials, and leave out what names people or places")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON; its fields are stable")
	return cmd
}

// report is everything that one would tell of a store. Its picture is empty when
// the file cannot be read. An anonymous one holds nothing that could name a
// person or a place, so that nothing made of it can.
type report struct {
	snapshot
	choice    poolstate.PolicyChoice
	anonymous bool
	file      fileFacts
	// trouble is why the file cannot be read; empty when it can.
	trouble string
	// events are the last ones, oldest first.
	events   []poolstate.Record
	oddities []oddity
}

// readable reports whether there is a pool to tell of.
func (r *report) readable() bool { return r.trouble == "" }

// maxReported is how many events a report tells.
const maxReported = 50

// gather looks at everything once. What it cannot look at it says in the report;
// an error is one of the command line.
func (o *options) gather(anonymous bool) (*report, error) {
	snap, choice, err := o.resolve()
	if err != nil {
		return nil, err
	}
	snap.now = snap.now.UTC() // who reads it may be anywhere
	r := &report{snapshot: snap, choice: choice, anonymous: anonymous, file: factsOf(snap.path)}
	store := poolstate.Open(snap.path)
	r.file.readOnly = errors.Is(store.Writable(), poolstate.ErrReadOnly)
	snapshot, err := store.Load()
	if err != nil {
		r.trouble, r.pool = explain(err), &poolstate.Pool{}
	} else {
		r.pool, r.policy = snapshot.Pool, choice.Resolve(snapshot.Pool, poolstate.NoEvidence)
	}
	unkept := r.remember(o)
	if anonymous {
		r.hide()
	}
	r.oddities = r.findOddities(unkept)
	return r, nil
}

// remember fills in the last events. It returns why the journal cannot be read;
// then the events are those that the file tells of.
func (r *report) remember(o *options) (unkept string) {
	var kept journal.Journal
	if !o.noJournal {
		path, err := journal.DefaultPath()
		if err != nil {
			unkept = "its place is unknown; set XDG_STATE_HOME"
		}
		kept = journal.At(path)
	}
	events, err := kept.Past(r.path, r.pool, r.policy, r.now)
	if err != nil {
		unkept = "it cannot be read"
		var at *fs.PathError
		if errors.As(err, &at) {
			unkept = at.Err.Error()
		}
		events, _ = journal.Journal{}.Past(r.path, r.pool, r.policy, r.now) // no journal has no error
	}
	r.events = events[max(len(events)-maxReported, 0):]
	return unkept
}

// fileFacts are what the file system says of a store. What it does not say is
// zero.
type fileFacts struct {
	path     string // empty when it must not be told
	link     bool
	size     int64
	modified time.Time
	mode     fs.FileMode
	// dirMode is that of the directory in which the file itself lies.
	dirMode fs.FileMode
	// readOnly is true if this user may not write what there is.
	readOnly bool
}

// factsOf asks for the facts of a path, behind a link those of its target.
func factsOf(path string) fileFacts {
	f := fileFacts{path: path}
	if info, err := os.Lstat(path); err == nil {
		f.link = info.Mode()&fs.ModeSymlink != 0
	}
	if info, err := os.Stat(path); err == nil {
		f.size, f.modified, f.mode = info.Size(), info.ModTime(), info.Mode()
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		target = path
	}
	if info, err := os.Stat(filepath.Dir(target)); err == nil {
		f.dirMode = info.Mode()
	}
	return f
}

// found reports whether there is anything at the path, as far as one may see.
func (f *fileFacts) found() bool { return !f.modified.IsZero() }

// name is what the file is called in the report.
func (f *fileFacts) name() string {
	if f.path == "" {
		return "the file"
	}
	return f.path
}

// modes are those of the file and of its directory as ls writes them; empty where
// there is none, and where modes mean nothing.
func (f *fileFacts) modes() (file, dir string) {
	if f.found() && runtime.GOOS != "windows" {
		file = f.mode.String()
	}
	if f.dirMode != 0 && runtime.GOOS != "windows" {
		dir = f.dirMode.String()
	}
	return file, dir
}

// evidence says why the report computes with its policy: what was asked for, or
// what the file shows. Words of the file's language stand in backticks.
func (r *report) evidence() string {
	counted := 0
	for c := range r.pool.All() {
		if _, known := c.Streak.Known(); known {
			counted++
		}
	}
	shows := fmt.Sprintf("%d of %d credentials carry `consecutive_failures`", counted, r.pool.Len())
	if counted == 0 {
		shows = "no credential carries `consecutive_failures`"
	}
	switch {
	case r.choice != poolstate.PolicyAuto:
		shows = "asked for by `--policy`; " + shows
	case r.policy.Climbs() && counted == 0:
		shows = "`consecutive_failures` is there, and holds no number"
	}
	if r.policy.RetriesSole() {
		shows += "; fields of newer agents are there, which retry a provider's only living credential after a minute"
	}
	return shows
}

// platform is what the program runs on.
func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }
