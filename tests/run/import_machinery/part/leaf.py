"""leaf"""
COUNT = 1
