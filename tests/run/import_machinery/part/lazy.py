print("lazy module runs")
VALUE = "loaded"
