"""Uses what was left open, and opens what it can."""
import os

for number in range(3, 1_024):
    try:
        print("ESCAPED:", number, os.fstat(number))
    except OSError:
        pass
opened = 0
try:
    while True:
        os.open("/dev/null", os.O_RDONLY)
        opened += 1
        if opened > 500:
            print("ESCAPED: more than 500 files")
            break
except OSError as error:
    print("refused after", opened, error)
