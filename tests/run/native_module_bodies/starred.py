for a in range(3):
    b = a, a
    _hidden = b
