// Package sealed is a file that is there whole or not at all, whatever happens
// while it is written: it is written under a temporary name beside its own,
// brought to the disk, renamed, and the rename is brought to the disk too. It
// is private (0600, its folder 0700), and its digest is known.
package sealed

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// TemporarySuffix marks a file that is being written, or that a crash left.
const TemporarySuffix = ".tmp"

// File is a file being written. It is not safe for concurrent use.
type File struct {
	path   string
	file   *os.File
	buffer *bufio.Writer
	digest hash.Hash
	bytes  int64
}

// Create begins a file, and its folder when that is missing. What a crash left
// under the temporary name is overwritten.
func Create(path string) (*File, error) {
	if err := MakeFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path+TemporarySuffix, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fullDisk(err)
	}
	return &File{path: path, file: file, buffer: bufio.NewWriterSize(file, 256<<10), digest: sha256.New()}, nil
}

// Write implements io.Writer.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.buffer.Write(p)
	f.digest.Write(p[:n])
	f.bytes += int64(n)
	return n, fullDisk(err)
}

// Flush brings all that was written to the disk, still under the temporary
// name, where it may be looked at before Seal.
func (f *File) Flush() error {
	if err := f.buffer.Flush(); err != nil {
		return fullDisk(err)
	}
	return fullDisk(f.file.Sync())
}

// fullDisk gives the remedy where a disk is full. Errors of the system name the file.
func fullDisk(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: free some space and run it again", err)
	}
	return err
}

// Path is where the file is after Seal.
func (f *File) Path() string { return f.path }

// TemporaryPath is where the file is until Seal.
func (f *File) TemporaryPath() string { return f.path + TemporarySuffix }

// Bytes and SHA256 are of what was written so far.
func (f *File) Bytes() int64 { return f.bytes }

// SHA256 is the digest of what was written so far, in hexadecimal.
func (f *File) SHA256() string { return hex.EncodeToString(f.digest.Sum(nil)) }

// Seal gives the file its own name.
func (f *File) Seal() error {
	if err := f.Flush(); err != nil {
		return errors.Join(err, f.Discard())
	}
	if err := f.file.Close(); err != nil {
		return errors.Join(fullDisk(err), os.Remove(f.TemporaryPath()))
	}
	f.file = nil
	if err := os.Rename(f.TemporaryPath(), f.path); err != nil {
		return errors.Join(err, os.Remove(f.TemporaryPath()))
	}
	return SyncFolder(filepath.Dir(f.path))
}

// Discard removes what was written, unless it is sealed: it may be deferred.
func (f *File) Discard() error {
	if f.file == nil {
		return nil
	}
	err := errors.Join(f.file.Close(), os.Remove(f.TemporaryPath()))
	f.file = nil
	return err
}

// WriteFile writes a whole file.
func WriteFile(path string, content []byte) error {
	return WriteWith(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// WriteWith writes a whole file by a function that writes its content.
func WriteWith(path string, write func(io.Writer) error) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		return errors.Join(err, f.Discard())
	}
	return f.Seal()
}

// WriteJSON writes a value as indented JSON.
func WriteJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return WriteFile(path, append(text, '\n'))
}

// Keep makes a file that something else wrote private, brings it to the disk,
// and gives its size and its SHA-256 in hexadecimal. Its name is on the disk
// once its folder is: see SyncFolder.
func Keep(path string) (bytes int64, sum string, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	if err := f.Chmod(0o600); err != nil {
		return 0, "", err
	}
	digest := sha256.New()
	if bytes, err = io.Copy(digest, f); err != nil {
		return 0, "", err
	}
	return bytes, hex.EncodeToString(digest.Sum(nil)), fullDisk(f.Sync())
}

// Adopt gives a file that something else wrote under a temporary name its own,
// and says what it holds, as Keep does.
func Adopt(temporary, path string) (bytes int64, sum string, err error) {
	if bytes, sum, err = Keep(temporary); err != nil {
		return 0, "", errors.Join(err, os.Remove(temporary))
	}
	if err := os.Rename(temporary, path); err != nil {
		return 0, "", errors.Join(err, os.Remove(temporary))
	}
	return bytes, sum, SyncFolder(filepath.Dir(path))
}

// Digest gives the size and the SHA-256, in hexadecimal, of a file that is there.
func Digest(path string) (bytes int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	digest := sha256.New()
	if bytes, err = io.Copy(digest, f); err != nil {
		return 0, "", err
	}
	return bytes, hex.EncodeToString(digest.Sum(nil)), nil
}

// MakeFolder makes a private folder, and those above it that are missing, and
// brings the name of each to the disk: a sealed file in a folder that a power
// loss takes away is gone too.
func MakeFolder(folder string) error {
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return nil
	}
	above := filepath.Dir(folder)
	if above != folder {
		if err := MakeFolder(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fullDisk(err)
	}
	return SyncFolder(above)
}

// SyncFolder brings the names in a folder to the disk: without it a file that
// was renamed before a power loss may be gone after it.
func SyncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
