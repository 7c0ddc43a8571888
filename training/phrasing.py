"""Choosing how a question is worded, and keeping some wordings away from training.

A *frame* is a whole sentence (or a whole clause) with slots. More than a fifth
of all frames is held out by a rule on the frame's own text, so adding frames
does not move others across the line: a salted checksum divisible by 4. The
salt was chosen once, before training, such that every task file has at least a
fifth of its frames held out and no list loses all of its frames. Training never
sees held-out frames; the held-out evaluation is built with them.

Frames are either a string (English only) or a pair ``(chinese, english)``.
Inside a frame ``[one|two|]`` offers alternatives and ``{slot}`` is filled in.
For translation the first alternative of the English side is *the* reference.
"""

import random
import re
import zlib

from .variations import expansions, vary

ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")


SALT = 154
VARIED_SHARE = 0.4


def held_out_share(frames: list) -> tuple[list, list]:
    """Split a list of frames into (known, held out); lists under 4 are all known."""
    if len(frames) < 4:
        return list(frames), []
    hidden = [frame for frame in frames if zlib.crc32(f"{SALT}{frame!r}".encode()) % 4 == 0]
    pairs = [frame for frame in frames if isinstance(frame, tuple)]
    if pairs and all(frame in hidden for frame in pairs):
        hidden = [frame for frame in hidden if frame not in pairs]
    return [frame for frame in frames if frame not in hidden], hidden


class Phrasing:
    """Chooses frames for one sample: language, split and randomness in one place.

    `language` is "en" (an English question), "zh" (a Chinese question) or
    "pair" (a Chinese question with its English reference).
    """

    splits: dict = {}
    hidden_texts: set = set()

    def __init__(self, generator: random.Random, language: str, held_out: bool, varied: bool = False):
        self.random = generator
        self.language = language
        self.held_out = held_out
        self.varied = varied
        self.used_held_out = False

    def frame(self, frames: list):
        """Pick one frame that the language and the split allow."""
        key = (id(frames), self.language)
        if key not in Phrasing.splits:
            known, hidden = held_out_share(frames)
            for frame in hidden:
                for side in frame if isinstance(frame, tuple) else (frame,):
                    Phrasing.hidden_texts |= expansions(side)
            if self.language != "en":
                known = [frame for frame in known if isinstance(frame, tuple)]
                hidden = [frame for frame in hidden if isinstance(frame, tuple)]
            Phrasing.splits[key] = (known, hidden, frames)
        known, hidden, _ = Phrasing.splits[key]
        if self.held_out and hidden and (not known or self.random.random() < 0.6):
            self.used_held_out = True
            return self.random.choice(hidden)
        return self.random.choice(known)

    def spread(self, text: str, first: bool = False) -> str:
        """Resolve ``[one|two]`` alternatives, innermost first."""
        while True:
            found = ALTERNATIVES.search(text)
            if not found:
                return text
            options = found.group(1).split("|")
            chosen = options[0] if first else self.random.choice(options)
            text = text[: found.start()] + chosen + text[found.end():]

    def say(self, frame, slots: dict) -> tuple[str, str]:
        """Fill a frame; returns (chinese, english), empty where not asked for.

        A slot value is a plain value or a pair (chinese, english).
        """
        chinese = english = ""
        varied = self.varied and self.random.random() < VARIED_SHARE
        if self.language != "en":
            values = {name: value[0] if isinstance(value, tuple) else value for name, value in slots.items()}
            text = self.spread(frame[0])
            chinese = fill(vary(self.random, text, True, self.hidden_texts) if varied else text, values)
        if self.language != "zh":
            values = {name: value[1] if isinstance(value, tuple) else value for name, value in slots.items()}
            text = frame[1] if isinstance(frame, tuple) else frame
            text = self.spread(text, first=self.language == "pair")
            english = fill(vary(self.random, text, False, self.hidden_texts) if varied and self.language == "en" else text, values)
        return chinese, english

    def ask(self, frames: list, slots: dict) -> tuple[str, str]:
        """Pick a frame and fill it."""
        return self.say(self.frame(frames), slots)


def fill(text: str, values: dict) -> str:
    """Replace ``{slot}``; text without such a slot keeps its braces."""
    return re.sub(r"\{(\w+)\}", lambda found: str(values[found.group(1)]) if found.group(1) in values else found.group(0), text)
