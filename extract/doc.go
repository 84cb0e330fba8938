// Package extract reads one consistent moment of a source into a sealed
// snapshot: the chunks of all datasets in parallel, each into its own file,
// and then the same figures twice, by the source's own word and read back from
// the files by another program than the one that wrote them.
//
// An extraction that was interrupted goes on with the chunks that are missing
// where the source can prove that it is still the same (see Fingerprinter);
// elsewhere the moment is gone and it starts afresh, and says so.
package extract
