"""An mcpd plugin, as a package with a data file: rewrites JSON bodies by rules."""
