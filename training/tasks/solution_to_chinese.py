"""English solution prose into Chinese, placeholders kept.

The prose comes from the other tasks, so every sentence pattern they use has
its Chinese counterpart in `PATTERNS`.
"""

import re

PATTERNS = [
    (r"First, (.+?)\.(?= |$)", r"首先,\1。"), (r"Then (.+?)\.(?= |$)", r"然后\1。"),
    (r"The answer is (.+?)\.$", r"答案是\1。"), (r"We get (.+?)\.(?= |$)", r"我们得到\1。"),
    (r"The greatest common divisor of (\S+) and (\S+) is (\S+?)\.(?= |$)", r"\1和\2的最大公约数是\3。"),
    (r"The smallest prime factor of (\S+) is (\S+?)\.(?= |$)", r"\1的最小质因数是\2。"),
    (r"(\S+) has no smaller prime factor, so it is prime\.(?= |$)", r"\1没有更小的质因数,所以它是质数。"),
    (r"(\S+) has no smaller prime factor\.(?= |$)", r"\1没有更小的质因数。"),
    (r"(.+?), so it is not prime\.(?= |$)", r"\1,所以它不是质数。"),
    (r"(.+?) with remainder (\S+?)\.(?= |$)", r"\1,余数是\2。"),
    (r"This function does it\.", r"这个函数可以做到。"),
]


def to_chinese(prose: str) -> str:
    """Sentence by sentence; an equation alone keeps its text."""
    sentences = re.split(r"(?<=\.) (?=[A-Z0-9⟦(\\-])", prose)
    out = []
    for sentence in sentences:
        for pattern, replacement in PATTERNS:
            match = re.fullmatch(pattern, sentence)
            if match:
                out.append(match.expand(replacement))
                break
        else:
            out.append(sentence[:-1] + "。")
    return "".join(out).replace("\\text{yes}", "\\text{yes}")


def mask(prose: str, random) -> str:
    """Replace boxed values, and mostly equations too, by placeholders."""
    counter = [0]

    def placeholder(_):
        counter[0] += 1
        return f"⟦M{counter[0]}⟧"

    style = random.random()
    boxed = r"\\boxed\{(?:[^{}]|\{[^{}]*\})*\}"
    if style < 0.6:
        equation = r"(?:[-(]*\d[\d.()]*(?: [-+×÷] [-(]*\d[\d.)]*)* = [-\d.]*\d|[\w()+*/=-]*[=][\w()+*/=-]*)"
        return re.sub(f"{boxed}|{equation}", placeholder, prose)
    if style < 0.85:
        return re.sub(boxed, placeholder, prose)
    return prose
