"""Starts the plugin: `python -m rate_limit --address PATH --network unix`."""
import asyncio
import sys

from mcpd_plugins import serve

from .plugin import RateLimitPlugin

asyncio.run(serve(RateLimitPlugin(), sys.argv))
