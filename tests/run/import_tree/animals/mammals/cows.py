class Cow:
    def sound(self):
        return "moo"
