package watch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"pooltop/watch"
)

func Example() {
	dir, err := os.MkdirTemp("", "watch")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "config.json")

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	changes := watch.Start(ctx, path).Changes()

	<-changes // the path is watched
	if _, err := os.ReadFile(path); os.IsNotExist(err) {
		fmt.Println("missing")
	}

	// Usually another program does this.
	if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
		fmt.Println(err)
	}
	for range changes {
		if data, err := os.ReadFile(path); err == nil && len(data) > 0 {
			fmt.Printf("content: %s\n", data)
			cancel() // closes changes
		}
	}
	// Output:
	// missing
	// content: hello
}
