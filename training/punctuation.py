"""Chinese punctuation as people type it: full width, half width, or mixed.

Frames may be written either way; `typed` decides per question. Marks inside
formulas, code and lists of numbers stay ASCII: only a mark next to a Chinese
character, or at the end, is punctuation of the sentence.
"""

import re

PAIRS = [(",", "\uff0c"), ("?", "\uff1f"), (":", "\uff1a"), ("!", "\uff01"), (";", "\uff1b")]
TO_ASCII = str.maketrans({wide: ascii_mark for ascii_mark, wide in PAIRS} | {"\uff08": "(", "\uff09": ")"})
TO_WIDE = dict(PAIRS)
BESIDE_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff\u3002\u3001\u27e7])[,?:!;]|[,?:!;](?=[\u4e00-\u9fff\u27e6])|[?!]$")


def wide(text: str) -> str:
    """The text with full-width punctuation, as it is printed."""
    return BESIDE_CHINESE.sub(lambda mark: TO_WIDE[mark.group(0)], text.translate(TO_ASCII))


def typed(random, text: str) -> str:
    """One way to type the punctuation of a Chinese text."""
    draw = random.random()
    if draw < 0.68:
        return wide(text)
    text = text.translate(TO_ASCII)
    if draw < 0.76:  # everything a machine would widen, formulas' ends included
        return re.sub(r"[,?:!;](?!\d)", lambda mark: TO_WIDE[mark.group(0)], text) if "=" not in text and "\\" not in text and "[" not in text else text
    if draw < 0.88:
        text = text.replace("\u3002", ".")
        if draw < 0.80:
            text = re.sub(r"([,?:!])(?=\S)", r"\1 ", text)
    return text
