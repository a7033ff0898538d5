import sys

from flask.cli import FlaskGroup

from . import create_app

if len(sys.argv) > 1:
    FlaskGroup(create_app=create_app)()
client = create_app().test_client()
for path in ["/", "/?name=<b>", "/static/style.css", "/missing", "/count", "/count", "/boom"]:
    try:
        answer = client.get(path)
        print(path, answer.status, answer.mimetype, answer.get_data(as_text=True).strip())
    except ZeroDivisionError as error:
        print(path, error)
print(client.post("/json", json={"a": [1, 2]}).get_json(), sorted(client.options("/json").headers["Allow"].split(", ")))
