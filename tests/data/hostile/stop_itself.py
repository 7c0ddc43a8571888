import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
print("ESCAPED: somebody woke it")
