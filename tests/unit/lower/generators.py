def simple(a):
    x = yield a
    for y in a:
        yield y, (yield)


def delegating(a):
    try:
        return (yield from a)
    finally:
        print(a)


async def coroutine(o):
    async with o as m:
        return o.m(await m, 1)


async def asynchronous(o):
    async for x in o:
        yield x
    yield [y async for y in o]
