NAME = f"alpha as {__name__}"
