"""Check the evaluation set: every diff turns before/ into after/, every
expected.json fits its case. With --run, also run the demonstrate.py files.
Needs Python 3.9 or newer, git and patch."""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent
LANGUAGES = {"python", "rust", "javascript", "typescript", "java", "go", "cpp"}
HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def added_lines(diff):
    """file -> numbers of the added lines in the new file"""
    added = collections.defaultdict(set)
    file, number = None, 0
    for line in diff.splitlines():
        if line.startswith("+++ b/"):
            file = line[len("+++ b/"):]
        elif match := HUNK.match(line):
            number = int(match[1])
        elif line.startswith("+"):
            added[file].add(number)
            number += 1
        elif line.startswith(" "):
            number += 1
    return added


def check(case):
    data = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    assert list(data) == ["id", "language", "findings", "clean"]
    assert data["id"] == case.name and data["language"] in LANGUAGES
    assert data["clean"] == (not data["findings"])

    diff = (case / "change.diff").read_text(encoding="utf-8")
    assert 10 <= len(diff.splitlines()) <= 80
    after = tree(case / "after")
    for command in (["git", "apply", "--whitespace=nowarn", "-"],
                    ["patch", "-p1", "--fuzz=0", "--quiet"]):
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder) / "work"
            shutil.copytree(case / "before", work)
            environment = {**os.environ, "GIT_CEILING_DIRECTORIES": folder}
            subprocess.run(command, cwd=work, input=diff, text=True, encoding="utf-8",
                           check=True, env=environment)
            assert tree(work) == after, command

    added = added_lines(diff)
    assert 1 <= len(added) <= 2
    for finding in data["findings"]:
        assert list(finding) == ["file", "line", "lines", "category", "what", "failing_input"]
        assert finding["category"] in ("boundary", "redundant")
        assert (finding["failing_input"] is None) == (finding["category"] == "redundant")
        code = after[finding["file"]].decode("utf-8").splitlines()
        first, last = finding["lines"]
        assert 1 <= first <= finding["line"] <= last <= len(code)
        assert finding["line"] in added[finding["file"]], "line is not part of the change"
        print(f"{case.name}  {finding['category']:9}  {finding['file']}:{finding['line']}"
              f" [{first}-{last}]  {code[finding['line'] - 1].strip()}")
    if data["clean"]:
        print(f"{case.name}  clean")
    return data


def main():
    cases = sorted(path.parent for path in ROOT.glob("*/expected.json"))
    found = [check(case) for case in cases]
    findings = [finding for data in found for finding in data["findings"]]
    print(len(found), "cases:", dict(collections.Counter(d["language"] for d in found)))
    print("findings per case:", dict(collections.Counter(len(d["findings"]) for d in found)))
    print("findings:", dict(collections.Counter(f["category"] for f in findings)))
    single = [d["findings"][0]["category"] for d in found if len(d["findings"]) == 1]
    print("in cases with one:", dict(collections.Counter(single)))
    if "--run" in sys.argv[1:]:
        scripts = sorted(ROOT.glob("*/demonstrate.py"))
        for script in scripts:
            subprocess.run([sys.executable, script], check=True, stdout=subprocess.DEVNULL)
        print(len(scripts), "demonstrations ran")


main()
