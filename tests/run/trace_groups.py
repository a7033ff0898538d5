# /// compare
# status = 1
# ///
"""Exception groups: nested, split by except*, printed with their frames and notes."""


def leaf(kind, text):
    try:
        raise kind(text)
    except kind as problem:
        problem.add_note(f"note on {text}\nin two lines")
        return problem


group = ExceptionGroup(
    "outer", [leaf(ValueError, "a"), ExceptionGroup("inner", [leaf(KeyError, "b"), leaf(OSError, "c")])]
)
try:
    raise group
except* KeyError as caught:
    print("caught", caught.exceptions)
except* OSError as caught:
    print("caught", [type(each).__name__ for each in caught.exceptions[0].exceptions])
    raise RuntimeError("while handling") from caught
