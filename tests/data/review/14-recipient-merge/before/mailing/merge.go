// Package mailing prepares newsletter runs.
package mailing

// Merge joins the recipient lists of all segments of a run, which together can
// hold a few hundred thousand addresses. Each address is kept once, at the
// place where it came up first.
func Merge(segments ...[]string) []string {
	seen := make(map[string]struct{})
	var merged []string
	for _, segment := range segments {
		for _, address := range segment {
			if _, ok := seen[address]; ok {
				continue
			}
			seen[address] = struct{}{}
			merged = append(merged, address)
		}
	}
	return merged
}
