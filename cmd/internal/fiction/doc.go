// Package fiction is what synthetic legacy databases are made of: made-up names
// and texts, codes that are valid by their check characters, and exact amounts
// of money in the forms of the time.
package fiction
