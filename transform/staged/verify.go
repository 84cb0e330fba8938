package staged

import "github.com/travaso/travaso/extract/sealed"

// Verify reads every staged file, and those of the rejects, again and compares
// them with the manifest. The error names the first that is not what was sealed.
func (m *Manifest) Verify(runFolder string) error {
	for _, d := range m.Documents {
		for _, b := range d.Batches {
			for _, f := range b.Files {
				record := sealed.Record{Path: f.Path, Bytes: f.Bytes, SHA256: f.SHA256}
				if err := record.Verify(runFolder); err != nil {
					return err
				}
			}
		}
	}
	for _, record := range m.Rejects {
		if err := record.Verify(runFolder); err != nil {
			return err
		}
	}
	return nil
}
