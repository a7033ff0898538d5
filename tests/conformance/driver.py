"""Runs one module of CPython's own test suite and writes what became of each test.

    driver MODULE RESULT [INTERPRETER]

The same file runs under CPython and, compiled together with the suite, as an executable. RESULT gets a line of JSON for each test that
ends, and one for each that starts, so that a crash shows where it happened. With INTERPRETER, tests that start sys.executable start that one.
CONFORMANCE_LEFT_OUT in the environment names tests that are not run.
"""
import importlib
import json
import os
import random
import sys
import unittest


class Recorder(unittest.TestResult):
    def __init__(self, stream):
        super().__init__()
        self.out = stream

    def write(self, event, test, text=""):
        name = test.id() if hasattr(test, "id") else str(test)
        json.dump([event, name, text], self.out)
        self.out.write("\n")
        self.out.flush()

    def startTest(self, test):
        super().startTest(test)
        self.write("start", test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.write("pass", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.write("fail", test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.write("error", test, self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.write("skip", test, reason)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.write("expected failure", test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.write("unexpected success", test)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            kind = "subtest fail" if issubclass(err[0], test.failureException) else "subtest error"
            self.write(kind, subtest, self._exc_info_to_string(err, test))


def without(suite, left_out):
    """The tests of a suite but for those named."""
    kept = [without(test, left_out) if isinstance(test, unittest.TestSuite) else test for test in suite
            if isinstance(test, unittest.TestSuite) or not test.id().endswith(left_out)]
    return type(suite)(kept)


def main():
    name, result = sys.argv[1:3]
    if len(sys.argv) > 3:
        sys.executable = sys._base_executable = sys.argv[3]
    sys.argv[1:] = []
    left_out = tuple(os.environ.pop("CONFORMANCE_LEFT_OUT", "").split())
    random.seed(1)
    from test import support

    support.use_resources = []
    support.verbose = 0
    with open(result, "w", encoding="utf-8") as stream:
        recorder = Recorder(stream)
        try:
            module = importlib.import_module(f"test.{name}")
            suite = unittest.defaultTestLoader.loadTestsFromModule(module)
            suite = without(suite, left_out) if left_out else suite
        except unittest.SkipTest as reason:
            recorder.write("skip", f"test.{name}", str(reason))
            return
        suite.run(recorder)
        recorder.write("done", f"test.{name}")
        stream.flush()
    os._exit(0)  # what a test leaves behind (threads, patched modules) is not what is compared


if __name__ == "__main__":
    main()
