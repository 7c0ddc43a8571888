import os

for program in ("/bin/su", "/usr/bin/su", "/usr/bin/passwd", "/usr/bin/sudo", "/bin/mount", "/bin/sh"):
    try:
        os.execv(program, [program, "--version"])
    except OSError as error:
        print("refused", program, error, flush=True)
for action in (os.setuid, os.setgid):
    try:
        action(0)
        print("ESCAPED: root")
    except OSError as error:
        print("refused", error, flush=True)
try:
    os.mknod("device", 0o20600, os.makedev(1, 3))
    print("ESCAPED: a device")
except OSError as error:
    print("refused", error)
print("done")
