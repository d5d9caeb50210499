#!/usr/bin/env python3
"""Makes data/embeddings.bin, the static embeddings of src/embed, from all-MiniLM-L6-v2 (Apache-2.0).

    python3 -m venv VENV && VENV/bin/pip install --no-deps -r tools/embed/requirements.txt
    VENV/bin/python tools/embed/distil.py

Every piece of the vocabulary goes through the model alone, as [CLS] piece [SEP]; the mean states are reduced to 256 numbers by their
principal components, weighted by how rare the piece is (its place in the vocabulary, which is in order of frequency), and rounded to
8 bits. Also writes vectors that the C++ test compares (src/embed/testdata).

Source: Tulkens and van Dongen, Model2Vec (2024); Arora et al., A Simple but Tough-to-Beat Baseline for Sentence Embeddings (2017).
"""

import hashlib
import pathlib
import struct
import sys

import numpy as np

import wordpiece
from minilm import CLS, SEP, MiniLM

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "data/embeddings.bin"
GOLDEN = ROOT / "src/embed/testdata/static_vectors.tsv"
DIMENSION = 256
SIF = 1e-4  # the probability at which a piece has half the weight of a rare one
BATCH = 256
TEXTS = [
    "How do I reset my password?", "I forgot my login and need a new one", "Write a poem about the sea", "Where's my CARD?",
    "Crème brûlée in İstanbul, 12.50 €", "你好 world", "한국어", "antidisestablishmentarianism", "x" * 101 + " and a word",
    "def main(): return {'a': [1, 2]}", "?!", "",
]


def is_said(piece: str) -> bool:
    """Special pieces ([CLS], [unused17]) are never found in a text."""
    return not (piece.startswith("[") and piece.endswith("]") and len(piece) > 2)


def teach(model: MiniLM, ids: list[int]) -> np.ndarray:
    rows = []
    for begin in range(0, len(ids), BATCH):
        batch = np.array([[CLS, piece, SEP] for piece in ids[begin:begin + BATCH]])
        rows.append(model.states(batch).mean(1))
        print(f"\r{begin + len(batch)} of {len(ids)} pieces", end="", file=sys.stderr)
    print(file=sys.stderr)
    return np.concatenate(rows)


def reduce(vectors: np.ndarray) -> np.ndarray:
    """The first principal components. Their signs are fixed, so that every run gives the same."""
    centered = (vectors - vectors.mean(0)).astype(np.float64)
    _, axes = np.linalg.eigh(centered.T @ centered)
    axes = axes[:, ::-1][:, :DIMENSION]
    axes *= np.sign(axes[np.abs(axes).argmax(0), np.arange(DIMENSION)])
    return centered @ axes


def weigh(count: int) -> np.ndarray:
    """Zipf's law: the piece of rank r has a probability proportional to 1 / r."""
    probability = 1 / np.arange(2, count + 2)
    probability /= probability.sum()
    return SIF / (SIF + probability)


def hash_token(text: bytes) -> int:
    value = 0x811C9DC5
    for byte in text:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def make_slots(texts: list[bytes]) -> np.ndarray:
    count = 1 << (2 * len(texts) - 1).bit_length()
    slots = np.zeros(count, "<u4")
    for token, text in enumerate(texts):
        at = hash_token(text) % count
        while slots[at]:
            at = (at + 1) % count
        slots[at] = token + 1
    return slots


def format_file(pieces: list[str], rows: np.ndarray, scales: np.ndarray) -> bytes:
    """The layout is that of src/embed/model_file.h."""
    texts = [piece.encode() for piece in pieces]
    offsets = np.cumsum([0] + [len(text) for text in texts])
    slots, text = make_slots(texts), b"".join(texts)
    content = slots.tobytes() + offsets.astype("<u4").tobytes() + scales.astype("<f4").tobytes() + rows.astype("i1").tobytes() + text
    head = b"TIDEEMB1" + struct.pack("<6I", rows.shape[1], len(pieces), len(slots), len(text), 0, 0)
    return head + hashlib.sha256(content).digest() + content


def embed(text: str, vocabulary: dict[str, int], rows: np.ndarray, scales: np.ndarray) -> tuple[list[int], np.ndarray]:
    ids = [piece for piece in wordpiece.tokenize(text, vocabulary, -1) if piece >= 0]
    vector = (rows[ids].astype(np.float64) * scales[ids, None]).sum(0) if ids else np.zeros(rows.shape[1])
    length = np.linalg.norm(vector)
    return ids, vector / length if length else vector


def main() -> int:
    model = MiniLM()
    pieces = [piece for piece, _ in sorted(model.vocabulary.items(), key=lambda item: item[1]) if is_said(piece)]
    vectors = reduce(teach(model, [model.vocabulary[piece] for piece in pieces])) * weigh(len(pieces))[:, None]
    scales = np.abs(vectors).max(1) / 127
    rows = np.rint(vectors / scales[:, None]).astype(np.int8)
    MODEL.write_bytes(format_file(pieces, rows, scales))

    vocabulary = {piece: row for row, piece in enumerate(pieces)}
    lines = []
    for text in TEXTS:
        ids, vector = embed(text, vocabulary, rows, scales.astype(np.float32))
        lines.append("\t".join([text, " ".join(map(str, ids)), " ".join(f"{number:.5f}" for number in vector[:16])]))
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text("\n".join(lines) + "\n")
    print(f"{MODEL.stat().st_size} bytes, {len(pieces)} pieces")
    return 0


if __name__ == "__main__":
    sys.exit(main())
