#!/usr/bin/env bash
# LangChain's standard tests against `llama_cpp.server` of llama-cpp-python, with the weights of the embedded
# model, to see beside it what ponder's own numbers are worth. With the path of a ponder binary, which
# must have been built with the engine and from these weights, the same tests run against it too.
#
# Run with: tests/clients/standard/llama_cpp.sh [path of a ponder binary]
#
# It is run by hand and not in CI: that server fails many of the tests, and it is compiled first, which takes
# long; CMAKE_BUILD_PARALLEL_LEVEL limits the jobs of that. LLAMA_CPP_SERVER_ARGUMENTS are further ones of the
# server, as "--chat_format chatml-function-calling". The machine should have little else to do: a test that
# waits longer than a minute for an answer fails. Packages are kept where run.sh keeps them.
set -euo pipefail
# What fails in $(...) ends the script too.
shopt -s inherit_errexit

version=0.3.36
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=${1:-}
[[ -n $binary ]] && binary=$(cd "$(dirname "$binary")" && pwd)/$(basename "$binary")
cache=${PONDER_CLIENTS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ponder-clients}
# Settings of the user's own would reach the tests and ponder.
for variable in "${!PONDER_@}"; do unset "$variable"; done
export PYTHONDONTWRITEBYTECODE=1
# The file that is written last says that a folder is complete. Further arguments are pip's.
python_in() {
  local home=$cache/$1
  shift
  if [[ ! -f $home/complete ]]; then
    rm -rf "$home"
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "$@" >&2
    touch "$home/complete"
  fi
  echo "$home/bin/python"
}
# The folder that run.sh makes for the same tests.
standard=$(python_in "python-$(cat "$here/requirements.txt" <(python3 --version) | cksum | cut -d' ' -f1)" \
  -r "$here/requirements.txt")
# From source, since that is what PyPI has, and without pictures, which the model cannot see.
export CMAKE_ARGS="-DLLAVA_BUILD=OFF ${CMAKE_ARGS:-}"
llama=$(python_in "llama-cpp-$version" "llama-cpp-python[server]==$version" gguf==0.19.0 safetensors cmake ninja)

work=$(mktemp -d)
server=
stop_server() {
  [[ -z $server ]] && return
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}
trap 'stop_server; rm -rf "$work"' EXIT
"$llama" "$here/gguf_of_embedded.py" "$work/embedded.gguf"
# run.sh's models are among ponder's, for one test names another model than the embedded one.
cat >"$work/ponder.toml" <<END
roles.reasoner = "tests/thinker"
[models."tests/thinker"]
source = "scripted:$here/../script.yaml"
[models.ponder-embedded]
source = "embedded"
END
# An expected failure is one of LangChain's own and stands with the skipped ones, as in pytest's report.
cat >"$work/count.py" <<'END'
import collections
import sys
from xml.etree import ElementTree
counts = collections.defaultdict(collections.Counter)
failed = []
for case in ElementTree.parse(sys.argv[1]).iter("testcase"):
    found = {child.tag for child in case} & {"failure", "error", "skipped"}
    outcome = "passed" if not found else "skipped" if found == {"skipped"} else "failed"
    name = case.get("classname").rpartition(".")[2]
    counts[name][outcome] += 1
    if outcome == "failed":
        reason = next(child for child in case if child.tag in ("failure", "error")).get("message") or ""
        failed.append(f"    {name}.{case.get('name')}: {' '.join(reason.split())[:150]}")
for name, count in counts.items():
    print(f"  {name}: {count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
print(*failed, sep="\n")
END

# Arguments: a title, what the log says before the address, and the command of the server.
measure() {
  local title=$1 before=$2 address=""
  shift 2
  (cd "$work" && exec "$@") >"$work/log" 2>&1 &
  server=$!
  for _ in $(seq 600); do
    address=$(sed -n "s|.*$before \(http://[0-9.:]*\).*|\1|p" "$work/log" | head -n1)
    [[ -n $address ]] && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
  done
  if [[ -z $address ]]; then
    echo "$title did not start:" >&2
    tail -n 20 "$work/log" >&2
    exit 69
  fi
  (cd "$work" && PONDER_URL=$address PONDER_HOSTED=yes "$standard" -m pytest -q -p no:cacheprovider \
    --noconftest -c "$here/pytest.ini" --junitxml="$work/report.xml" -k Hosted \
    "$here/test_langchain_standard.py") >"$work/tests" 2>&1 || [[ $? -eq 1 ]]
  echo "$title:"
  "$standard" "$work/count.py" "$work/report.xml"
  stop_server
}
[[ -n $binary ]] && measure ponder "serving on" "$binary" serve --listen 127.0.0.1:0 --config ponder.toml
# Without --chat_format it takes the template in the file. With port 0 the system gives it a free one.
# shellcheck disable=SC2086 # the words are arguments
measure "llama_cpp.server $version" "running on" "$llama" -m llama_cpp.server --model embedded.gguf \
  --n_ctx 4096 --host 127.0.0.1 --port 0 ${LLAMA_CPP_SERVER_ARGUMENTS:-}
