pieces = []
while True:
    pieces.append(bytearray(16 << 20))
    if len(pieces) > 400:
        print("ESCAPED: more than six gigabytes", flush=True)
        break
