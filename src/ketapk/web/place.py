"""Where the page is served."""

HOST = "127.0.0.1"
"""The only address that is listened at."""
PORT = 8765
