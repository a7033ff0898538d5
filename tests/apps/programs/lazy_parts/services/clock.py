class Service:
    def run(self):
        from helpers import timing

        return timing.now()
