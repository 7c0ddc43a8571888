"""Uses two processors at once, so that its processor time is over before its time."""
import hashlib
import threading


def spin():
    data = b"x" * (1 << 22)
    while True:
        hashlib.sha256(data).digest()


threading.Thread(target=spin, daemon=True).start()
spin()
