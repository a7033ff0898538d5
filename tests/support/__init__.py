"""Shared parts of the tests: targets, programs, building, running, comparing, the empty root."""
