#!/usr/bin/env bash
# Serves the embedded model with this binary and measures it over HTTP, the way its users meet it.
#
#   training/serve-and-evaluate.sh target/release/ponder [--report-only] [options of evaluate.py]
#
# Ends with 1 when a bar is missed; with --report-only only when the measurement itself fails.
set -euo pipefail
binary="$(realpath "$1")"
shift
report_only=false
if [ "${1:-}" = --report-only ]; then report_only=true; shift; fi
arguments=()
for argument in "$@"; do
  if [ "$argument" = --report-only ]; then report_only=true; else arguments+=("$argument"); fi
done
here="$(cd "$(dirname "$0")" && pwd)"
scratch="$(mktemp -d)"
cd "$scratch"
: > server.log
"$binary" serve --model "${MODEL:-embedded}" --listen 127.0.0.1:0 --max-waiting 256 2> server.log &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$scratch"' EXIT
for _ in $(seq 600); do
  url="$(sed -n 's#.*serving on \(http://[^ ]*\).*#\1#p' server.log | head -n 1)"
  [ -n "$url" ] && break
  kill -0 "$server" 2>/dev/null || { cat server.log >&2; exit 1; }
  sleep 0.1
done
[ -n "$url" ] || { echo "the server did not start within a minute" >&2; exit 1; }
status=0
python3 "$here/evaluate.py" --base-url "$url/v1" --output "$scratch/evaluation.json" \
  "${arguments[@]}" || status=$?
if [ "$report_only" = true ] && [ "$status" = 1 ] && [ -s "$scratch/evaluation.json" ]; then
  echo "(some bars are missed; see MODEL_CARD.md)"
  status=0
fi
exit "$status"
