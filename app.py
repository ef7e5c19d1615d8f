"""Every trigger of the service, and what it starts."""

from chalice.app import Chalice

from chalicelib.bootstrap import WEB
from chalicelib.http import cases, documents, health, items, lists

app = Chalice(app_name="banjian")
app.api.binary_types[:] = documents.MEDIA_TYPES
app.register_blueprint(cases.routes(WEB))
app.register_blueprint(lists.routes(WEB))
app.register_blueprint(items.routes(WEB))
app.register_blueprint(documents.routes(WEB))
app.register_blueprint(health.routes(WEB))
