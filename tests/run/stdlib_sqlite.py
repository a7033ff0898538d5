"""sqlite3: memory and file databases, types, functions, errors, threads, backup."""
import contextlib
import datetime
import sqlite3
import warnings

print(sqlite3.sqlite_version, sqlite3.threadsafety)
connection = sqlite3.connect("data.db", detect_types=sqlite3.PARSE_DECLTYPES)
connection.row_factory = sqlite3.Row
connection.executescript("create table item(id integer primary key, name text unique, made date, blob blob);")
connection.executemany("insert into item(name, made, blob) values (?, ?, ?)", [("é", datetime.date(2024, 1, 2), b"\0x"), ("b", None, None)])
connection.commit()
for row in connection.execute("select * from item order by name desc"):
    print(dict(row))
connection.create_function("twice", 1, lambda value: value * 2)
connection.create_collation("reverse", lambda a, b: (a < b) - (a > b))
print(connection.execute("select twice(21), upper('x'), json_extract('{\"a\": 5}', '$.a')").fetchone()[:])
print([row[0] for row in connection.execute("select name from item order by name collate reverse")])


class Longest:
    def __init__(self):
        self.value = ""

    def step(self, value):
        self.value = max(self.value, value, key=len)

    def finalize(self):
        return self.value


connection.create_aggregate("longest", 1, Longest)
print(connection.execute("select longest(name) from item").fetchone()[0])
try:
    with connection:
        connection.execute("insert into item(name) values ('new')")
        connection.execute("insert into item(name) values ('b')")
except sqlite3.IntegrityError as problem:
    print(problem, problem.sqlite_errorname)
print(connection.execute("select count(*) from item").fetchone()[0], connection.in_transaction)
for broken in ("select * from nothing", "selec", "select ?"):
    try:
        connection.execute(broken)
    except sqlite3.Error as problem:
        print(type(problem).__name__, problem)
with contextlib.closing(sqlite3.connect(":memory:")) as memory:
    connection.backup(memory)
    print(list(memory.iterdump())[1])
connection.execute("create virtual table words using fts5(text)")
connection.execute("insert into words values ('quick brown fox')")
print(connection.execute("select text from words where words match 'brown'").fetchall()[0][0])
connection.close()
