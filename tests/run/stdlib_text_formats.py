"""json, csv, configparser, tomllib, plistlib, html, xml, base64, quopri, struct."""
import base64
import binascii
import configparser
import csv
import html
import html.parser
import io
import json
import plistlib
import pprint
import quopri
import struct
import tomllib
import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax

data = {"text": "grün", "list": [1, 2.5, None, True], "nested": {"a": {}}}
print(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False), json.loads('[1e3, "\\u00e9", NaN]'))
try:
    json.loads('{"a": 1,}')
except json.JSONDecodeError as problem:
    print(problem)
sink = io.StringIO()
writer = csv.DictWriter(sink, ["a", "b"], quoting=csv.QUOTE_NONNUMERIC)
writer.writeheader()
writer.writerow({"a": 'with "quotes", and', "b": 3})
print(sink.getvalue(), list(csv.reader(["x;'y;z'"], delimiter=";", quotechar="'")), csv.Sniffer().sniff("a;b\n1;2\n").delimiter)
parser = configparser.ConfigParser()
parser.read_string("[one]\nkey = %(other)s/x\nother = base\n[two]\nflag = yes\n")
print(parser["one"]["key"], parser.getboolean("two", "flag"), parser.sections())
print(tomllib.loads('a = 1\n[b]\nc = ["x", 2024-01-01]'))
print(plistlib.loads(plistlib.dumps({"k": [1, b"x"]})), html.escape("<&>"), html.unescape("&eacute;&#8364;"))
tree = ET.fromstring("<root a='1'><child>text</child>tail<child/></root>")
print([child.text for child in tree.iter("child")], tree.find("child").tail, ET.tostring(tree))
try:
    ET.fromstring("<a><b></a>")
except ET.ParseError as problem:
    print(problem)
print(xml.dom.minidom.parseString("<a><b>x</b></a>").toprettyxml(indent=" "))


class Handler(xml.sax.ContentHandler):
    def startElement(self, name, attributes):
        print("start", name, dict(attributes))


xml.sax.parseString(b"<a k='v'><b/></a>", Handler())


class Links(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
        print(tag, attributes)


Links().feed('<p><a href="x">y</a>')
print(base64.b64encode(b"\x00\xff"), base64.b85encode(b"abc"), base64.b32decode("MFRGG==="), binascii.crc32(b"x"), quopri.encodestring("é=".encode()))
print(struct.pack(">IhB3s", 1, -2, 3, b"abc"), struct.unpack("<d", struct.pack("<d", 1.5)), struct.calcsize("@iq"))
pprint.pprint({"key" * 10: list(range(30)), "b": {"x": ["y" * 40] * 3}})
