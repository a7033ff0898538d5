from .parts import names


def run(words):
    print(names.__name__, words)
    return len(words)
