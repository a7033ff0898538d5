"""itertools, functools, operator, contextlib, bisect, graphlib, sched, weakref, types."""
import bisect
import contextlib
import functools
import graphlib
import io
import itertools
import operator
import sched
import types
import weakref

print(list(itertools.permutations("abc", 2))[:3], list(itertools.accumulate([1, 2, 3], operator.mul)), list(itertools.pairwise("abc")))
print([(key, list(group)) for key, group in itertools.groupby("aabba")], list(itertools.zip_longest("ab", "c", fillvalue="-")))
print(list(itertools.product("ab", repeat=2))[-1], list(itertools.chain.from_iterable(["a", "bc"])), [list(t) for t in itertools.tee("ab")])


class Cached:
    @functools.cached_property
    def value(self):
        print("computed")
        return 3

    @functools.singledispatchmethod
    def show(self, value):
        return "any"

    @show.register
    def _(self, value: str):
        return "str"


cached = Cached()
print(cached.value + cached.value, cached.show(""), cached.show(1))


@functools.wraps(len)
def wrapped():
    pass


print(wrapped.__name__, wrapped.__doc__[:10], functools.cmp_to_key(lambda a, b: b - a)(1) < functools.cmp_to_key(lambda a, b: b - a)(0))
with contextlib.redirect_stdout(io.StringIO()) as sink, contextlib.suppress(KeyError):
    print("captured")
    {}["x"]
print(repr(sink.getvalue()), bisect.bisect([1, 3, 5], 3), list(graphlib.TopologicalSorter({"b": {"a"}, "c": {"b"}}).static_order()))
with contextlib.ExitStack() as stack:
    stack.callback(print, "callback")
    stack.enter_context(contextlib.nullcontext())
scheduler = sched.scheduler(delayfunc=lambda seconds: None)
scheduler.enter(0, 1, print, ("scheduled",))
scheduler.run()


class Target: ...


target = Target()
reference = weakref.ref(target, lambda dead: print("collected"))
mapping = weakref.WeakValueDictionary(a=target)
print(reference() is target, len(mapping))
del target
print(reference(), len(mapping))
print(types.SimpleNamespace(a=1), types.MappingProxyType({"x": 1}), types.FunctionType(wrapped.__code__, globals())())
copied = types.FunctionType((lambda x: x + y).__code__, {"y": 10})
print(copied(1), isinstance(copied, types.FunctionType), type(copied) is type(wrapped), types.MethodType(copied, 5)())
print(types.new_class("New", (Target,), {}, lambda body: body.update(z=1)).z, types.resolve_bases((Target,)))
