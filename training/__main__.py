"""Everything in one command: ``python -m training --minutes 150``.

Tokenizer (if missing), evaluation files, training, export, measurement.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def step(*arguments: str):
    """Run one module of this package and stop when it fails."""
    print("==>", *arguments, flush=True)
    return subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT).returncode


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", default="150")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--output", default="build/run")
    parser.add_argument("--init-from", help="start from shipped weights, for example assets/embedded")
    parser.add_argument("--new-tokenizer", action="store_true", help="learn the tokenizer again (not with --init-from)")
    options = parser.parse_args()
    assets = ROOT / "assets" / "embedded"
    if options.new_tokenizer or not (assets / "tokenizer.json").exists():
        if step("training.tokenizer", "--output", str(assets)):
            return 1
    start = ["--init-from", options.init_from] if options.init_from else []
    for arguments in (
        ["training.check"],
        ["training.generate", "--evaluation"],
        ["training.smoke"],
        ["training.train", "--minutes", options.minutes, "--seed", options.seed, "--output", options.output, *start],
        ["training.export", "--checkpoint", f"{options.output}/checkpoint.pt"],
    ):
        if step(*arguments):
            return 1
    return step("training.evaluate", "--folder", str(assets), "--output", f"{options.output}/evaluation.json")


if __name__ == "__main__":
    sys.exit(main())
