from .helper import explode

explode()
