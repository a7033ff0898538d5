def explode():
    raise ValueError("while importing")
