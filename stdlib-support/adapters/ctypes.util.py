"""Completes ctypes.util: libraries inside the executable are found before the system's.

Runs after `ctypes.util` was imported, with the module as `module` and `find_carried`, which knows the
executable's libraries. CPython runs ldconfig and the C compiler to find a library; a library that
the executable carries must win over another version that the target may have, or may not have.
"""


def _install(search):
    def find_library(name):
        return find_carried(name) or search(name)

    module.find_library = find_library


_install(module.find_library)
