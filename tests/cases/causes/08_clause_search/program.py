"""Find the clauses of a lease that answer a tenant's questions, with embeddings."""

import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from embedder import embedder
from openai import OpenAI

HERE = Path(__file__).resolve().parent
LONGEST = 400
log = logging.getLogger("lease")


@dataclass(frozen=True)
class Clause:
    no: str
    title: str
    vector: tuple[float, ...]


class Index:
    def __init__(self, client: OpenAI, model: str):
        self.client = client
        self.model = model
        self.clauses: list[Clause] = []

    def embed(self, text: str) -> tuple[float, ...]:
        reply = self.client.embeddings.create(model=self.model, input=text)
        return tuple(reply.data[0].embedding)

    def add(self, entry: dict) -> None:
        title = entry["title"]
        if not title:
            log.warning("clause %s has no title, its number is used", entry["no"])
            title = f"Clause {entry['no']}"
        text = f"{title}. {entry['text']}"
        if len(text) > LONGEST:
            log.warning("clause %s is cut to %d letters", entry["no"], LONGEST)
        self.clauses.append(Clause(entry["no"], title, self.embed(text[:LONGEST])))

    def search(self, question: str) -> list[tuple[float, Clause]]:
        wanted = self.embed(question)
        scored = [(similarity(wanted, clause.vector), clause) for clause in self.clauses]
        scored.sort(key=lambda pair: pair[0], reverse=True)
        return scored


def similarity(wanted: tuple[float, ...], given: tuple[float, ...]) -> float:
    total = 0.0
    for left, right in zip(wanted, given, strict=True):
        total += left * right
    return total


def answer(index: Index, questions: list[str]) -> dict[str, Clause]:
    found = {}
    for question in questions:
        score, clause = index.search(question)[0]
        if score < 0.5:
            log.warning("no clause is close to %r", question)
        found[question] = clause
    return found


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname).1s %(message)s")
    for name in ("httpx", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    lease = json.loads((HERE / "lease.json").read_text(encoding="utf-8"))
    with embedder() as base_url:
        client = OpenAI(base_url=base_url, api_key="local", max_retries=0)
        index = Index(client, "lex-embed")
        for entry in lease["clauses"]:
            index.add(entry)
        log.info("%d clauses, %d questions", len(index.clauses), len(lease["questions"]))
        found = answer(index, lease["questions"])
    for question, clause in found.items():
        print(f"{question} See {clause.no}, {clause.title}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
