import click
from flask import Blueprint, current_app, jsonify, render_template, request, session, url_for

blueprint = Blueprint("shop", __name__, cli_group=None)


@blueprint.route("/")
def index():
    return render_template("index.html", name=request.args.get("name", "you"), style=url_for("static", filename="style.css"))


@blueprint.route("/count")
def count():
    session["count"] = session.get("count", 0) + 1
    return str(session["count"])


@blueprint.route("/json", methods=["POST"])
def echo():
    return jsonify(request.get_json())


@blueprint.route("/boom")
def boom():
    return 1 / 0


@blueprint.cli.command("tell")
@click.argument("what")
def tell(what):
    click.echo(f"{what} in {current_app.name}")
