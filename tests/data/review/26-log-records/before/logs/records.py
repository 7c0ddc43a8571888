"""Reading of application logs."""
import re

STAMP = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} ")


def read_records(lines):
    """Join lines without a time stamp (stack traces) to the record above."""
    records = []
    for line in lines:
        if STAMP.match(line) or not records:
            records.append([])
        records[-1].append(line.rstrip("\n"))
    return ["\n".join(record) for record in records]


def errors(path):
    with open(path, encoding="utf-8") as file:
        return [record for record in read_records(file) if " ERROR " in record]
