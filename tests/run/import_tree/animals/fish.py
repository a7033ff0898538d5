SOUND = None
