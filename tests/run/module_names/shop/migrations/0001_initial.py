operations = ["create"]
