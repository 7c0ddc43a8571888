package httpfile

import (
	"errors"
	"strconv"
	"strings"
)

var errBadRange = errors.New("range not satisfiable")

func parsePos(text string) (int64, error) {
	pos, err := strconv.ParseUint(text, 10, 63)
	return int64(pos), err
}

// parseRange reads a Range header with one range and returns the first byte
// to send and the number of bytes. The file is size bytes long.
func parseRange(header string, size int64) (int64, int64, error) {
	spec, ok := strings.CutPrefix(header, "bytes=")
	if !ok {
		return 0, 0, errBadRange
	}
	first, last, ok := strings.Cut(spec, "-")
	if !ok || last == "" {
		return 0, 0, errBadRange
	}
	start, err := parsePos(first)
	if err != nil || start >= size {
		return 0, 0, errBadRange
	}
	end, err := parsePos(last)
	if err != nil || end < start {
		return 0, 0, errBadRange
	}
	end = min(end, size-1)
	return start, end - start + 1, nil
}
