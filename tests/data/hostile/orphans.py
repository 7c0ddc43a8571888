"""Children that sleep while their parent ends."""
import os
import time

for _ in range(5):
    if os.fork() == 0:
        time.sleep(600)
        os._exit(0)
print("ended")
