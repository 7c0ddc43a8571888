"""Port lists as written in the firewall configuration."""


def parse_ports(spec):
    """Parse a list such as "22, 8000-8010" (with both ends of the range)."""
    ports = set()
    for part in spec.split(","):
        low, sep, high = part.strip().partition("-")
        if sep:
            ports.update(range(int(low), int(high) + 1))
        else:
            ports.add(int(low))
    return ports


class PortFilter:
    def __init__(self, spec):
        self.ports = parse_ports(spec)

    def allows(self, port):
        return port in self.ports
