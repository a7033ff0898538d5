from .worker import register
