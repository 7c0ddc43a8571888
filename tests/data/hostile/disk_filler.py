written = 0
for number in range(1_000):
    with open("big%d" % number, "wb", buffering=0) as file:
        for _ in range(100):
            written += file.write(b"x" * (1 << 20))
        if written > 400 << 20:
            print("ESCAPED: 400 megabytes", flush=True)
