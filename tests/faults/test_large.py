"""A 200 MB data file: streamed into the executable, served without a copy."""
from __future__ import annotations

import hashlib
import os
import random
import resource

PROGRAM = '''
import hashlib, os, resource, sys
path = os.path.join(os.path.dirname(__file__), "data", "large.bin")
print(os.path.getsize(path))
with open(path, "rb") as file:
    file.seek(-16, os.SEEK_END)
    print(file.read().hex())
    file.seek(0)
    print(file.read(16).hex())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(path, "rb") as file:
    print(hashlib.file_digest(file, "sha256").hexdigest())
print("grew", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000)
'''
SIZE = 200 * 1024 * 1024


def test_large_data_file(project):
    generator, digest = random.Random(1), hashlib.sha256()
    project.write({"app.py": PROGRAM, "data/small.txt": "x"})
    with open(project.folder / "data" / "large.bin", "wb") as file:
        for _ in range(SIZE // (4 * 1024 * 1024)):
            block = generator.randbytes(4 * 1024 * 1024)
            digest.update(block)
            file.write(block)
    ends = []
    with open(project.folder / "data" / "large.bin", "rb") as file:
        ends.append(file.read(16).hex())
        file.seek(-16, os.SEEK_END)
        ends.insert(0, file.read().hex())
    # Mapped files cost nothing; what is limited is memory of the process's own.
    limit = 150 * 1024 * 1024
    project.build(
        "app.py", "-o", "dist/app", "--add-data=data:data",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
    ).expect()
    assert project.output.stat().st_size >= SIZE
    lines = project.start(timeout=120).expect().stdout.decode().split()
    assert lines == [str(SIZE), *ends, digest.hexdigest(), "grew", "True"]
