import os
import time

children = 0
try:
    while children < 1_000:
        if os.fork() == 0:
            os._exit(0)
        children += 1
except OSError as error:
    print("refused after", children, error)
else:
    print("ESCAPED: a thousand zombies")
time.sleep(0.2)
