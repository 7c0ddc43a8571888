import os


def attempt(name, action):
    try:
        action()
        print("ESCAPED:", name)
    except (OSError, NotImplementedError) as error:
        print("refused:", name, error)


def write(path, mode="w"):
    with open(path, mode) as file:
        file.write("changed")


CANARY = "@OUTSIDE@/canary"
attempt("write", lambda: write(CANARY))
attempt("append", lambda: write(CANARY, "a"))
attempt("create", lambda: write("@OUTSIDE@/new"))
attempt("up and out", lambda: write("../" * 20 + CANARY))
attempt("truncate", lambda: os.truncate(CANARY, 0))
attempt("truncate while reading", lambda: os.open(CANARY, os.O_RDONLY | os.O_TRUNC))
attempt("mode", lambda: os.chmod(CANARY, 0o777))
attempt("owner", lambda: os.chown(CANARY, os.getuid(), os.getgid()))
attempt("time", lambda: os.utime(CANARY, (0, 0)))
attempt("attribute", lambda: os.setxattr(CANARY, "user.changed", b"1"))
attempt("rename", lambda: os.rename(CANARY, "@OUTSIDE@/renamed"))
attempt("remove", lambda: os.remove(CANARY))
attempt("folder", lambda: os.mkdir("@OUTSIDE@/folder"))
attempt("device", lambda: os.mknod("@OUTSIDE@/device", 0o600))
attempt("link into", lambda: os.link(__file__, "@OUTSIDE@/linked"))
attempt("move into", lambda: os.rename(__file__, "@OUTSIDE@/moved"))
attempt("beside", lambda: write("../policy.json"))
attempt("the system", lambda: write("/usr/lib/changed"))
attempt("the interpreter", lambda: write(os.__file__, "a"))
attempt("the root", lambda: write("/changed"))
attempt("the repository", lambda: write("@REPOSITORY@/changed"))
