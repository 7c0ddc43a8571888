"""Makes one system call by its number, as no library would."""
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall(@CALL@)
if result < 0:
    print("refused:", os.strerror(ctypes.get_errno()))
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
print("ESCAPED:", result)
