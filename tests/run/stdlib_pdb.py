# /// compare
# stdin = "where\nlist\np local\nargs\nstep\nstep\nreturn\ndown\nup\np local\nbreak 24\ncontinue\nwhere\nclear\ny\nquit\n"
# status = 1
# ///
"""pdb with commands from a pipe: breakpoint(), stepping, listing, break points."""
import sys


def inner(number):
    squared = number ** 2
    return squared


def outer(number):
    local = [number]
    breakpoint()
    result = inner(number)
    local.append(result)
    return local


def later():
    value = "later"
    for turn in range(2):
        value += str(
            turn
        )
    print("in later", value)
    return value


print(outer(3))
later()
print("end")
