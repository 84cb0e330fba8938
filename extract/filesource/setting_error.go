package filesource

import (
	"errors"
	"fmt"
)

// SettingError says that a setting is wrong, in itself or for the files that
// are there. The remedy is in the plan, or in the export.
type SettingError struct {
	// Key is the setting, from source.files, as in "folder" or "datasets.impegni.files".
	Key string
	Err error
}

// Error is what is wrong, without the key.
func (e *SettingError) Error() string { return e.Err.Error() }

// Unwrap gives what is behind it.
func (e *SettingError) Unwrap() error { return e.Err }

// refused is a SettingError of the files of a dataset whose name is not known here.
func refused(format string, args ...any) error {
	return &SettingError{Key: "files", Err: fmt.Errorf(format, args...)}
}

// ofDataset says of which dataset an error is.
func ofDataset(name string, err error) error {
	var wrong *SettingError
	if errors.As(err, &wrong) && wrong.Key == "folder" {
		return wrong // of all datasets
	}
	named := fmt.Errorf("dataset %s: %w", name, err)
	if wrong == nil {
		return named
	}
	return &SettingError{Key: "datasets." + name + "." + wrong.Key, Err: named}
}
