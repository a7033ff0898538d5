# /// compare
# [[run]]
# name = "none"
# [[run]]
# name = "hash-seed"
# env = {PYTHONHASHSEED = "42"}
# [[run]]
# name = "bad-hash-seed"
# env = {PYTHONHASHSEED = "nonsense"}
# status = 1
# [[run]]
# name = "tracemalloc"
# env = {PYTHONTRACEMALLOC = "3"}
# [[run]]
# name = "bad-tracemalloc"
# env = {PYTHONTRACEMALLOC = "-1"}
# status = 1
# [[run]]
# name = "faulthandler"
# env = {PYTHONFAULTHANDLER = "1"}
# [[run]]
# name = "default-encoding"
# env = {PYTHONWARNDEFAULTENCODING = "1"}
# [[run]]
# name = "asyncio-debug"
# env = {PYTHONASYNCIODEBUG = "1"}
# [[run]]
# name = "development"
# env = {PYTHONDEVMODE = "1"}
# [[run]]
# name = "digits"
# env = {PYTHONINTMAXSTRDIGITS = "1000"}
# [[run]]
# name = "malloc"
# env = {PYTHONMALLOC = "malloc"}
# ///
"""PYTHON* variables that are honoured."""
import asyncio
import faulthandler
import sys
import tracemalloc

print(sys.flags.hash_randomization, hash("text") if sys.flags.hash_randomization == 0 else "random")
print(hash("fixed") == hash("fi" + "xed"), hash(1.5), hash((1, 2)))
print(tracemalloc.is_tracing(), tracemalloc.get_traceback_limit())
print(faulthandler.is_enabled(), sys.flags.dev_mode, sys.flags.int_max_str_digits, sys.flags.warn_default_encoding)


async def debug():
    return asyncio.get_running_loop().get_debug()


print(asyncio.run(debug()))
