"""Reading of application logs."""
import re

STAMP = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} ")


def read_records(lines):
    """Join lines without a time stamp (stack traces) to the record above.

    Yields one record at a time, as the logs no longer fit in memory.
    """
    current = []
    for line in lines:
        if STAMP.match(line) and current:
            yield "\n".join(current)
            current = []
        current.append(line.rstrip("\n"))


def errors(path):
    with open(path, encoding="utf-8") as file:
        for record in read_records(file):
            if " ERROR " in record:
                yield record
