# -*- coding: latin-1 -*-
TEXT = "grün"


def text():
    raise ValueError("grün")
