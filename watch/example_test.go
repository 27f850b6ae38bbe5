package watch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"pooltop/watch"
)

func ExampleWatcher() {
	dir, err := os.MkdirTemp("", "watch")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "auth.json")

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w := watch.New(path)
	go w.Run(ctx)

	// The first Change comes as soon as the watch stands.
	<-w.Changes()
	_, err = os.ReadFile(path)
	fmt.Println("missing:", os.IsNotExist(err))

	// Another process replaces the file.
	if err := os.WriteFile(path+".tmp", []byte(`{"ok":true}`), 0o600); err != nil {
		fmt.Println(err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		fmt.Println(err)
	}
	for range w.Changes() {
		if data, err := os.ReadFile(path); err == nil {
			fmt.Printf("content: %s\n", data)
			cancel()
		}
	}
	fmt.Println("closed")

	// Output:
	// missing: true
	// content: {"ok":true}
	// closed
}
