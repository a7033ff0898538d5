TEXT = """a
b"""

def text():
    return 1
