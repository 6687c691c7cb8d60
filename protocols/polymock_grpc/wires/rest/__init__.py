"""REST by google.api.http: `templates` and `fields` read the rules, `routes` finds the one that
answers, `parameters` and `wire` turn requests into messages and back, `errors` refuses.
"""

from polymock_grpc.wires.rest.routes import RestRoutes as RestRoutes
from polymock_grpc.wires.rest.wire import RestWire as RestWire
