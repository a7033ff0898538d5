import sqlite3


def connect():
    return sqlite3.connect(":memory:").execute("select 'connected'").fetchone()[0]
