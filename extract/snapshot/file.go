package snapshot

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// temporarySuffix marks a file that is being written.
const temporarySuffix = ".tmp"

// File is one file of the snapshot. Path is relative to its folder, with
// forward slashes.
type File struct {
	Path   string `json:"path"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// atomicFile is written under a temporary name and gets its own name only
// when it is whole and on the disk.
type atomicFile struct {
	path   string
	file   *os.File
	buffer *bufio.Writer
	digest hash.Hash
	bytes  int64
}

// createFile begins a file, and its folder when that is missing.
func createFile(path string) (*atomicFile, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fullDisk(err)
	}
	file, err := os.OpenFile(path+temporarySuffix, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fullDisk(err)
	}
	return &atomicFile{path: path, file: file, buffer: bufio.NewWriterSize(file, 256<<10), digest: sha256.New()}, nil
}

func (f *atomicFile) Write(p []byte) (int, error) {
	n, err := f.buffer.Write(p)
	f.digest.Write(p[:n])
	f.bytes += int64(n)
	return n, fullDisk(err)
}

// fullDisk gives the remedy where a disk is full. Errors of the system name the file.
func fullDisk(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: free some space and run it again", err)
	}
	return err
}

// flush brings all that was written to the disk, still under the temporary name.
func (f *atomicFile) flush() error {
	if err := f.buffer.Flush(); err != nil {
		return fullDisk(err)
	}
	return fullDisk(f.file.Sync())
}

// commit gives the file its name. Flush must have succeeded.
func (f *atomicFile) commit() error {
	if err := f.file.Close(); err != nil {
		return fullDisk(err)
	}
	if err := os.Rename(f.path+temporarySuffix, f.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(f.path))
}

// discard removes what was written. It is safe after commit.
func (f *atomicFile) discard() {
	f.file.Close()
	os.Remove(f.path + temporarySuffix)
}

// sha256 is the digest of what was written, in hexadecimal.
func (f *atomicFile) sha256() string { return hex.EncodeToString(f.digest.Sum(nil)) }

// writeFile writes a whole file, or nothing.
func writeFile(path string, content []byte) error {
	f, err := createFile(path)
	if err != nil {
		return err
	}
	defer f.discard()
	if _, err := f.Write(content); err != nil {
		return err
	}
	if err := f.flush(); err != nil {
		return err
	}
	return f.commit()
}

// syncFolder brings a folder's names to the disk: without it a renamed file
// may be gone after a power cut.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// hashFile gives the size and the SHA-256 of a file.
func hashFile(path string) (bytes int64, sum string, err error) {
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
