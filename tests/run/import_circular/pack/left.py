from . import right
from .right import NAME


def get():
    return NAME, right.late()
