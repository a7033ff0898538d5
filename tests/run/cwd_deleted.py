"""The current directory is the caller's; a deleted one does not stop the program."""
import os
import sys

print(os.listdir("."), os.path.samefile(".", os.environ["HOME"]))
os.mkdir("gone")
os.chdir("gone")
os.rmdir("../gone")
try:
    print(os.getcwd())
except FileNotFoundError as problem:
    print(type(problem).__name__)
child = os.fork()
if child == 0:
    import json.tool
    import wave

    print(wave.__name__, flush=True)
    os._exit(0)
print(os.waitpid(child, 0)[1])
