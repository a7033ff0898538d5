STATE = "fresh"
