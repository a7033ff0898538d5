# /// compare
# [[run]]
# name = "given"
# env = {SOME = "value", EMPTY = "", "WEIRD" = "a=b=c", LD_LIBRARY_PATH = "/nowhere"}
# [[run]]
# name = "empty"
# unset = ["*"]
# [[run]]
# name = "python-variables"
# env = {PYTHONUNBUFFERED = "1", PYTHONDONTWRITEBYTECODE = "x"}
# ///
"""The program and its children see the caller's environment, nothing more and nothing less."""
import os
import subprocess

print(sorted(os.environ))
print({name: os.environ[name] for name in ("SOME", "EMPTY", "WEIRD") if name in os.environ})
shown = subprocess.run(["/usr/bin/env"], capture_output=True, text=True).stdout
print(sorted(line.partition("=")[0] for line in shown.splitlines()))
os.environ["ADDED"] = "later"
os.unsetenv("SOME")
shown = subprocess.run(["/usr/bin/env"], capture_output=True, text=True).stdout
print("ADDED=later" in shown, os.getenv("ADDED"))
