def register():
    return "upper".upper()
