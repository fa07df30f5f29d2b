from webob.response import Response as Response

class FileResponse(Response):
    def __init__(
        self,
        path: object,
        request: object = None,
        cache_max_age: object = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
    ) -> None: ...
