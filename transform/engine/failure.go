package engine

import "strings"

// Failure is an error of the machine, not of the query: its disk is full, its
// memory is used up. It is told on one line, with the remedy.
type Failure struct {
	Cause  error // in the engine's own words
	Remedy string
}

func (f *Failure) Error() string {
	line, _, _ := strings.Cut(f.Cause.Error(), "\n")
	return line + ": " + f.Remedy
}

// Unwrap gives the engine's own error.
func (f *Failure) Unwrap() error { return f.Cause }

// failure makes a *Failure of an error that is one.
func failure(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "No space left on device"), strings.Contains(text, "max_temp_directory_size"), strings.Contains(text, "File too large"):
		return &Failure{Cause: err, Remedy: "free some space and run it again"}
	case strings.HasPrefix(text, "Out of Memory Error"):
		return &Failure{Cause: err, Remedy: "give more memory with --memory and run it again"}
	}
	return err
}
