#!/usr/bin/env bash
# Unmodified OpenAI, LangChain, LangServe, LlamaIndex and Vercel clients, LangChain's standard tests, clients of the
# Model Context Protocol, a collector of traces, Open WebUI in a browser, Schemathesis, lm-eval and guidellm, against a
# real server with prepared replies and, with the engine, the embedded model.
#
# Run with: tests/clients/run.sh [path of a ponder binary]
#
# Schemathesis also makes requests from OpenAI's own document and holds the answers to it: the file that
# PONDER_OPENAI_SPECIFICATION names (openapi.yaml of github.com/openai/openai-openapi), or one version of it
# fetched from there. Where it cannot be had, this part is not run, and the last line says so.
#
# Builds nothing: `cargo build --release` or, without the engine, `cargo build --release
# --no-default-features` comes first. Python and Node packages are installed once, outside the
# repository, in $PONDER_CLIENTS_CACHE (default: ponder-clients in the user's cache folder).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=${1:-${CARGO_TARGET_DIR:-$here/../../target}/release/ponder}
if [[ ! -x $binary ]]; then
  echo "there is no ponder at $binary: build it first, or give its path" >&2
  exit 69
fi
binary=$(cd "$(dirname "$binary")" && pwd)/$(basename "$binary")
cache=${PONDER_CLIENTS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ponder-clients}

# A folder for each set of versions; its last file says that it is complete. Further arguments are pip's.
python_with() {
  local home requirements=$1
  shift
  home=$cache/python-$(cat "$requirements" <(python3 --version) | cksum | cut -d' ' -f1)
  if [[ ! -f $home/complete ]]; then
    rm -rf "$home"
    python3 -m venv "$home"
    "$home/bin/pip" install --quiet --disable-pip-version-check "$@" -r "$requirements" >&2
    touch "$home/complete"
  fi
  echo "$home"
}
python_home=$(python_with "$here/requirements.txt")
# It wants another version of OpenAI's package than the others.
llama_index_home=$(python_with "$here/llama_index/requirements.txt")
# Its plugins of pytest are for its own tests only.
standard_home=$(python_with "$here/standard/requirements.txt")
schema_home=$(python_with "$here/schema/requirements.txt")
# The two generations of the protocol's SDK do not go together.
mcp_home=$(python_with "$here/mcp/requirements.txt")
mcp_modern_home=$(python_with "$here/mcp/modern/requirements.txt")
telemetry_home=$(python_with "$here/telemetry/requirements.txt")
# The chat UI needs a browser; without one its packages, the most of all, are left out.
CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
export CHROMIUM
[[ -n $CHROMIUM ]] && chat_ui_home=$(python_with "$here/chat_ui/requirements.txt" --no-deps)
node_home=$cache/node-$(cksum <"$here/package.json" | cut -d' ' -f1)
if [[ ! -f $node_home/complete ]]; then
  rm -rf "$node_home"
  mkdir -p "$node_home"
  cp "$here/package.json" "$node_home/"
  (cd "$node_home" && npm install --silent --no-audit --no-fund --no-package-lock)
  touch "$node_home/complete"
fi

work=$(mktemp -d)
: >"$work/log"
server=
finish() {
  if [[ -n $server ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT

specification=${PONDER_OPENAI_SPECIFICATION:-}
# From an empty folder and without settings of the user's own.
for variable in "${!PONDER_@}"; do unset "$variable"; done
cat >"$work/ponder.toml" <<END
[models."tests/thinker"]
source = "scripted:$here/script.yaml"
[models."tests/caller"]
source = "scripted:$here/standard/script.yaml"
[models."tests/chat"]
source = "scripted:$here/chat_ui/script.yaml"
[roles]
reasoner = "tests/thinker"
END
# With the engine, the embedded model as well. At its own temperature it is wrong now and then.
cp "$work/ponder.toml" "$work/hosted.toml"
printf '[models.ponder-embedded]\nsource = "embedded"\ntemperature = 0.0\n' >>"$work/hosted.toml"
if "$binary" serve --check --config "$work/hosted.toml" >"$work/check" 2>&1; then
  mv "$work/hosted.toml" "$work/ponder.toml"
  export PONDER_HOSTED=yes
fi
(cd "$work" && exec "$binary" serve --mcp --listen 127.0.0.1:0 --config "$work/ponder.toml") \
  2>"$work/log" &
server=$!
PONDER_URL=
# A busy machine takes a while to load the embedded model.
for _ in $(seq 600); do
  PONDER_URL=$(sed -n 's/.*serving on \(http:[^ ]*\) .*/\1/p' "$work/log")
  [[ -n $PONDER_URL ]] && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
if [[ -z $PONDER_URL ]]; then
  echo "the server did not start:" >&2
  cat "$work/log" >&2
  exit 69
fi
export PONDER_URL

status=0
# Parts that this machine cannot run, for the last line.
not_run=
"$python_home/bin/python" -m pytest -q -p no:cacheprovider --junitxml="$work/pytest.xml" \
  --ignore="$here/llama_index" --ignore="$here/standard" --ignore="$here/chat_ui" --ignore="$here/mcp" \
  --ignore="$here/telemetry" "$here" || status=1
"$llama_index_home/bin/python" -m pytest -q -p no:cacheprovider --noconftest \
  --junitxml="$work/llama_index.xml" "$here/llama_index" || status=1
"$standard_home/bin/python" -m pytest -q -p no:cacheprovider --noconftest \
  -c "$here/standard/pytest.ini" --junitxml="$work/standard.xml" "$here/standard" || status=1
# Agents start the program themselves or ask the server.
export PONDER_BINARY=$binary PONDER_TOML=$work/ponder.toml
"$mcp_home/bin/python" -m pytest -q -p no:cacheprovider --noconftest --junitxml="$work/mcp.xml" \
  --ignore="$here/mcp/modern" "$here/mcp" || status=1
"$mcp_modern_home/bin/python" -m pytest -q -p no:cacheprovider --noconftest \
  --junitxml="$work/mcp_modern.xml" "$here/mcp/modern" || status=1
# It starts servers of its own, whose traces go to its collector.
"$telemetry_home/bin/python" -m pytest -q -p no:cacheprovider --noconftest \
  --junitxml="$work/telemetry.xml" "$here/telemetry" || status=1
if [[ -n $CHROMIUM ]]; then
  # Among its packages are plugins of pytest; none of them is for these tests.
  PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 "$chat_ui_home/bin/python" -m pytest -q -p no:cacheprovider \
    --noconftest --basetemp="$work/chat_ui" --junitxml="$work/chat_ui.xml" "$here/chat_ui" || status=1
else
  echo "the chat UI's tests are skipped: there is no Chromium here (in Debian: apt-get install chromium)"
  not_run+=", not run: the chat UI's tests"
fi
# Node looks for packages beside the file that imports them.
cp "$here/clients.test.mjs" "$node_home/"
node --test --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=tap --test-reporter-destination="$work/node.tap" "$node_home/clients.test.mjs" ||
  status=1

# Requests made from our own document, right and wrong ones: every answer must be one that it describes.
# That every request the schemas allow is taken is not asked for: what fits together is not in a schema.
schema_passed=0
schema_failed=0
if (cd "$work" && SCHEMATHESIS_HOOKS=hooks PYTHONPATH="$here/schema" "$schema_home/bin/st" run \
  "$here/../../openapi.yaml" --url "$PONDER_URL" --phases coverage,fuzzing --max-examples 60 \
  --generation-deterministic --continue-on-failure --suppress-health-check all --request-timeout 60 \
  --exclude-checks positive_data_acceptance --warnings off) >"$work/schema.log" 2>&1; then
  schema_passed=1
else
  schema_failed=1
  status=1
  grep -v '^$' "$work/schema.log" | cut -c1-300 | head -n 120
fi
grep 'generated' "$work/schema.log" || true

# The same from OpenAI's own document, which is not kept here: every answer has the form of OpenAI's.
if [[ -z $specification ]]; then
  document=https://raw.githubusercontent.com/openai/openai-openapi/f85dbe223d40e1a31cba812ab2d755c7e98a92a3/openapi.yaml
  if curl -fsS --max-time 60 -o "$work/openai.yaml" "$document" 2>"$work/fetched"; then
    specification=$work/openai.yaml
  else
    cat "$work/fetched"
  fi
fi
if [[ -z $specification ]]; then
  echo "not run: OpenAI's own document, which cannot be fetched here; name it in PONDER_OPENAI_SPECIFICATION"
  not_run+=", not run: requests from OpenAI's own document"
elif PYTHONDONTWRITEBYTECODE=1 "$schema_home/bin/python" "$here/schema/openai.py" "$specification" \
  "$PONDER_URL" >"$work/openai.log" 2>&1; then
  schema_passed=$((schema_passed + 1))
  cat "$work/openai.log"
else
  schema_failed=$((schema_failed + 1))
  status=1
  cut -c1-2000 "$work/openai.log"
fi

# The evaluation harness asks the embedded model; most of what it reads from the answers must be right.
harness_passed=0
harness_failed=0
if [[ -n ${PONDER_HOSTED:-} ]]; then
  lm_eval_home=$(python_with "$here/lm_eval/requirements.txt")
  mkdir "$work/tasks"
  questions=$(cd "$here/../../training/evaluation" && pwd)/math-known.jsonl
  sed "s#QUESTIONS#$questions#" "$here/lm_eval/ponder_arithmetic.yaml" >"$work/tasks/ponder_arithmetic.yaml"
  arguments="model=ponder-embedded,base_url=$PONDER_URL/v1/chat/completions,num_concurrent=2,max_retries=1"
  if HF_HUB_OFFLINE=1 HF_HOME="$work/hub" OPENAI_API_KEY=any "$lm_eval_home/bin/lm_eval" run \
    --model local-chat-completions --model_args "$arguments,tokenized_requests=False" \
    --tasks ponder_arithmetic --include_path "$work/tasks" --apply_chat_template --limit 40 \
    >"$work/harness.log" 2>&1 &&
    awk -F'|' '/exact_match/ { found = 1; good = $8 >= 0.7 } END { exit !(found && good) }' "$work/harness.log"; then
    harness_passed=1
  else
    harness_failed=1
    status=1
    tail -n 40 "$work/harness.log"
  fi
  grep 'exact_match' "$work/harness.log" || true
  # Its other way of asking: which of several endings is the likeliest, by the probabilities of a prompt's tokens.
  endings=$here/lm_eval/endings.jsonl
  sed "s#ENDINGS#$endings#" "$here/lm_eval/ponder_endings.yaml" >"$work/tasks/ponder_endings.yaml"
  tokenizer=$(cd "$here/../../assets/embedded" && pwd)
  arguments="model=ponder-embedded,base_url=$PONDER_URL/v1/completions,num_concurrent=2,max_retries=1"
  if HF_HUB_OFFLINE=1 HF_HOME="$work/hub" OPENAI_API_KEY=any "$lm_eval_home/bin/lm_eval" run \
    --model local-completions --model_args "$arguments,tokenizer=$tokenizer,tokenizer_backend=huggingface,max_length=2048" \
    --tasks ponder_endings --include_path "$work/tasks" --batch_size 4 >"$work/endings.log" 2>&1 &&
    awk -F'|' '/acc / { found = 1; good = $8 >= 0.7 } END { exit !(found && good) }' "$work/endings.log"; then
    harness_passed=$((harness_passed + 1))
  else
    harness_failed=$((harness_failed + 1))
    status=1
    tail -n 40 "$work/endings.log"
  fi
  grep '|acc ' "$work/endings.log" || true
fi

# The benchmark program reads its figures from the answers: every request is completed, and none is missing.
benchmark_passed=0
benchmark_failed=0
guidellm_home=$(python_with "$here/guidellm/requirements.txt" --no-deps)
if PYTHONDONTWRITEBYTECODE=1 "$guidellm_home/bin/python" "$here/guidellm/check.py"; then
  benchmark_passed=1
else
  benchmark_failed=1
  status=1
fi

number() { grep -o "$1" "$2" 2>/dev/null | head -n1 | grep -o '[0-9]*' || echo 0; }
ran=0
bad=0
for report in "$work/pytest.xml" "$work/llama_index.xml" "$work/standard.xml" "$work/mcp.xml" \
  "$work/mcp_modern.xml" "$work/telemetry.xml" "$work/chat_ui.xml"; do
  ran=$((ran + $(number ' tests="[0-9]*"' "$report") - $(number ' skipped="[0-9]*"' "$report")))
  bad=$((bad + $(number ' failures="[0-9]*"' "$report") + $(number ' errors="[0-9]*"' "$report")))
done
passed=$((ran - bad + schema_passed + harness_passed + benchmark_passed + $(number '^# pass [0-9]*' "$work/node.tap")))
failed=$((bad + schema_failed + harness_failed + benchmark_failed + $(number '^# fail [0-9]*' "$work/node.tap")))
echo "$passed passed, $failed failed$not_run"
# A run that tested nothing has not passed.
[[ $passed -gt 0 && $failed -eq 0 && $status -eq 0 ]]
