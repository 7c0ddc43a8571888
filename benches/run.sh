#!/usr/bin/env bash
# Chains of ponder beside the same in LangChain and LangGraph, in turns, on a model that takes no time.
#
# Run with: benches/run.sh [rounds, 3 if left out]
#
# Builds the benchmark without the engine. The packages are installed once, outside the repository, in
# $PONDER_BENCHES_CACHE (default: ponder-benches in the user's cache folder). Writes benches/results.md, and the
# same to standard output. With PONDER_URL, the address of a running ponder with the embedded model, the time to the
# first delta is measured as well.
set -euo pipefail

rounds=${1:-3}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
url=${PONDER_URL:-}
cache=${PONDER_BENCHES_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ponder-benches}

# A folder for each set of versions; its last file says that it is complete.
python_home=$cache/python-$(cat "$here/requirements.txt" <(python3 --version) | cksum | cut -d' ' -f1)
if [[ ! -f $python_home/complete ]]; then
  rm -rf "$python_home"
  python3 -m venv "$python_home"
  "$python_home/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
  touch "$python_home/complete"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# PONDER_BENCH may name the benchmark where it is built already.
bench=${PONDER_BENCH:-}
if [[ -z $bench ]]; then
  cd "$here/.."
  bench=$(cargo bench --no-default-features --bench overhead --no-run --message-format=json |
    python3 -c 'import json, sys
for line in sys.stdin:
    made = json.loads(line)
    if made.get("executable") and made["target"]["name"] == "overhead":
        print(made["executable"])')
fi

peers() {
  "$python_home/bin/python" "$here/peers.py" "$@"
}
for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  "$bench" --json >"$work/ponder-$round.jsonl"
  for who in langchain-core langgraph; do
    # A thousand at once take ten seconds and more each time: in every third round.
    if ((round % 3 == 1)); then at_once=1,100,1000; else at_once=1,100; fi
    peers "$who" --at-once "$at_once" >"$work/$who-$round.jsonl"
  done
done
for who in langchain-core langgraph; do
  peers "$who" --memory >"$work/$who-memory.jsonl"
done

python3 "$here/report.py" "$work" >"$work/results.md"
if [[ -n $url ]]; then
  {
    printf '\n## Time to the first delta\n\n'
    python3 "$here/first_delta.py" --url "$url"
  } >>"$work/results.md"
fi
cp "$work/results.md" "$here/results.md"
cat "$here/results.md"
