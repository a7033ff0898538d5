def start():
    return "started by entry point"
