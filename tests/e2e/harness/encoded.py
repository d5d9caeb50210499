"""Bodies with content codings. Python has none of br and zstd: what the libraries' own encoders made of REQUEST and REPLY."""

import gzip
import zlib

REQUEST = b'{"model":"gpt-test","messages":[{"role":"user","content":"hi"}]}'
REPLY = (b'{"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":5},'
         b'"completion_tokens_details":{"reasoning_tokens":3}}}')

_BR = {
    REQUEST: "1b3f000004c46da92fdf509eaad83c2a280abe9dc3069c1004166044339ddb997ec1b9dd36ca785edcbe2338456be005a553188403"
             "5c94b9c896",
    REPLY: "1b9f000044dd96faf28328223c559117411ebca236b94e0e3087505a2d0ce36f81b62551a0b98de1946f4908cd283f76ae816b230c29"
           "d81ffbacb99f243d2f3806c21d017499f4142a0ef155174b8c3a97fdf4f84f04a80d567277",
}
_ZSTD = {
    REQUEST: "28b52ffd2040dd010002c40d1590391da2d85d7b6a00242558bf998f2343b6fe63094d681fc677a66652c4e5554cbe7bd49a0537d6"
             "0c884597139b4022e6fbb450681600",
    REPLY: "28b52ffd20a00d030042851217a0a70d0f58d24029db5cd645c47eaa7afcf39f62a87a42ff1f40abcb7d69bce064c2c3567a9ec790c1"
           "b27aaa55301a2100c57ad3c06e7c156c2c3b8a25ba3e1829108a75a272423b02070061286e2a0e8084a14a1102ce94c4a5da8402",
}


def bare_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


# (Content-Encoding, how it is made of REQUEST or REPLY)
CODINGS = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "bare deflate": ("deflate", bare_deflate),
    "br": ("br", lambda body: bytes.fromhex(_BR[body])),
    "zstd": ("zstd", lambda body: bytes.fromhex(_ZSTD[body])),
    "zstd and gzip": ("zstd, gzip", lambda body: gzip.compress(bytes.fromhex(_ZSTD[body]))),
}


def flushed_pieces(pieces: list[bytes]) -> list[bytes]:
    """A gzip stream that can be decoded up to the end of each piece."""
    packer = zlib.compressobj(wbits=31)
    made = [packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in pieces]
    return [*made, packer.flush()]
