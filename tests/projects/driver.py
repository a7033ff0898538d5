"""Runs a project's own tests with pytest and writes what became of each.

    driver RESULT PYTEST-ARGUMENT…

The same file runs under CPython and, compiled together with the project's package, as an executable.
"""
import json
import sys

import pytest


class Recorder:
    """A pytest plugin: a line of JSON for each phase of a test that says something."""

    def __init__(self, path):
        self.out = open(path, "w", encoding="utf-8")

    def write(self, name, outcome, text):
        json.dump([name, outcome, text], self.out)
        self.out.write("\n")
        self.out.flush()

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            outcome = "xfail" if hasattr(report, "wasxfail") else report.outcome
            self.write(f"{report.nodeid} {report.when}", outcome, report.longreprtext)

    def pytest_collectreport(self, report):
        if report.outcome != "passed":
            self.write(f"{report.nodeid} collect", report.outcome, report.longreprtext)


if __name__ == "__main__":
    sys.exit(pytest.main(sys.argv[2:], plugins=[Recorder(sys.argv[1])]))
