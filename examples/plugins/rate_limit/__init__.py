"""An mcpd plugin, as a package: limits how many requests a client may send."""

__version__ = "0.3.0"
