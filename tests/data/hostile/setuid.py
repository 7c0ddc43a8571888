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
with open("/proc/self/status") if os.path.exists("/proc/self/status") else open(os.devnull) as file:
    for line in file:
        if line.startswith("CapEff") and int(line.split()[1], 16):
            print("ESCAPED: capabilities", line)
print("done")
