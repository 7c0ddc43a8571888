"""Names and values for functions: composed, so that hardly one comes twice.

The words are frozen in `tools/`, not taken from the practice text, so that the evaluation files stay
what they are when that grows.
"""

import unicodedata
from pathlib import Path

from .lexicon import name as person_name

FOLDER = Path(__file__).resolve().parent / "tools"


def rows(file: str) -> list:
    """The lines of a table, cut into stripped cells."""
    return [[cell.strip() for cell in line.split("|")] for line in (FOLDER / file).read_text(encoding="utf-8").splitlines() if line]


WORDS = {line.split(": ", 1)[0]: line.split(": ", 1)[1] for line in (FOLDER / "words.txt").read_text(encoding="utf-8").splitlines()}
LISTS = {key: text.split("|") if "|" in text else text.split() for key, text in WORDS.items()}
VOCABULARY = (FOLDER / "vocabulary.txt").read_text(encoding="utf-8").split()
OTHER_SCRIPTS = ["あいうえおかきくけこさしすせそたちつてとなにはひみめもやゆよらりるれろわん", "アイウエオカキクケコサシスセトナニノハマミメモラリルレロン", "абвгдежзиклмнопрстуф", "αβγδεζηθικλμνοπρστ", "가나다라마바사아자차카하", "éèüöäñçåøßàêîô"]


def nonsense(random, least: int = 2, most: int = 3) -> str:
    """A word that nobody knows."""
    return "".join(random.choice(LISTS["syllables"]) for _ in range(random.choice([least, least, most])))


def word(random, chinese: bool = False) -> str:
    """A word of the tokenizer's own language, or an unknown one."""
    if chinese and random.random() < 0.7:
        return random.choice(LISTS["words_zh"])
    return random.choice(VOCABULARY) if random.random() < 0.75 else nonsense(random)


def place(random, chinese: bool = False) -> str:
    """A town, real or not."""
    if chinese and random.random() < 0.8:
        return random.choice(LISTS["places_zh"])
    if random.random() < 0.4:
        return random.choice(LISTS["places"])
    made = "".join(random.choice(LISTS["placesyllables"]) for _ in range(2)).capitalize()
    return random.choice(["New ", "Old ", "Port ", "East "]) + made if random.random() < 0.15 else made


def code(random) -> str:
    """What tickets, rooms and machines are called."""
    letters = "".join(random.choice("ABCDEFGHKLMNPRSTUVWX") for _ in range(random.randint(1, 3)))
    digits = "".join(random.choice("0123456789") for _ in range(random.randint(1, 4)))
    return random.choice([f"{letters}-{digits}", f"{letters}{digits}", f"{random.randint(1, 9)}{digits}", f"{letters.lower()}_{digits}", f"{digits}-{letters}"])


def foreign(random) -> str:
    """A word in another script."""
    letters = random.choice(OTHER_SCRIPTS)
    if letters[0] == "é":
        plain = list(word(random))
        plain[random.randrange(len(plain))] = random.choice(letters)
        return "".join(plain).capitalize()
    return "".join(random.choice(letters) for _ in range(random.randint(2, 5)))


def person(random, chinese: bool) -> str:
    """Somebody."""
    return person_name(random, not chinese)[0 if chinese else 1]


def phrase(random, chinese: bool) -> str:
    """Some words: a title, a company, a short message."""
    draw = random.random()
    if draw < 0.1:
        return foreign(random)
    if chinese or draw < 0.16:
        if draw < 0.4:
            return random.choice(LISTS["phrases_zh"])
        first, second = random.sample(LISTS["words_zh"], 2)
        return random.choice([f"{first}的{second}", first + second, f"{first}和{second}", f"{random.choice(LISTS['places_zh'])}{second}公司", f"{first}{random.randint(2, 99)}号"])
    if draw < 0.3:
        return word(random)
    if draw < 0.45:
        return f"{random.choice([place(random), nonsense(random).capitalize()])} {random.choice(LISTS['companyends_en'])}"
    words = [word(random) for _ in range(random.choice([2, 2, 3]))]
    style = random.random()
    return " ".join(words) if style < 0.4 else " ".join(words).capitalize() if style < 0.75 else " ".join(words).title()


def integer(random) -> int:
    """Small more often than large."""
    value = random.randint(0, random.choice([9, 9, 20, 99, 99, 999, 9999, 99999]))
    return -value if random.random() < 0.06 else value


def number(random):
    """A decimal, sometimes whole."""
    if random.random() < 0.35:
        return integer(random)
    value = float(f"{random.randint(0, random.choice([9, 99, 999]))}.{random.randint(1, random.choice([9, 99]))}")
    return -value if random.random() < 0.08 else value


def joined(random, words: list) -> str:
    """One name out of some words: snake, camel, Pascal, kebab, or run together."""
    words = [part for text in words for part in text.replace("_", " ").split()]
    style = random.random()
    if style < 0.55:
        return "_".join(words)
    if style < 0.8:
        return words[0] + "".join(part.capitalize() for part in words[1:])
    if style < 0.92:
        return "".join(part.capitalize() for part in words)
    return ("-" if style < 0.96 else "").join(words)


def function_name(random) -> str:
    """A name from nowhere."""
    verb, noun, adjective = (random.choice(LISTS[kind]) for kind in ("verbs", "nouns", "adjectives"))
    other = random.choice(LISTS["nouns"])
    made = random.choice([[verb, noun], [verb, noun], [verb, noun], [verb, adjective, noun], [noun, verb], [noun, other], [noun], [verb, noun, other], ["my", noun, verb], [nonsense(random)], [nonsense(random)], [verb, nonsense(random)], [nonsense(random, 1, 2), noun], [nonsense(random, 1, 1), str(random.randint(1, 99))]])
    return joined(random, made)


def clean(text: str) -> str:
    """As the tokenizer reads it."""
    return unicodedata.normalize("NFC", text)
