"""Runs a helper program that is shipped in bin/."""
import os
import pathlib
import shutil
import subprocess

helper = pathlib.Path(__file__).parent / "bin" / "helper"
print(helper.is_file(), os.access(helper, os.X_OK))
done = subprocess.run([helper, "grün", "two words"], input=b"through the helper\n", capture_output=True)
print(done.returncode, done.stdout.decode(), done.stderr.decode())
process = subprocess.Popen([str(helper), "again"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env={"ONLY": "this"})
print(process.communicate()[0].decode(), process.wait())
print(os.spawnv(os.P_WAIT, str(helper), ["helper", "quiet"]), shutil.which(str(helper)) is not None)
