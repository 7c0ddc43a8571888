"""Links inside of the scratch folder are allowed; what they point at is not."""
import os


def attempt(name, action):
    try:
        print("ESCAPED:", name, action())
    except OSError as error:
        print("refused:", name, error)


def read(path):
    with open(path, "rb") as file:
        return file.read(20)


def write(path):
    with open(path, "w") as file:
        return file.write("changed")


for number, target in enumerate(["@OUTSIDE@/canary", "/etc/passwd", "../policy.json", "../" * 20 + "etc/passwd"]):
    name = "link%d" % number
    os.symlink(target, name)
    attempt("read through a link to " + target, lambda: read(name))
    attempt("write through a link to " + target, lambda: write(name))
    attempt("hard link to " + target, lambda: (os.link(target, "hard%d" % number), read("hard%d" % number)))
os.symlink("@OUTSIDE@", "folder")
attempt("list through a link", lambda: os.listdir("folder"))
attempt("create through a link", lambda: write("folder/new"))
attempt("move out through a link", lambda: os.rename("link0", "folder/moved"))
print("done")
