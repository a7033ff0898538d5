"""Starts the service: `serve.py PORT [WORKERS]`."""
import sys

import uvicorn

if __name__ == "__main__":
    port = int(sys.argv[1])
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else None
    uvicorn.run("backend.app:app", host="127.0.0.1", port=port, workers=workers, log_level="info")
