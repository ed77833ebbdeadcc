"""What whoever starts the server reads: where to, a code for the phones' camera, the fingerprint to give out."""

import io
from collections.abc import Iterator

import segno

from fieldapp.serving.certificate import Certificate
from fieldapp.serving.plain import TRUST

_ITSELF = ("127.0.0.1", "localhost")
_WHITE_ON_BLACK = "\x1b[97;40m{}\x1b[0m"  # whatever colours the window has; a file gets none


def lines(certificate: Certificate, port: int) -> Iterator[str]:
    """The first visit of a phone goes by plain http: it must learn first whom to trust."""
    authority, names = certificate.authority, certificate.names.all
    first, *others = [each for each in names if each not in _ITSELF] or names
    yield f"网址：https://{first}:{port}"
    yield from (f"　　　https://{each}:{port}" for each in others)
    yield ""
    yield f"手机第一次用：扫这个码，或者在浏览器里打 http://{first}:{port}{TRUST}，照那一页装证书。"
    yield from code_of(f"http://{first}:{port}{TRUST}")
    yield "证书的 SHA-256 指纹，抄给每个人，装好以后在手机上对头八组、末八组："
    yield from (f"　　　{each}" for each in authority.fingerprint)
    yield f"证书叫 {authority.name}，用到 {authority.ends:%Y-%m-%d}。"
    yield "它的密钥是数据目录里的 keys/authority.pem：不要给别人，要备份。"
    for each in certificate.left_out:
        yield f"注意：证书管不到 {each}，从这个地址打不开。怎么办见 docs/https.zh.md。"


def code_of(text: str) -> Iterator[str]:
    """Two rows of squares a line, so that it fits a small window."""
    drawn = io.StringIO()
    segno.make_qr(text).terminal(drawn, compact=True, border=2)
    return map(_WHITE_ON_BLACK.format, drawn.getvalue().splitlines())
