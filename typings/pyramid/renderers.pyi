from collections.abc import Mapping
from typing import Any

from webob.response import Response

class JSON:
    def __init__(self, serializer: Any = ..., adapters: Any = ..., **kw: Any) -> None: ...

def render(renderer_name: str, value: Mapping[str, Any], request: Any = None, package: Any = None) -> str: ...
def render_to_response(
    renderer_name: str,
    value: Mapping[str, Any],
    request: Any = None,
    package: Any = None,
    response: Response | None = None,
) -> Response: ...
def get_renderer(renderer_name: str, package: Any = None, registry: Any = None) -> Any: ...
