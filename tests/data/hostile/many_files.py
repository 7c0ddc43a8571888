import time

for number in range(20_000):
    with open("file%d" % number, "w"):
        pass
    if number % 200 == 0:
        time.sleep(0.02)
print("ESCAPED: twenty thousand files")
