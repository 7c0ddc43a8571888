"""Plan the parts of a multipart upload."""

MIN_PART = 5 * 1024 * 1024
MAX_PARTS = 10_000


def choose_part_size(size):
    """Smallest allowed part size that needs no more than MAX_PARTS parts."""
    return max(MIN_PART, -(-size // MAX_PARTS))


def plan_parts(size, part_size=None):
    """First and last byte position of every part, both included."""
    if part_size is None:
        part_size = choose_part_size(size)
    if part_size < 1:
        raise ValueError("part size must be positive")
    return [
        (start, min(start + part_size, size) - 1)
        for start in range(0, size, part_size)
    ]


def content_ranges(size, part_size=None):
    """Content-Range header values of the parts."""
    return [
        f"bytes {first}-{last}/{size}"
        for first, last in plan_parts(size, part_size)
    ]
