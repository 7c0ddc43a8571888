"""Full-text search over the knowledge base."""
import re
from collections import Counter
from dataclasses import dataclass

WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Document:
    title: str
    body: str


def tokenize(text):
    return [word.lower() for word in WORD.findall(text)]


def score(doc, terms):
    counts = Counter(tokenize(doc.body))
    return sum(counts[term] for term in terms)


def snippet(body, position, width=40):
    """Text around a hit, `width` characters to either side."""
    start = max(0, position - width)
    return body[start:position + width]


def search(documents, query):
    """Documents with a term of the query, best first."""
    terms = set(tokenize(query))
    scored = [(score(doc, terms), doc) for doc in documents]
    hits = [entry for entry in scored if entry[0] > 0]
    hits.sort(key=lambda entry: entry[0], reverse=True)
    return [doc for _, doc in hits]
