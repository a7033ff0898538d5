"""sys.settrace, sys.setprofile, cProfile, trace, tracemalloc, audit hooks, gc."""
import cProfile
import gc
import io
import pstats
import sys
import threading
import tracemalloc

events = []


def tracer(frame, event, argument):
    if frame.f_code.co_filename == __file__:
        events.append((frame.f_code.co_name, event, frame.f_lineno))
        return tracer


def traced(count):
    for number in range(count):
        if number:
            try:
                raise KeyError
            except KeyError:
                pass
    return [x for x in range(2)]


sys.settrace(tracer)
traced(2)
sys.settrace(None)
print(*events, sep="\n")
calls = []
sys.setprofile(lambda frame, event, argument: calls.append((event, getattr(argument, "__name__", None))))
len("x")
traced(1)
sys.setprofile(None)
print(calls)
profiler = cProfile.Profile()
profiler.runcall(traced, 3)
report = io.StringIO()
pstats.Stats(profiler, stream=report).sort_stats("name").print_stats("traced")
print([line.split()[-1] for line in report.getvalue().splitlines() if "traced" in line][-1].rpartition("/")[2])
tracemalloc.start()
kept = [bytes(1000) for _ in range(100)]
snapshot = tracemalloc.take_snapshot()
top = max(snapshot.statistics("lineno"), key=lambda each: each.size)
print(top.traceback[0].lineno, top.size > 90_000, tracemalloc.get_object_traceback(kept[0]))
tracemalloc.stop()
seen = []
sys.addaudithook(lambda name, arguments: seen.append(name) if name in ("open", "import", "compile") else None)
open("/dev/null").close()
compile("1", "x", "eval")
import colorsys

print(seen[:2], "import" in seen)


class Cycle:
    def __del__(self):
        print("collected")


cycle = Cycle()
cycle.me = cycle
del cycle
print(gc.collect() > 0, gc.isenabled(), gc.get_threshold(), gc.get_count()[2] >= 0, gc.get_freeze_count())
threading.settrace(None)
