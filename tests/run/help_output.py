"""help() and pydoc read docstrings and signatures."""
import pydoc


class Shape:
    """A shape.

    With a second paragraph.
    """

    def area(self, scale: float = 1.0) -> float:
        """Its area."""
        # A comment above nothing.
        return scale


print(pydoc.render_doc(Shape, renderer=pydoc.plaintext))
help(Shape.area)
print(pydoc.getdoc(len))
print(pydoc.locate("json.decoder.JSONDecoder").__name__)


# Comments before a function serve as its documentation.
def commented():
    pass


print(pydoc.getdoc(commented))
