"""Values as XML and back, as a schema's XML Objects say (OAS 3.1, section 4.8.26).

A value is an element named after its property, or at the root after its component. An array is a
run of elements, or wrapped in one of its own. Attributes, prefixes and namespaces are as declared;
null is `xsi:nil`. Names that XML does not take are made into ones that it does, and characters
that it cannot hold become U+FFFD.
"""

from polymock_openapi.xml.reading import from_xml
from polymock_openapi.xml.writing import to_xml

__all__ = ["from_xml", "to_xml"]
