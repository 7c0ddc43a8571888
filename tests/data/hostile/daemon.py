"""Leaves its parent, its session and its group, ignores signals, closes everything, and writes a heartbeat."""
import os
import signal
import time

if os.fork() == 0:
    try:
        os.setsid()
    except OSError:
        pass
    if os.fork() == 0:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        for descriptor in (0, 1, 2):
            os.close(descriptor)
        while True:
            try:
                with open("heartbeat", "w") as file:
                    file.write(str(time.time()))
            except OSError:
                pass
            time.sleep(0.05)
    os._exit(0)
os.wait()
time.sleep(0.3)
print("started")
