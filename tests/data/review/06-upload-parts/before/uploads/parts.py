"""Plan the parts of a multipart upload."""

MIN_PART = 5 * 1024 * 1024


def plan_parts(size, part_size=MIN_PART):
    """First and last byte position of every part, both included."""
    if part_size < 1:
        raise ValueError("part size must be positive")
    parts = []
    start = 0
    while start < size:
        end = min(start + part_size, size)
        parts.append((start, end - 1))
        start = end
    return parts
