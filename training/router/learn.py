"""The two small linear models of the router: what a text is about, and whether it is two requests.

Everything is deterministic: no chance is involved, and the order of the data is the order of the files.
"""

import numpy

KINDS = ["math", "code", "other"]

# How strongly weights are held near zero, for signals (words of the lexicon and forms) and for runs.
HOLD = 1.0
ROUNDS = 250
LIMIT = 5.0
PAIR = 0.5
RUN = 3.0


class Matrix:
    """Parts of texts as rows of features, scaled as `reading.rs` scales them."""

    def __init__(self, names, keep):
        self.names = names
        self.column = {number: at for at, number in enumerate(keep)}
        self.keep = keep

    def row(self, part):
        row = numpy.zeros(len(self.keep), dtype=numpy.float32)
        tokens = part["tokens"]
        for group, scale in (
            ("signals", (30 / max(tokens, 30)) ** 0.25),
            ("runs", RUN / (tokens + 10) ** 0.5),
            ("properties", 1.0),
        ):
            for number in part[group]:
                at = self.column.get(number)
                if at is not None:
                    row[at] = scale * (PAIR if ">" in self.names[number] and group == "signals" else 1)
        return row

    def rows(self, parts):
        return numpy.stack([self.row(part) for part in parts])


def kept_features(parts, names):
    """The features that are frequent enough to learn from, in the order of their numbers."""
    counts = {}
    for part in parts:
        for group in ("signals", "runs", "properties"):
            for number in part[group]:
                counts[number] = counts.get(number, 0) + 1
    def enough(number):
        return counts[number] >= (3 if names[number][0] == "=" or ">" in names[number] else 2)
    return [number for number in sorted(counts) if enough(number)]


def softmax(scores):
    shifted = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def fit(rows, labels, importance, start=None, hold=HOLD, rounds=ROUNDS):
    """Weights by Adam on the whole of the data; the columns of a row sum to zero."""
    weights = numpy.zeros((rows.shape[1], 3), dtype=numpy.float32) if start is None else start.copy()
    wanted = numpy.eye(3, dtype=numpy.float32)[labels]
    first, second = numpy.zeros_like(weights), numpy.zeros_like(weights)
    total = importance.sum()
    for step in range(1, rounds + 1):
        off = (softmax(rows @ weights) - wanted) * importance[:, None]
        slope = rows.T @ off / total + hold * weights / total
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope * slope
        rate = 0.05 * min(1.0, 2 * (1 - step / (rounds + 1)))
        weights -= rate * (first / (1 - 0.9**step)) / (numpy.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights - weights.mean(axis=1, keepdims=True)


def margins(scores):
    """How clearly each row is mathematics and how clearly code."""
    math = scores[:, 0] - numpy.maximum(scores[:, 1], scores[:, 2])
    code = scores[:, 1] - numpy.maximum(scores[:, 0], scores[:, 2])
    return math, code


def best_cut(question, matrix, weights):
    """The cut whose less clear part is clearest: its number, whether code is first, both margins."""
    cuts = question["cuts"]
    if not cuts:
        return None
    if "first_rows" not in question or question.get("matrix") is not matrix:
        question["first_rows"] = matrix.rows([cut["first"] for cut in cuts])
        question["second_rows"] = matrix.rows([cut["second"] for cut in cuts])
        question["matrix"] = matrix
    math_first, code_first = margins(question["first_rows"] @ weights)
    math_second, code_second = margins(question["second_rows"] @ weights)
    # As `rank` of `parts.rs`: clear parts, and where a text is usually cut.
    usual = numpy.array([cut["sentence"] + cut["numbered"] + 0.5 * cut["joined"] for cut in cuts])
    ways = []
    for first_code, math, code in ((0, math_first, code_second), (1, math_second, code_first)):
        least = numpy.minimum(math, code)
        at = int((least + usual).argmax())
        most = float(max(math[at], code[at]))
        ways.append((float(least[at] + usual[at]), first_code, at, float(least[at]), most))
    _, first_code, at, least, most = max(ways)
    return at, first_code, least, most


def cut_features(question, cut, whole):
    """What speaks for two requests at a cut; `parts.rs` computes the same."""
    at, code_first, least, most = cut
    where = question["cuts"][at]
    first, second = where["first"], where["second"]
    math, code = (second, first) if code_first else (first, second)
    facts = question["facts"]
    def clip(value):
        return max(-LIMIT, min(LIMIT, value))
    return [
        1.0,
        clip(least),
        clip(most),
        where["sentence"],
        where["joined"],
        where["numbered"],
        code_first,
        clip(abs(float(whole[0] - whole[1]))),
        facts(math, "math asks"),
        facts(math, "math is concrete"),
        facts(code, "code asks"),
        facts(question["whole"], "contest"),
        facts(question["whole"], "two requests"),
        clip(float(whole[2] - max(whole[0], whole[1]))),
    ]


CUT_NAMES = [
    "bias", "least", "most", "sentence", "joined", "numbered", "code first", "apart", "math asks",
    "math is concrete", "code asks", "contest", "two requests", "something else",
]


def fit_cuts(rows, labels, hold=1.0, rounds=600):
    """Weights of the decision whether a cut separates two requests."""
    weights = numpy.zeros(rows.shape[1])
    first, second = numpy.zeros_like(weights), numpy.zeros_like(weights)
    for step in range(1, rounds + 1):
        off = 1 / (1 + numpy.exp(-(rows @ weights))) - labels
        held = hold * weights
        held[0] = 0
        slope = (rows.T @ off + held) / len(labels)
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope * slope
        rate = 0.1 * min(1.0, 2 * (1 - step / (rounds + 1)))
        weights -= rate * (first / (1 - 0.9**step)) / (numpy.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights
