import os

UP = "../" * 20
PATHS = [
    "/etc/passwd", "/etc/shadow", "/etc/hosts", os.sep + os.path.join("root", ".bashrc"), os.path.expanduser("~root"), "@HOME@",
    "@OUTSIDE@/canary", "@OUTSIDE@", "@REPOSITORY@/Cargo.toml", UP + "etc/passwd", UP + "@OUTSIDE@/canary",
    "/proc/1/environ", "/proc/@PARENT@/environ", "/proc/self/environ", "/proc/self/mem", "/proc/self/root/etc/passwd",
    "/proc/self/cwd/" + UP + "etc/passwd", "/proc/@PARENT@/root/etc/passwd", "/proc/version", "/proc/mounts", "/sys/kernel",
    "/dev/mem", "/dev/kmsg", "/dev/tty", "/var/log", "/run", "/home", "..",
]
for path in PATHS:
    try:
        if os.path.isdir(path):
            print("ESCAPED:", path, os.listdir(path)[:3]) if os.listdir(path) else print("refused: empty", path)
        else:
            with open(path, "rb") as file:
                print("ESCAPED:", path, file.read(20))
    except OSError as error:
        print("refused:", path, error.strerror)
