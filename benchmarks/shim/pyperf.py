"""Takes the place of pyperf for programs of pyperformance: the same calls, but one process.

pyperf itself starts sys.executable again and again, which in an executable is the program itself.
This module lies beside the unchanged program, so an interpreter finds it first and a compiler takes
it along. Time is the process's CPU time; each benchmark runs once to warm up.

BENCH_TURNS="IN,OUT" names the pipes to the harness: each benchmark's name goes out when it is warm,
then, for each "+" that comes in, a line with the time of one run and that of the whole sample; "."
ends the benchmark. Without it a benchmark runs until BENCH_SECONDS are used up, and its best time for
one run goes to the file BENCH_OUTPUT. With BENCH_FUNCTIONS that file gets where the time went: the
best time, and samples by function.
"""
import argparse
import asyncio
import json
import os
import time

perf_counter = time.process_time

SAMPLE_SECONDS = 0.02  # a sample repeats what is shorter than this
MOST_SAMPLES = 200
FEWEST_SAMPLES = 2


def python_implementation():
    return "cpython"


def _functions(run, times):
    """Apart from measuring: a timer of CPU time makes the clock of CPU time a coarse one."""
    from sampling import Sampler

    with Sampler() as sampler:
        for _ in range(times):
            sampler.run(run)
    return sampler.functions()


class Runner:
    def __init__(self, add_cmdline_args=None, **_):
        self.metadata = {}
        self.argparser = argparse.ArgumentParser()
        self.args = None
        self._results = {}

    def parse_args(self, args=None):
        if self.args is None:
            self.args = self.argparser.parse_args(args)
        return self.args

    def bench_func(self, name, func, *args, inner_loops=None, **_):
        def timed(loops):
            started = perf_counter()
            for _ in range(loops):
                func(*args)
            return perf_counter() - started

        self._measure(name, timed, inner_loops)

    def bench_time_func(self, name, time_func, *args, inner_loops=None, **_):
        self._measure(name, lambda loops: time_func(loops, *args), inner_loops)

    def bench_async_func(self, name, func, *args, inner_loops=None, **_):
        async def run(loops):
            started = perf_counter()
            for _ in range(loops):
                await func(*args)
            return perf_counter() - started

        self._measure(name, lambda loops: asyncio.run(run(loops)), inner_loops)

    def _measure(self, name, timed, inner_loops):
        self.parse_args()
        once = timed(1)
        loops = max(1, round(SAMPLE_SECONDS / once)) if once > 0 else 1
        if "BENCH_TURNS" in os.environ:
            _take_turns(name, timed, loops, inner_loops or 1)
        else:
            self._results[name] = _measure_alone(timed, loops, inner_loops or 1)
            self._write()

    def _write(self):
        text = json.dumps(self._results)
        if "BENCH_OUTPUT" in os.environ:
            with open(os.environ["BENCH_OUTPUT"], "w", encoding="utf-8") as file:
                file.write(text)
        else:
            print(text)


def _take_turns(name, timed, loops, inner_loops):
    orders, answers = map(int, os.environ["BENCH_TURNS"].split(","))
    _answer(answers, name)
    while (order := os.read(orders, 1)) == b"+":
        took = timed(loops)
        _answer(answers, [took / loops / inner_loops, took])
    if order != b".":
        raise SystemExit("pyperf: the harness is gone")


def _answer(pipe, value):
    os.write(pipe, (json.dumps(value) + "\n").encode())


def _measure_alone(timed, loops, inner_loops):
    limit = time.process_time() + float(os.environ.get("BENCH_SECONDS", "1"))
    samples = []
    while len(samples) < FEWEST_SAMPLES or (
        time.process_time() < limit and len(samples) < MOST_SAMPLES
    ):
        samples.append(timed(loops) / loops)
    best = min(samples) / inner_loops
    if "BENCH_FUNCTIONS" in os.environ:
        functions = _functions(lambda: timed(loops), len(samples))
        return {"seconds": best, **functions}
    return best
