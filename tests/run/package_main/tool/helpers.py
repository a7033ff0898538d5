import os


def where():
    return os.path.relpath(__file__, os.path.dirname(os.path.dirname(__file__)))
