"""Runs in several namespaces."""
total = 0
seen = []
for number in range(5):
    total += number
    seen.append(number)
    if number == 3:
        continue
try:
    seen.append(missing_on_purpose)
except NameError:
    seen.append(None)


def doubled(value):
    return value * 2 + total
