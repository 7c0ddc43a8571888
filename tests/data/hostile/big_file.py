with open("big", "wb") as file:
    for _ in range(1_000):
        file.write(b"x" * (1 << 20))
print("ESCAPED: a gigabyte in a file")
