#!/bin/sh
# Reviews what a branch changes since it left another one.
#
#     examples/ci/review.sh origin/main [ARGUMENTS FOR ponder review]
#
# Ends as `ponder review` does: 0 nothing found, 1 something found, 2 a file could not be judged, above that it did
# not run. PONDER_REVIEW_FILES holds the patterns of files to look at, separated by spaces, as git has them.
set -eu

base="${1:?name the branch that this one is to be merged into, for example origin/main}"
shift
files="${PONDER_REVIEW_FILES:-*.c *.cc *.cpp *.cs *.go *.java *.js *.kt *.php *.py *.rb *.rs *.swift *.ts *.tsx}"

if ! start="$(git merge-base "$base" HEAD)"; then
    echo "$base and this branch have no commit in common here: fetch the whole history (fetch-depth: 0)" >&2
    exit 64
fi

# The patterns are git's, not the shell's. Ten lines around a change, for a fault often lies in what stands beside it.
set -f
# shellcheck disable=SC2086
changes="$(git -c core.quotePath=false diff --no-color --no-ext-diff --unified=10 --diff-filter=d "$start" HEAD -- $files)"
printf '%s\n' "$changes" | ponder review --format "${PONDER_REVIEW_FORMAT:-text}" "$@"
