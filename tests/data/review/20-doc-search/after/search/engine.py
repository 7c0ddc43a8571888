"""Full-text search over the knowledge base."""
import re
from collections import Counter
from dataclasses import dataclass

WORD = re.compile(r"\w+")
TITLE_WEIGHT = 5


@dataclass(frozen=True)
class Document:
    title: str
    body: str


def tokenize(text):
    return [word.lower() for word in WORD.findall(text)]


def score(doc, terms):
    in_title = set(tokenize(doc.title))
    points = 0
    for term in terms:
        counts = Counter(tokenize(doc.body))
        points += counts[term]
        if term in in_title:
            points += TITLE_WEIGHT
    return points


def snippet(body, position, width=40):
    """Text around a hit, `width` characters to either side."""
    lead = "…" if position > width else ""
    tail = "…" if position + width < len(body) else ""
    return lead + body[position - width:position + width] + tail


def search(documents, query):
    """Documents with a term of the query, best first."""
    terms = set(tokenize(query))
    scored = [(score(doc, terms), doc) for doc in documents]
    hits = [entry for entry in scored if entry[0] > 0]
    hits.sort(key=lambda entry: entry[0], reverse=True)
    return [doc for _, doc in hits]
