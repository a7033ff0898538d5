"""numpy: linear algebra (OpenBLAS), random numbers, FFT, saving, printing, errors."""
import io
import warnings

import numpy as np
import numpy.linalg

a = np.arange(12, dtype=np.float64).reshape(3, 4)
print(a @ a.T, a.sum(axis=0), a[:, ::-2], np.where(a > 5, a, -1))
print(np.round(np.linalg.solve(np.array([[3.0, 1], [1, 2]]), [9, 8]), 12), np.round(np.linalg.eigvalsh([[2.0, 0], [0, 3.0]]), 12))
generator = np.random.default_rng(42)
print(generator.integers(0, 100, 5), np.round(generator.normal(size=3), 6), generator.permutation(4))
print(np.round(np.abs(np.fft.fft([1, 0, 0, 0])), 6), np.polynomial.Polynomial([1, 2])(3))
buffer = io.BytesIO()
np.savez_compressed(buffer, a=a, names=np.array(["x", "grün"]))
buffer.seek(0)
loaded = np.load(buffer)
print(loaded["names"], np.array_equal(loaded["a"], a))
record = np.array([(1, 2.5, b"ab")], dtype=[("i", "i4"), ("f", "f8"), ("s", "S2")])
print(record["f"], record.dtype, np.array([1, 2], dtype=np.int8).nbytes)
print(np.datetime64("2024-02-29") + np.timedelta64(1, "D"), np.einsum("ij->j", a), np.float32(1) / 3)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    np.array([1.0]) / 0
    print(caught[0].category.__name__, caught[0].message)
try:
    a @ a
except ValueError as problem:
    print(problem)
try:
    np.linalg.inv(np.zeros((2, 2)))
except np.linalg.LinAlgError as problem:
    print(problem)
print(np.__version__, np.ma.masked_array([1, 2], [True, False]), np.testing.__name__)
