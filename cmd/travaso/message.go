package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
)

// Every message of a failed command goes through here: lower case, what and
// where and why, then the remedy; no secrets; mistakes of files as they are,
// each with its place and excerpt.

// complain writes why a command failed.
func complain(w io.Writer, err error) {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(w, "travaso: interrupted; the same command goes on from here")
		return
	}
	text := strings.TrimRight(err.Error(), "\n")
	if remedy := "free some space and run it again"; errors.Is(err, syscall.ENOSPC) && !strings.Contains(text, remedy) {
		text += ": " + remedy
	}
	if strings.Contains(text, "\n") {
		fmt.Fprintf(w, "travaso:\n%s\n", text)
		return
	}
	fmt.Fprintf(w, "travaso: %s\n", text)
}
