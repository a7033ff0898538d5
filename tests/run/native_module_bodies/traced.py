for number in range(2):
    value = number
