"""Measures executables of pyc2c and of its peers against CPython. Started by benchmarks/run.py."""
