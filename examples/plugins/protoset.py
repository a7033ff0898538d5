"""Writes the plugin service's description for grpcurl: `python protoset.py plugin.protoset`.

The SDK has server reflection switched off, so grpcurl must be told what there is to call:

    grpcurl -plaintext -protoset plugin.protoset localhost:50051 list
"""
import sys
from pathlib import Path

from google.protobuf import descriptor_pb2, empty_pb2
from mcpd_plugins.v1.plugins import plugin_pb2


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: protoset.py FILE", file=sys.stderr)
        return 2
    described = descriptor_pb2.FileDescriptorSet()
    for file in (empty_pb2.DESCRIPTOR, plugin_pb2.DESCRIPTOR):
        file.CopyToProto(described.file.add())
    Path(sys.argv[1]).write_bytes(described.SerializeToString(deterministic=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
