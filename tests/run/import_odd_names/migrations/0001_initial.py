depends = []
