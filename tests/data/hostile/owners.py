"""Signals to whoever is made the owner of a descriptor."""
import fcntl
import os
import signal
import socket
import struct

one, other = socket.socketpair()
# Numbers of Linux: F_SETSIG, F_SETOWN_EX; FIOSETOWN, SIOCSPGRP.
for name, action in [
    ("owner", lambda: fcntl.fcntl(one, fcntl.F_SETOWN, @PARENT@)),
    ("owner, the newer way", lambda: fcntl.fcntl(one, 15, struct.pack("ii", 1, @PARENT@))),
    ("signal", lambda: fcntl.fcntl(one, 10, signal.SIGTERM)),
    ("owner by ioctl", lambda: fcntl.ioctl(one, 0x8901, struct.pack("i", @PARENT@))),
    ("owner by another ioctl", lambda: fcntl.ioctl(one, 0x8902, struct.pack("i", @PARENT@))),
]:
    try:
        action()
        print("ESCAPED:", name)
    except OSError as error:
        print("refused:", name, error)
fcntl.fcntl(one, fcntl.F_SETFL, fcntl.fcntl(one, fcntl.F_GETFL) | os.O_ASYNC)
other.send(b"x")
print("done")
