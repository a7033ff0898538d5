value = "plugged"
