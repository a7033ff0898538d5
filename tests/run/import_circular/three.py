from four import name
