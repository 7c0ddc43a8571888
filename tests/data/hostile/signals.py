import os
import signal

for name, action in [
    ("parent", lambda: os.kill(os.getppid() or 1, signal.SIGKILL)),
    ("first process", lambda: os.kill(1, signal.SIGTERM)),
    ("the test", lambda: os.kill(@PARENT@, signal.SIGTERM)),
    ("the test, whether it is there", lambda: os.kill(@PARENT@, 0)),
    ("everybody", lambda: os.kill(-1, signal.SIGTERM)),
    ("the group of the test", lambda: os.killpg(@GROUP@, signal.SIGTERM)),
    ("a process by a descriptor", lambda: os.pidfd_open(@PARENT@)),
]:
    try:
        action()
        print("ESCAPED:", name)
    except (OSError, AttributeError) as error:
        print("refused:", name, error)
print("done")
