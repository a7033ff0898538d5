from .cows import Cow
from . import pigs
