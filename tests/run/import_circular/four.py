from three import missing

name = 4
