"""Send a farm's newsletter, one thread per language, and report what was sent."""

import json
import logging
import sys
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PRICE_PER_KILOBYTE = 0.02
log = logging.getLogger("newsletter")


@dataclass
class Edition:
    language: str
    subject: str
    lines: list[str]
    addresses: list[str] = field(default_factory=list)


class Outbox:
    """Collects the letters as the mail server would take them."""

    def __init__(self):
        self.lock = threading.Lock()
        self.letters: dict[str, list[bytes]] = defaultdict(list)
        self.sizes: dict[str, int] = {}

    def post(self, language: str, letter: bytes) -> None:
        with self.lock:
            self.letters[language].append(letter)

    def close(self, language: str) -> None:
        with self.lock:
            self.sizes[language] = sum(len(letter) for letter in self.letters[language])
        log.info("%s: outbox closed", language)


def compose(edition: Edition, address: str) -> bytes:
    head = f"To: {address}\r\nSubject: {edition.subject}\r\n\r\n"
    body = "\r\n".join(edition.lines)
    return head.encode("ascii") + body.encode("utf-8")


def send(edition: Edition, outbox: Outbox) -> None:
    for address in edition.addresses:
        if "@" not in address:
            log.warning("%s: %r is no address, left out", edition.language, address)
            continue
        outbox.post(edition.language, compose(edition, address))
    outbox.close(edition.language)


def editions(texts: dict, readers: list[dict]) -> list[Edition]:
    found = {language: Edition(language, **text) for language, text in texts.items()}
    for reader in readers:
        found[reader["language"]].addresses.append(reader["address"])
    counts = Counter(reader["language"] for reader in readers)
    log.info("readers by language: %s", dict(counts))
    return list(found.values())


def cost(edition: Edition, outbox: Outbox) -> float:
    size = outbox.sizes[edition.language]
    return round(size / 1024 * PRICE_PER_KILOBYTE, 4)


def send_all(all_editions: list[Edition], outbox: Outbox) -> None:
    threads = [
        threading.Thread(target=send, args=(edition, outbox), name=f"send-{edition.language}")
        for edition in all_editions
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(threadName)s %(message)s")
    texts = json.loads((HERE / "texts.json").read_text(encoding="utf-8"))
    readers = json.loads((HERE / "readers.json").read_text(encoding="utf-8"))
    all_editions = editions(texts, readers)
    outbox = Outbox()
    send_all(all_editions, outbox)
    total = 0.0
    for edition in all_editions:
        total += cost(edition, outbox)
        log.info("%s is billed", edition.language)
    print(f"{len(readers)} readers, {total:.4f} euro")
    return 0


if __name__ == "__main__":
    sys.exit(main())
