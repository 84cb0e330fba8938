package snapshot

// File is one file of the snapshot. Path is relative to its folder, with
// forward slashes.
type File struct {
	Path   string `json:"path"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}
