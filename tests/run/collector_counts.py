"""Collections that are left out while modules are imported count as if they had been."""
import gc
import sys
from importlib.machinery import ModuleSpec


class Keeper:
    """Its modules make objects, and keep them."""

    def find_spec(self, name, path=None, target=None):
        if name.startswith("keeps_"):
            return ModuleSpec(name, self)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.kept = [[] for _ in range(int(module.__name__[6:]))]


def show(name):
    """The oldest generation's count, and whether few objects wait in the youngest."""
    gc.collect()
    __import__(name)
    youngest, middle, oldest = gc.get_count()
    print(name, oldest, youngest <= gc.get_threshold()[0], middle <= gc.get_threshold()[1] + 1)


sys.meta_path.insert(0, Keeper())
show("keeps_100")
show("keeps_8000")
show("keeps_63000")
show("keeps_88000")

gc.set_threshold(100, 4, 3)
show("keeps_5000")
gc.set_threshold(700, 10, 10)

gc.collect()
gc.disable()
import keeps_30000  # noqa: E402, F401
print(gc.get_count()[0] > 30000, gc.get_count()[1:], len(gc.get_objects(0)) > 30000)
gc.enable()
