"""Writing to a pipe whose reader went away: BrokenPipeError, then a failing flush at exit."""
import os
import sys

reader, writer = os.pipe()
os.close(reader)
try:
    os.write(writer, b"x")
except BrokenPipeError as problem:
    print(type(problem).__name__, problem.errno)

child = os.fork()
if child == 0:
    os.dup2(writer, 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    print("into the void")
    sys.exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
