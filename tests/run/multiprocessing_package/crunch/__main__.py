"""Workers started from a package run by -m: functions of its modules reach the children."""
import multiprocessing

from .work import double, where

if __name__ == "__main__":
    for method in ("spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(pool.map(double, [1, 2]), pool.map(where, [1]))
