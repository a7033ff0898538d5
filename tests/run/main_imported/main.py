"""A main script that other modules import by its name."""
import sys

VALUE = "main"

if __name__ == "__main__":
    import helper

    print(helper.main.VALUE, helper.main is sys.modules["__main__"], "main" in sys.modules)
    helper.main.VALUE = "changed"
    print(VALUE)
else:
    print("imported as", __name__)
