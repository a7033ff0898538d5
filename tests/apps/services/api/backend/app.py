"""The application: routers found by name, validated bodies, dependencies, middleware, websockets."""
import importlib
import os
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import StreamingResponse

from .settings import Settings

settings = Settings()


@asynccontextmanager
async def lifespan(app):
    app.state.started = True
    yield
    print("lifespan over", flush=True)


app = FastAPI(title="Orders", version=settings.version, lifespan=lifespan)
for name in settings.routers:
    app.include_router(importlib.import_module(f"backend.routers.{name}").router)


@app.middleware("http")
async def stamp(request: Request, call_next):
    response = await call_next(request)
    response.headers["X-Stamp"] = "set by middleware"
    return response


@app.get("/health")
def health(request: Request):
    return {"status": "ok", "started": request.app.state.started}


@app.get("/pid")
async def pid():
    return os.getpid()


@app.get("/stream")
def stream():
    return StreamingResponse((f"line {number}\n" for number in range(3)), media_type="text/plain")


@app.get("/broken")
def broken():
    raise RuntimeError("broken on purpose")


@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept()
    await socket.send_text("echo " + await socket.receive_text())
    await socket.close()
