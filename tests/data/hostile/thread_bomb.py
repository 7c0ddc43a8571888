import threading
import time

threading.stack_size(32 * 1024)
started = 0
while True:
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    started += 1
    if started > 100:
        print("ESCAPED: a hundred threads", flush=True)
