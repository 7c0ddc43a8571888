import subprocess

print("ESCAPED", subprocess.run(["/bin/sh", "-c", "echo hello"], capture_output=True).stdout)
