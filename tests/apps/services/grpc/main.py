"""A gRPC server and its client in one program, threaded and asyncio, over TCP and a unix socket."""
import asyncio
import os
import sys
from concurrent import futures

import greeter_pb2
import greeter_pb2_grpc
import grpc
from google.protobuf import json_format


class Greeter(greeter_pb2_grpc.GreeterServicer):
    def Greet(self, request, context):
        if not request.name:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a name is needed")
        metadata = dict(context.invocation_metadata())
        return greeter_pb2.Reply(text=f"hello {request.name}", notes={"who": metadata.get("who", "nobody")})

    def Count(self, request, context):
        for number in range(request.number):
            yield greeter_pb2.Reply(values=[number] * number)

    def Sum(self, requests, context):
        return greeter_pb2.Reply(values=[sum(request.number for request in requests)])

    def Chat(self, requests, context):
        for request in requests:
            yield greeter_pb2.Reply(text=request.name[::-1])


class AsyncGreeter(greeter_pb2_grpc.GreeterServicer):
    async def Greet(self, request, context):
        await asyncio.sleep(0)
        return greeter_pb2.Reply(text=f"async hello {request.name}")

    async def Count(self, request, context):
        for number in range(request.number):
            yield greeter_pb2.Reply(values=[number])


def call(address):
    with grpc.insecure_channel(address) as channel:
        stub = greeter_pb2_grpc.GreeterStub(channel)
        request = greeter_pb2.Request(name="Zoë", number=4)
        print(stub.Greet(request, metadata=[("who", "me")], timeout=20))
        print([list(reply.values) for reply in stub.Count(request, timeout=20)])
        print(stub.Sum(iter([request, request]), timeout=20).values)
        print([reply.text for reply in stub.Chat(iter([request]), timeout=20)])
        try:
            stub.Greet(greeter_pb2.Request(), timeout=20)
        except grpc.RpcError as problem:
            print(problem.code(), problem.details())
        print(json_format.MessageToJson(request), json_format.Parse('{"number": 3}', greeter_pb2.Request()).number)


def threaded(address):
    server = grpc.server(futures.ThreadPoolExecutor(2))
    greeter_pb2_grpc.add_GreeterServicer_to_server(Greeter(), server)
    port = server.add_insecure_port(address)
    server.start()
    call(address.replace(":0", f":{port}") if address.endswith(":0") else address)
    server.stop(1).wait()


async def asynchronous():
    server = grpc.aio.server()
    greeter_pb2_grpc.add_GreeterServicer_to_server(AsyncGreeter(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = greeter_pb2_grpc.GreeterStub(channel)
        print(await stub.Greet(greeter_pb2.Request(name="async"), timeout=20))
        print([list(reply.values) async for reply in stub.Count(greeter_pb2.Request(number=3), timeout=20)])
    await server.stop(1)


threaded("127.0.0.1:0")
threaded(f"unix:{os.path.abspath('socket')}")
asyncio.run(asynchronous())
try:
    greeter_pb2.Reply.FromString(b"\xff\xff")
except Exception as problem:
    print(type(problem).__name__)
print("done", sys.argv[1:])
