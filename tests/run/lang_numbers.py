"""Numbers: arithmetic, conversions, formatting, big integers, special floats."""
import cmath
import decimal
import fractions
import math
import statistics

print(7 // -2, 7 % -2, -7 // 2, divmod(-7, 2), 7.5 // 2, -7.5 % 2, 2 ** -1, pow(3, 100, 7), (-8) ** (1 / 3))
print(1 << 100, -5 >> 1, ~5, 6 & 3, 6 | 3, 6 ^ 3, int("-0x1f", 16), int("z", 36), 0b101, 0o17, 1_000)
print(2 ** 200, len(str(3 ** 2000)), hash(2 ** 61 - 1), (2 ** 70).bit_length(), (255).to_bytes(3, "big"))
print(round(2.5), round(-3.5), round(2.675, 2), round(12345, -2), math.floor(-1.5), math.trunc(-1.5))
print(0.1 + 0.2, 1e308 * 10, -0.0, float("nan"), 1e22, 1e-7, 123456789.123456789, 5e-324)
print(float("inf") - float("inf"), math.isclose(0.1 + 0.2, 0.3), (0.5).hex(), float.fromhex("0x1p-3"))
print(f"{3.14159:.2f} {1e6:,.0f} {255:#x} {255:08b} {0.25:%} {1234567:_} {-3:+} {3.0:g} {1e10:e} {12:>5}|{12:<5}|{12:^5}")
print(math.fsum([0.1] * 10), sum([0.1] * 10), math.comb(50, 25), math.gcd(12, 18), math.isqrt(10 ** 30), math.lcm(4, 6))
print(decimal.Decimal(1) / decimal.Decimal(7), decimal.Decimal("1.10") + 2, decimal.getcontext().prec)
with decimal.localcontext() as context:
    context.prec = 50
    print(decimal.Decimal(2).sqrt())
print(fractions.Fraction(3, 9) + fractions.Fraction("0.25"), fractions.Fraction(0.5).limit_denominator())
print(1j ** 2, cmath.sqrt(-1), complex("1+2j").conjugate(), abs(3 + 4j))
print(statistics.mean([1, 2, 4]), statistics.stdev([1, 2, 4]), statistics.median([3, 1, 2]))
for broken in (lambda: 1 // 0, lambda: int("x"), lambda: math.sqrt(-1), lambda: 2.0 ** 5000, lambda: 1 << -1,
               lambda: int("9" * 5000), lambda: round(float("nan"))):
    try:
        broken()
    except (ArithmeticError, ValueError) as problem:
        print(type(problem).__name__, problem)
print(True + True, bool(-0.0), int(True), 3 .real, (1).__add__(2.0), 10 .__truediv__(4))


# ---- small powers, repetition, large ints ----


def power(base, exponent):
    for _ in range(2):
        result = base ** exponent
    base **= exponent
    return result, base


def product(value, times):
    for _ in range(2):
        result = value * times
    value *= times
    return result, value


for base in (0, 1, -1, 2, -3, 10, 2 ** 29, -(2 ** 31), 2 ** 59, 2 ** 60, True, 1.5, -2.0, 1j):
    print(base, *(power(base, exponent)[0] for exponent in (0, 1, 2, 3, 8, 9, -1 if base else 1)), *power(base, 2))
kept = [1, 2]
print(product(kept, 2), kept, product((1, 2), 3), product("ab", 2), product("ab", -1), product(b"x", 3), product([], 5))
print(product("ab", True), product([0], 0), product(3, [1]), product(2, "xy"), product(bytearray(b"q"), 2))
for broken in (lambda: product("ab", 2 ** 62), lambda: product([1], 2 ** 100), lambda: product("a", 1.0),
               lambda: power(0, -1), lambda: power("a", 2), lambda: product([1, 2], 2 ** 61)):
    try:
        print(broken())
    except (ArithmeticError, TypeError, MemoryError) as problem:
        print(type(problem).__name__, problem)
huge = 1 << 90
for small in (0, 1, -1, 2 ** 59, -(2 ** 61)):
    print(huge + small, small - huge, huge * small, huge - huge + small)
