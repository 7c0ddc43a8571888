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
// to send and the number of bytes. The file is size bytes long. Either end of
// the range may be left out: "500-" starts at byte 500, "-500" takes the last
// 500 bytes.
func parseRange(header string, size int64) (int64, int64, error) {
	spec, ok := strings.CutPrefix(header, "bytes=")
	if !ok {
		return 0, 0, errBadRange
	}
	first, last, ok := strings.Cut(spec, "-")
	if !ok {
		return 0, 0, errBadRange
	}
	if first == "" {
		count, err := parsePos(last)
		if err != nil || count == 0 || size == 0 {
			return 0, 0, errBadRange
		}
		count = min(count, size)
		return size - count, count, nil
	}
	start, err := parsePos(first)
	if err != nil || start >= size {
		return 0, 0, errBadRange
	}
	end := size - 1
	if last != "" {
		pos, err := parsePos(last)
		if err != nil || pos < start {
			return 0, 0, errBadRange
		}
		end = min(pos, end)
	}
	return start, end - start + 1, nil
}
