from .. import helpers
from ..helpers import where


def climb(name=None):
    if name:
        raise LookupError(name)
    return helpers.where is where, __package__, __name__
