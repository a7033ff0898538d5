TEXT = "böm"
