"""Which functions the CPU time goes to, for programs as they are: `Sampler`, used by pyperf.py.

A timer of CPU time interrupts the process; faulthandler's handler, which is C and may interrupt
anything, writes down what Python code runs. So native code is seen as bytecode is, nothing is traced,
and a function's own time holds that of the C functions that it calls.
"""
import faulthandler
import gc
import signal
import tempfile
import types
from collections import Counter

INTERVAL = 0.001  # seconds; systems round it up to what their clock ticks in
FIRST_LINE = "Stack (most recent call first):"


class Sampler:
    def __enter__(self):
        self._file = tempfile.TemporaryFile()
        faulthandler.register(signal.SIGPROF, file=self._file, all_threads=False)
        return self

    def __exit__(self, *_):
        faulthandler.unregister(signal.SIGPROF)

    def run(self, function):
        """Calls it. Garbage is collected afterwards, unseen: a collection would count for whatever
        function made the one object too many."""
        gc.disable()
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
        try:
            function()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            gc.enable()
        gc.collect()

    def functions(self):
        """Samples by function, as `module.qualified_name:line`: its own, and those in which it was
        called and had not returned. Closes the file."""
        self._file.seek(0)
        with self._file:
            lines = self._file.read().decode("ascii", "replace").splitlines()
        names = _names()
        own, whole = Counter(), Counter()
        for stack, count in Counter(_stacks(lines)).items():
            running = [names.get(_place(line), "") for line in stack]
            own[running[0]] += count
            for name in {*running}:
                whole[name] += count
        return {"own": dict(own), "whole": dict(whole)}


def _stacks(lines):
    """The lines of each sample's frames, the running one first."""
    starts = [number for number, line in enumerate(lines) if line.startswith(FIRST_LINE)]
    for start, end in zip(starts, [*starts[1:], len(lines)]):
        if frames := tuple(line for line in lines[start + 1 : end] if line.startswith("  File ")):
            yield frames


def _place(line):
    """(file, line, name) of `  File "…", line 7 in name`."""
    file, _, rest = line.strip().removeprefix('File "').rpartition('", line ')
    number, _, name = rest.partition(" in ")
    return (file, int(number), name) if number.isdigit() else None


def _names():
    """The names of all functions that exist, by each line of theirs."""
    names = {}
    for function in gc.get_objects():
        if not isinstance(function, types.FunctionType):
            continue
        codes = [function.__code__]
        while codes:
            code = codes.pop()
            codes += [const for const in code.co_consts if isinstance(const, types.CodeType)]
            name = f"{function.__module__}.{code.co_qualname}:{code.co_firstlineno}"
            for _, _, line in code.co_lines():
                names[code.co_filename, line, code.co_name] = name
    return names
