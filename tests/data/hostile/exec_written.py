"""Executes a file of its own making: a copy of the interpreter's loader, or a script."""
import os

with open("script", "w") as file:
    file.write("#!/bin/sh\necho ESCAPED\n")
try:
    os.chmod("script", 0o755)
except OSError as error:
    print("refused", error, flush=True)
os.execv("./script", ["script"])
