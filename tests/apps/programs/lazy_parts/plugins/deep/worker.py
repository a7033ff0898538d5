import statistics


def register():
    return statistics.mean([1, 3])
