"""lxml: parsing, XPath, XSLT, schemas, HTML, files of a package."""
import os

import lxml.builder
import lxml.html
import orders
from lxml import etree, objectify

here = os.path.dirname(orders.__file__)
tree = etree.parse(os.path.join(here, "orders.xml"))
print(tree.xpath("sum(//order/@amount)"), [order.get("id") for order in tree.iterfind(".//order")])
transform = etree.XSLT(etree.parse(os.path.join(here, "orders.xsl")))
print(str(transform(tree, title="'Orders'")))
schema = etree.RelaxNG(etree.XML(
    '<element name="a" xmlns="http://relaxng.org/ns/structure/1.0"><attribute name="b"/></element>'))
print(schema.validate(etree.XML("<a b='1'/>")), schema.validate(etree.XML("<a/>")), schema.error_log.last_error.message)
try:
    etree.fromstring("<a><b></a>")
except etree.XMLSyntaxError as problem:
    print(problem)
page = lxml.html.fromstring("<p>one<br>two <a href='/x'>link</a>")
page.make_links_absolute("http://example.org/")
print(lxml.html.tostring(page), [link[2] for link in page.iterlinks()])
E = lxml.builder.ElementMaker()
print(etree.tostring(E.root(E.child("text é", kind="x")), pretty_print=True, encoding="unicode"))
root = objectify.fromstring("<r><n>5</n><t>x</t></r>")
print(root.n + 1, type(root.t).__name__, etree.LXML_VERSION[0] >= 5)
for event, element in etree.iterparse(os.path.join(here, "orders.xml"), tag="order"):
    print(event, element.get("amount"))
print(etree.tostring(tree, method="c14n")[:40])
