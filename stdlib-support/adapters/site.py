"""Completes site: third-party packages lie in <executable>/lib.

Runs after `site` was imported, with the module as `module`. Programs ask site where packages are, to
find files of theirs; CPython answers with directories of the build machine's layout.
"""

import sys


def _install(directory):
    def getsitepackages(prefixes=None):
        return [directory]

    module.getsitepackages = getsitepackages


_install(sys.executable + "/lib")
