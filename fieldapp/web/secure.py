"""Whether a phone's browser offers what the no-network mode needs: a service worker and WebCrypto."""

from flask import Flask, current_app, request

_ITSELF = ("localhost", "127.0.0.1", "[::1]")


def is_secure() -> bool:
    """What `window.isSecureContext` will say: https, or the machine itself. Answered here, it needs no script."""
    is_https = current_app.extensions["settings"].https or request.scheme == "https"
    return is_https or request.host.rsplit(":", 1)[0] in _ITSELF


def install(app: Flask) -> None:
    """Give every template `is_secure()`."""
    app.jinja_env.globals.update(is_secure=is_secure)
