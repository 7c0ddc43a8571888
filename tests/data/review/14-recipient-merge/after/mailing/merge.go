// Package mailing prepares newsletter runs.
package mailing

import (
	"slices"
	"strings"
)

func normalize(address string) string {
	return strings.ToLower(strings.TrimSpace(address))
}

// Merge joins the recipient lists of all segments of a run, which together can
// hold a few hundred thousand addresses. Each address is kept once, at the
// place where it came up first.
func Merge(segments ...[]string) []string {
	var merged []string
	for _, segment := range segments {
		for _, raw := range segment {
			address := normalize(raw)
			if address == "" || slices.Contains(merged, address) {
				continue
			}
			merged = append(merged, address)
		}
	}
	return merged
}
