NAME = "a plugin"
