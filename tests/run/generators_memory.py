"""What ended generators took is free after a collection: programs that count blocks of memory find none left over."""
import gc
import sys


def few(value):
    yield value


def some(value):
    a, b, c = value, [value], {value}
    yield a, b, c


def many(value):
    a = b = c = d = e = f = g = value
    yield a, b, c, d, e, f, g


async def coroutine(value):
    return [value]


async def async_generator(value):
    yield value


def start(function):
    made = [function(i) for i in range(50)]
    for one in made:
        step = one.asend(None) if function is async_generator else one
        try:
            step.send(None)
            one.close()
        except (StopIteration, AttributeError):
            pass


def blocks():
    gc.collect()
    return sys.getallocatedblocks()


def left(function):
    before = blocks()
    start(function)
    return blocks() - before


FUNCTIONS = few, some, many, coroutine, async_generator
for function in FUNCTIONS:
    function(0).close() if function is not async_generator else function(0)
left(few)
for function in FUNCTIONS:
    found = left(function)
    print(function.__name__, "nothing left" if found < 25 else f"{found} blocks left")
