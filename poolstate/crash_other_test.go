//go:build !unix

package poolstate

import "errors"

var errRenameImpossible = errors.New("it never is here")
