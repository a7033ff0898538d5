import one

VALUE = ("two", hasattr(one, "BASE"))
