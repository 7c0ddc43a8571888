"""Learns the weights of the question router, `src/chain/routing/weights.txt`.

    cargo build --release --no-default-features --example router_features
    python training/router/train.py target/release/examples/router_features

Needs numpy only. The program that is named gives the features of every question, so that the features are
defined in one place. A third of the development questions (by a checksum) is kept aside first, to say how
well this way of learning does on questions it has not seen; the weights that are written then come from
everything. Each word on standard output that is a share of right decisions is of unseen questions.
"""

import argparse
import hashlib
import json
import pathlib
import subprocess

import numpy

import learn
from learn import KINDS

ROOT = pathlib.Path(__file__).resolve().parents[2]
SETS = ["routing.jsonl", "routing_development.jsonl"]
OUTPUT = ROOT / "src/chain/routing/weights.txt"

# Features that tell the same about a part of a text; decisions about cuts ask for them.
GROUPS = {
    "math asks": ["solve", "prove", "algebraverb", "howmuch", "^solve", "@asks"],
    "math is concrete": [
        "@latex", "@dollars", "@arithmetic", "@equation", "@power", "@sign", "@fraction", "@percent",
        "@applied", "@analysis", "numbers:one", "numbers:two", "numbers:several", "numbers:many", "prove",
    ],
    "code asks": [
        "^make", "^implement", "^mend", "implement", "make>deliverable", "make>code", "make>function",
        "make>language", "mend", "@using", "@asks", "trouble", "@definition", "@control", "make",
    ],
    "contest": ["@section", "@bound", "@modulus", "@sample"],
    "two requests": ["@numbered", "@other request"],
}


def aside(question):
    """Whether a development question is kept aside: a third of them, by their checksum."""
    return hashlib.sha256(question["question"].encode()).digest()[0] % 3 == 0


def fold(question, count):
    """The fold of a question when unseen decisions are needed of all of them."""
    return int(hashlib.sha256(("f" + question["question"]).encode()).hexdigest(), 16) % count


def load(program):
    """All labelled questions with their features, and the names of the features."""
    questions = []
    for name in SETS:
        for line in (ROOT / "tests/data" / name).read_text().splitlines():
            question = json.loads(line)
            questions.append({"question": question["question"], "kind": question["kind"], "set": name})
    kinds = {"M": "math", "C": "code", "O": "other", "B": "both"}
    for line in (pathlib.Path(__file__).parent / "questions.txt").read_text().splitlines():
        letter, text = line.split(" ", 1)
        questions.append({"question": text, "kind": kinds[letter], "set": "written"})
    # What the embedded model is asked: short problems and tasks, often with a greeting or thanks.
    for kind in ("math", "code"):
        for line in (ROOT / f"training/evaluation/{kind}-known.jsonl").read_text().splitlines():
            questions.append({"question": json.loads(line)["question"], "kind": kind, "set": "embedded"})
    asked = "\n".join(json.dumps({"question": question["question"]}) for question in questions)
    answer = subprocess.run([program], input=asked, capture_output=True, text=True, check=True)
    *features, names = answer.stdout.splitlines()
    for question, line in zip(questions, features):
        question.update(json.loads(line))
    return questions, json.loads(names)


def facts_of(names):
    numbers = {key: {at for at, name in enumerate(names) if name in group} for key, group in GROUPS.items()}

    def facts(part, key):
        return float(any(number in numbers[key] for group in ("signals", "properties") for number in part[group]))

    return facts


def train_kinds(questions, names):
    """The model of what a text is about. The parts of composite questions are questions of their own: the
    cuts are found with the model and the model is learned again. A part that the model takes for another
    kind than its whole is learned as well."""
    kept = learn.kept_features([question["whole"] for question in questions], names)
    grouped = {name for group in GROUPS.values() for name in group}
    kept = sorted(set(kept) | {number for number, name in enumerate(names) if name in grouped})
    matrix = learn.Matrix(names, kept)
    single = [question for question in questions if question["kind"] != "both"]
    wholes = matrix.rows([question["whole"] for question in single])
    labels = [KINDS.index(question["kind"]) for question in single]
    weights = learn.fit(wholes, numpy.array(labels), numpy.ones(len(labels), dtype=numpy.float32))
    rows, all_labels, importance = [wholes], list(labels), [1.0] * len(labels)
    for question in questions:
        cut = learn.best_cut(question, matrix, weights)
        both = question["kind"] == "both"
        if cut is None or (not both and cut[2] < -1):
            continue
        at, code_first = cut[0], cut[1]
        own = None if both else KINDS.index(question["kind"])
        for side, kind in (("first_rows", 1 if code_first else 0), ("second_rows", 0 if code_first else 1)):
            if both or kind != own:
                rows.append(question[side][at : at + 1])
                all_labels.append(kind if both else own)
                importance.append(0.7 if both else 0.3)
    weights = learn.fit(
        numpy.concatenate(rows), numpy.array(all_labels), numpy.array(importance, dtype=numpy.float32),
        start=weights, rounds=150,
    )
    return matrix, weights


def cut_rows(questions, matrix, weights, facts):
    """What the model says of each question: its scores and the features of its best cut."""
    found = []
    for question in questions:
        question["facts"] = facts
        scores = matrix.row(question["whole"]) @ weights
        cut = learn.best_cut(question, matrix, weights)
        found.append((scores, cut and learn.cut_features(question, cut, scores)))
        for key in ("first_rows", "second_rows", "matrix"):
            question.pop(key, None)
    return found


def train(questions, names, folds=4):
    """Both models; that of the cuts learns from decisions about questions that were not seen."""
    facts = facts_of(names)
    rows, labels = [], []
    for number in range(folds):
        seen = [question for question in questions if fold(question, folds) != number]
        unseen = [question for question in questions if fold(question, folds) == number]
        matrix, weights = train_kinds(seen, names)
        for question, (_, row) in zip(unseen, cut_rows(unseen, matrix, weights, facts)):
            if row is not None:
                rows.append(row)
                labels.append(float(question["kind"] == "both"))
    cuts = learn.fit_cuts(numpy.array(rows), numpy.array(labels))
    matrix, weights = train_kinds(questions, names)
    return matrix, weights, cuts


def measure(questions, matrix, weights, cuts, names):
    """How many questions are decided right, with the confusion matrix."""
    table = {}
    for question, (scores, row) in zip(questions, cut_rows(questions, matrix, weights, facts_of(names))):
        got = KINDS[int(scores.argmax())]
        if row is not None and float(numpy.dot(row, cuts)) > 0:
            got = "both"
        key = (question["kind"], got)
        table[key] = table.get(key, 0) + 1
    order = ["math", "code", "both", "other"]
    for kind in order:
        print(f"{kind:>6}", *(f"{table.get((kind, got), 0):4}" for got in order))
    right = sum(table.get((kind, kind), 0) for kind in order)
    print(f"{right} of {len(questions)} right, {100 * right / max(len(questions), 1):.1f} %")


def write(names, matrix, weights, cuts):
    lines = [
        "# What the features of the router speak for: written by training/router/train.py.",
        "# Hundredths for mathematics, code and something else, and the feature (see observe.rs).",
    ]
    grouped = {name for group in GROUPS.values() for name in group}
    for key, group in GROUPS.items():
        lines.append("group " + "|".join([key, *group]))
    for name, weight in zip(learn.CUT_NAMES, cuts):
        lines.append(f"cut {round(float(weight) * 100)} {name}")
    entries = []
    for number, row in zip(matrix.keep, weights):
        hundredths = [round(float(value) * 100) for value in row]
        if max(map(abs, hundredths)) >= 2 or names[number] in grouped:
            entries.append((names[number], hundredths))
    for name, hundredths in sorted(entries):
        lines.append(" ".join(map(str, hundredths)) + " " + name)
    OUTPUT.write_text("\n".join(lines) + "\n")
    print(f"{len(entries)} features in {OUTPUT.relative_to(ROOT)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("features", help="the program that gives the features")
    parser.add_argument("--held", action="store_true", help="write the weights of the worked-on questions only")
    options = parser.parse_args()
    questions, names = load(options.features)
    def held(question):
        return question["set"] == "routing_development.jsonl" and aside(question)
    worked_on = [question for question in questions if not held(question)]
    matrix, weights, cuts = train(worked_on, names)
    print("kept aside:")
    measure([question for question in questions if held(question)], matrix, weights, cuts, names)
    if not options.held:
        matrix, weights, cuts = train(questions, names)
    write(names, matrix, weights, cuts)


if __name__ == "__main__":
    main()
