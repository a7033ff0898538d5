operations = ["add"]
