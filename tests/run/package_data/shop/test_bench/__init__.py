"""A package of the program, though its name is that of tests."""
