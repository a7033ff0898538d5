print("group as main", __name__, __package__)
