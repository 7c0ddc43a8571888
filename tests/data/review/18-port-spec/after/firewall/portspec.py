"""Port lists as written in the firewall configuration."""

MAX_PORT = 65535


def _port(text):
    port = int(text)
    if not 1 <= port <= MAX_PORT:
        raise ValueError(f"no such port: {port}")
    return port


def parse_ports(spec):
    """Parse a list such as "22, 8000-8010" (with both ends of the range)."""
    spans = []
    for part in spec.split(","):
        low, sep, high = part.strip().partition("-")
        first = _port(low)
        if not sep:
            spans.append(range(first, first + 1))
            continue
        last = _port(high)
        if last < first:
            raise ValueError(f"backward range: {part.strip()}")
        spans.append(range(first, last))
    return spans


class PortFilter:
    def __init__(self, spec):
        self.spans = parse_ports(spec)

    def allows(self, port):
        return any(port in span for span in self.spans)
