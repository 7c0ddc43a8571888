"""Memory that no limit of a process counts."""
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
try:
    os.memfd_create("hidden")
    print("ESCAPED: a file in memory")
except OSError as error:
    print("refused", error)
if libc.shmget(0, 1 << 20, 0o1600) < 0:
    print("refused: shared memory", os.strerror(ctypes.get_errno()))
else:
    print("ESCAPED: shared memory")
try:
    with open("/dev/shm/hidden", "w") as file:
        file.write("x")
    print("ESCAPED: a file in /dev/shm")
except OSError as error:
    print("refused", error)
