"""Files left open and unflushed are written at exit."""
import os
import sys

path = os.path.join(os.getcwd(), "out.txt")
if len(sys.argv) == 1:
    child = os.fork()
    if child == 0:
        left_open = open(path, "w")
        left_open.write("unflushed text " * 3)
        keep = [left_open]
        keep.append(keep)
        sys.exit(5)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    with open(path) as file:
        print(file.read())
