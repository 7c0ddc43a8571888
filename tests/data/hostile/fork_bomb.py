import os

while True:
    try:
        os.fork()
    except OSError as error:
        if error.errno == 1:
            raise
