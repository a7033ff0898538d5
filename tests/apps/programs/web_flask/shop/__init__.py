"""A Flask application: factory, blueprint, templates, static files, sessions, its command line."""
from flask import Flask

from . import views


def create_app():
    app = Flask(__name__)
    app.config.from_mapping(SECRET_KEY="not secret", TESTING=True)
    app.register_blueprint(views.blueprint)
    return app
