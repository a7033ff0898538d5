"""aiohttp and websockets: servers and clients of both in one process, over the loopback interface."""
import asyncio
import logging

import aiohttp
import websockets
from aiohttp import web
from yarl import URL

routes = web.RouteTableDef()


@routes.get("/hello/{name}")
async def hello(request):
    return web.json_response({"hello": request.match_info["name"], "query": dict(request.query)})


@routes.post("/upload")
async def upload(request):
    form = await request.post()
    return web.Response(text=f"{form['file'].filename} {len(form['file'].file.read())}", headers={"X-Kind": "text"})


@routes.get("/ws")
async def socket(request):
    answer = web.WebSocketResponse()
    await answer.prepare(request)
    async for message in answer:
        await answer.send_str(message.data[::-1])
    return answer


@routes.get("/stream")
async def stream(request):
    response = web.StreamResponse()
    response.enable_compression()
    await response.prepare(request)
    for number in range(3):
        await response.write(b"%d," % number)
    return response


@web.middleware
async def errors(request, handler):
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return web.Response(status=404, text="nothing here")


async def with_aiohttp():
    app = web.Application(middlewares=[errors])
    app.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = URL.build(scheme="http", host="127.0.0.1", port=site._server.sockets[0].getsockname()[1])
    async with aiohttp.ClientSession(base) as session:
        async with session.get("/hello/Zoë", params={"a": "1"}) as answer:
            print(answer.status, await answer.json(), answer.headers["Content-Type"])
        data = aiohttp.FormData()
        data.add_field("file", b"12345", filename="five.txt")
        async with session.post("/upload", data=data) as answer:
            print(await answer.text(), answer.headers["X-Kind"])
        async with session.get("/missing") as answer, session.get("/stream") as parts:
            print(answer.status, await answer.text(), await parts.read())
        async with session.ws_connect("/ws") as connection:
            await connection.send_str("abc")
            print((await connection.receive()).data)
    await runner.cleanup()


async def with_websockets():
    async def echo(connection):
        async for message in connection:
            await connection.send(message.upper())
    async with websockets.serve(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with websockets.connect(f"ws://127.0.0.1:{port}") as client:
            await client.send("über")
            print(await client.recv(), client.protocol.state.name)
        try:
            await websockets.connect(f"http://127.0.0.1:{port}")
        except websockets.InvalidURI as error:
            print(type(error).__name__)


logging.basicConfig(level=logging.ERROR)
asyncio.run(with_aiohttp())
asyncio.run(with_websockets())
