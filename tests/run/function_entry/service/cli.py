import sys


def main():
    print("main of", __name__, sys.argv[1:])
    if len(sys.argv) > 1:
        return int(sys.argv[1]) if sys.argv[1].isdigit() else sys.argv[1]
