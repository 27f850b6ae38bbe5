package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/promtext"
	"pooltop/cli/internal/scrape"
	"pooltop/poolstate"
	"pooltop/poolstate/userfile"
	"pooltop/watch"
)

func metricsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "metrics",
		Short: "Print or serve metrics in the Prometheus text format",
		Long: "metrics prints the state of the pool once, in the Prometheus text format. With --listen, it serves the metrics\n" +
			"at /metrics until it is interrupted; specify 127.0.0.1:9477, unless other machines may read them. With --textfile,\n" +
			"it keeps a file up to date for the textfile collector of node_exporter, and rewrites it at least once a minute.\n\n" +
			"The output contains no secrets and no error messages. A store that cannot be read is reported as\n" +
			"pooltop_store_readable 0; without --listen and --textfile, the exit code is 5 if no store can be read.\n" +
			"metrics writes nothing to the agent's files or the failure counts. See docs/metrics.md for the metrics.",
		Example: "  pooltop metrics --all-profiles\n  pooltop metrics --listen 127.0.0.1:9477\n" +
			"  pooltop metrics --no-labels --textfile /var/lib/prometheus/node-exporter/pooltop.prom",
		Args: noArguments,
	}
	listen := cmd.Flags().String("listen", "", "serve the metrics on this `ADDRESS`, such as 127.0.0.1:9477; without a host, on 127.0.0.1")
	file := cmd.Flags().String("textfile", "", "keep the metrics in this `FILE`, which must end in .prom")
	noLabels := cmd.Flags().Bool("no-labels", false, "leave out the ids and labels of credentials, and combine their series")
	flags := config.Bind(cmd.Flags(), config.Store|config.Stores|config.Policy|config.Clock)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		address, err := listenAddress(*listen)
		switch {
		case err != nil:
			return usageError("--listen: %w", err)
		case *listen != "" && *file != "":
			return usageError("--listen and --textfile are mutually exclusive")
		case *file != "" && filepath.Ext(*file) != ".prom":
			return usageError("--textfile: the name of the file must end in .prom, because node_exporter ignores other files")
		}
		e := newExporter(cfg, log, *noLabels)
		warn := func(err error) { printError(cmd.ErrOrStderr(), cmd.CommandPath(), err) }
		switch {
		case *listen != "":
			return e.listen(cmd.Context(), newStoreWatch(cfg, log), address, warn)
		case *file != "":
			t := &textfile{path: *file, read: e.read, warn: warn}
			return t.run(cmd.Context(), e.follow(newStoreWatch(cfg, log)))
		}
		now := e.read()
		_, err = cmd.OutOrStdout().Write(now.page)
		return cmp.Or(err, now.err)
	})
	return cmd
}

// listenAddress adds 127.0.0.1 to an address without a host.
func listenAddress(address string) (string, error) {
	if address == "" {
		return "", nil
	}
	host, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", fmt.Errorf("invalid address %q (try 127.0.0.1:9477)", address)
	}
	return net.JoinHostPort(cmp.Or(host, "127.0.0.1"), port), nil
}

// follow returns a function that watches the exporter's stores until ctx is done. It calls
// changed after each change.
func (e *exporter) follow(w *storeWatch) func(ctx context.Context, changed func()) error {
	for _, p := range w.stores {
		if root := poolstate.RootStore(p.Path); root != "" && w.root == "" {
			w.also = append(w.also, root) // the profile may borrow its credentials
		}
	}
	return func(ctx context.Context, changed func()) error {
		w.changed = func(watch.Change) { changed() }
		w.listed = func() {
			e.setStores(w.stores)
			changed()
		}
		return w.follow(ctx, nil)
	}
}

// listen serves the metrics until ctx is done. It reads the stores whenever they change, so
// that failures between two requests are counted.
func (e *exporter) listen(ctx context.Context, w *storeWatch, address string, warn func(error)) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", address, listenCause(err))
	}
	ctx, cancel := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		_ = e.follow(w)(ctx, func() { e.read() }) // cannot fail without functions for stores
	}()
	warn(fmt.Errorf("serving http://%s%s", l.Addr(), scrape.Path))
	server := scrape.Server{
		Page: func() []byte { return e.read().page }, ContentType: promtext.ContentType, Now: poolstate.Now,
		About: "pooltop " + version + ": the metrics are at " + scrape.Path,
	}
	err = server.Serve(ctx, l)
	cancel()
	<-watched
	return err
}

// listenCause returns the cause of an error without the address.
func listenCause(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}

const (
	// rewriteAfter is how long the file stays without a write, even if nothing changes. A
	// monitoring system can recognize a stopped pooltop by the age of the file.
	rewriteAfter = time.Minute
	// writeInterval is the minimum time between two writes.
	writeInterval = time.Second
)

// textfile keeps the metrics in a file.
type textfile struct {
	path string
	read func() reading
	warn func(error)

	last   []byte    // the content of the file
	at     time.Time // of the last write
	failed bool      // whether the last write failed
}

// run updates the file until ctx is done. It fails only if the first write fails.
func (t *textfile) run(ctx context.Context, follow func(context.Context, func()) error) error {
	ctx, cancel := context.WithCancel(ctx)
	wait, err := t.update()
	if err != nil {
		cancel()
		return err
	}
	changes, followed := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(followed)
		_ = follow(ctx, func() { // cannot fail, as in listen
			select {
			case changes <- struct{}{}:
			default:
			}
		})
	}()
	defer func() {
		cancel()
		<-followed
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changes:
		case <-time.After(wait):
		}
		var err error
		if wait, err = t.update(); err != nil && !t.failed {
			t.warn(err)
		}
		t.failed = err != nil
	}
}

// update writes the file if the metrics have changed or the file is a minute old. It returns how
// long to wait until the next update.
func (t *textfile) update() (wait time.Duration, err error) {
	s := t.read()
	age := s.at.Sub(t.at)
	switch changed := !bytes.Equal(s.page, t.last); {
	case changed && age < writeInterval && age >= 0:
		return writeInterval - age, nil
	case changed || age >= rewriteAfter || age < 0:
		warning, err := userfile.ReplacePublic(t.path, s.page)
		if err != nil {
			return rewriteAfter, fmt.Errorf("cannot write %s: %s", t.path, textfileCause(err))
		}
		if warning != nil {
			t.warn(warning)
		}
		t.last, t.at, age = s.page, s.at, 0
	}
	wait = rewriteAfter - age
	if !s.next.IsZero() {
		wait = min(wait, max(s.next.Sub(s.at), writeInterval))
	}
	return wait, nil
}

// textfileCause describes an error from writing a file in a directory that must exist.
func textfileCause(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "the directory does not exist"
	}
	return cause(err) + advice(err)
}
