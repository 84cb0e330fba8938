// Package targettest says what a target of travaso is: one suite of tests that
// every kind of target must pass, and documents made up for it.
package targettest
