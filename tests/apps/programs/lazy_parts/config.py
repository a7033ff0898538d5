SERVICES = ["mail", "clock"]
