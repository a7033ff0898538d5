VALUE = f"late in {__name__}"
