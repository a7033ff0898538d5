NAME = "another"
