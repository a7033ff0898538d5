"""Starts the plugin: `python -m transform --address PATH --network unix`."""
import asyncio
import sys

from mcpd_plugins import serve

from .plugin import TransformPlugin

asyncio.run(serve(TransformPlugin(), sys.argv))
