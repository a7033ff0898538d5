value = 3
while value:
    value -= 1
    text = str(value)
    if value == 1:
        raise ValueError(text)
