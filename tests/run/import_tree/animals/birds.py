class Duck:
    def sound(self):
        return "quack"
