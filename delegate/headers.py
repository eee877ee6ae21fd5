"""The headers that every answer carries, whatever page made it."""

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
SHARED_ENDPOINTS = ("static", "assets.file")
HTTPS_ONLY = "max-age=31536000"


def init_app(app: Flask) -> None:
    """Put the headers on every answer; only the look of the pages may be cached."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(ALWAYS)
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = HTTPS_ONLY
        if request.endpoint not in SHARED_ENDPOINTS:
            response.headers["Cache-Control"] = "no-store"
        if request.endpoint == "security.logout":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
