NAME = "a package"
