import os

print(sorted(os.environ))
print("ESCAPED" if "SECRET" in str(dict(os.environ)) else "refused")
