"""Add glossary footnotes to the help pages."""
import json
from pathlib import Path

LANGUAGES = ("de", "en", "fr")


def load_glossary(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def language_of(page):
    """Language of a page such as `billing_de.txt`; English has no suffix."""
    suffix = page.stem.rpartition("_")[2]
    return suffix if suffix in LANGUAGES else "en"


def annotate(text, glossary):
    notes = [
        f"{term}: {meaning}"
        for term, meaning in glossary.items()
        if term in text
    ]
    if not notes:
        return text
    return text + "\n\n" + "\n".join(notes) + "\n"


def annotate_pages(source, target, glossaries):
    """Write every page of `source`, with footnotes, to the folder `target`."""
    for page in sorted(Path(source).glob("*.txt")):
        text = page.read_text(encoding="utf-8")
        glossary = load_glossary(Path(glossaries) / f"{language_of(page)}.json")
        out = Path(target) / page.name
        out.write_text(annotate(text, glossary), encoding="utf-8")
