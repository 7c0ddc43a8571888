// Package textwrap breaks help texts for the terminal.
package textwrap

import (
	"strings"
	"unicode/utf8"
)

// Wrap breaks text into lines of at most width characters. A word longer than
// that gets a line of its own.
func Wrap(text string, width int) []string {
	var (
		lines []string
		line  strings.Builder
		used  int // characters in line
	)
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+n > width {
			lines = append(lines, line.String())
			line.Reset()
			used = 0
		}
		if used > 0 {
			line.WriteByte(' ')
			used++
		}
		line.WriteString(word)
		used += n
	}
	if used > 0 {
		lines = append(lines, line.String())
	}
	return lines
}
