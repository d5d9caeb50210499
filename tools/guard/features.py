"""What src/guard/prompt_model.cc sees of a folded text, computed in the same way."""

import re
import unicodedata

import numpy as np

BUCKET_BITS = 17
BLOCK = 160  # bytes; a window is three blocks, and the next one begins two blocks later
TRIGRAM_BITS = 15
SPAN = 48  # bytes over which surprisal is averaged
MASK = 0xFFFFFFFF
WORD = re.compile(rb"[a-z0-9\x80-\xff]+")
_hashes: dict[bytes, int] = {}


def fold(text: str) -> bytes:
    """As guard/normal/fold.h does, nearly: letters that only look alike are left."""
    text = unicodedata.normalize("NFKD", text).lower()
    text = "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Cf") and (c >= " " or c in "\n\t"))
    text = re.sub(r"\s*\n\s*", "\n", re.sub(r"[ \t]{2,}", "  ", text.replace("\t", " ")))
    return text.encode()


def word_hash(word: bytes) -> int:
    known = _hashes.get(word)
    if known is None:
        known = 0x811C9DC5
        for byte in word:
            known = ((known ^ byte) * 0x01000193) & MASK
        _hashes[word] = known
    return known


def features(folded: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Buckets, and the block in which each begins."""
    data = np.frombuffer(folded, np.uint8).astype(np.uint32)
    shift = np.uint32(32 - BUCKET_BITS)
    if len(data) >= 4:
        grams = data[:-3] | data[1:-2] << 8 | data[2:-1] << 16 | data[3:] << 24
        buckets = grams * np.uint32(0x9E3779B1) >> shift
    else:
        buckets = np.zeros(0, np.uint32)
    places = np.arange(len(buckets))
    words, starts = [], []
    one = two = 0  # hashes of the words before
    for number, match in enumerate(WORD.finditer(folded)):
        hashed = word_hash(match.group())
        pair = (one * 0x9E3779B1 + hashed) & MASK
        triple = ((two * 0x9E3779B1 + one) * 0x9E3779B1 + hashed) & MASK
        found = [hashed, pair, triple][:min(number, 2) + 1]
        words += found
        starts += [match.start()] * len(found)
        two, one = one, hashed
    hashed = np.array(words, np.uint32) * np.uint32(0x85EBCA77) >> shift
    return np.concatenate([buckets, hashed]), np.concatenate([places, np.array(starts, np.int64)]) // BLOCK


def windows(blocks: int) -> list[tuple[int, int]]:
    """Blocks [begin, end) of each window."""
    return [(begin, min(begin + 3, blocks)) for begin in range(0, max(blocks - 1, 1), 2)]


def trigrams(folded: bytes) -> np.ndarray:
    data = np.frombuffer(folded, np.uint8).astype(np.uint32)
    if len(data) < 3:
        return np.zeros(0, np.uint32)
    return ((data[:-2] | data[1:-1] << 8 | data[2:] << 16) * np.uint32(0x9E3779B1)) >> np.uint32(32 - TRIGRAM_BITS)
