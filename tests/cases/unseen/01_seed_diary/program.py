"""Turn a gardener's notes into a diary and say what can be harvested when."""

import json
import logging
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from model import start_model
from openai import OpenAI

HERE = Path(__file__).resolve().parent
PROMPT = "Read the note of a gardener. Answer with JSON: crop, sown (a date), bed."
GROWING_DAYS = {"carrot": 95, "bean": 70, "spinach": 45}
log = logging.getLogger("garden")


@dataclass
class Sowing:
    crop: str
    sown: str
    bed: str


class NoteReader:
    def __init__(self, client: OpenAI):
        self.client = client

    def read(self, note: str) -> dict:
        answer = self.client.chat.completions.create(
            model="notes-3b",
            temperature=0,
            response_format={"type": "json_object"},
            messages=[
                {"role": "system", "content": PROMPT},
                {"role": "user", "content": note},
            ],
        )
        return json.loads(answer.choices[0].message.content)


def keep_diary(notes: list[str], reader: NoteReader) -> list[Sowing]:
    diary = []
    for number, note in enumerate(notes, 1):
        fields = reader.read(note)
        if not fields["bed"]:
            log.warning("note %d: no bed is named, taken for the frame", number)
        diary.append(Sowing(fields["crop"], fields["sown"], fields["bed"] or "frame"))
        log.info("note %d: %s", number, fields["crop"])
    return diary


def growing_days(crop: str) -> int:
    if crop not in GROWING_DAYS:
        log.warning("no growing time known for %s, 60 days taken", crop)
    return GROWING_DAYS.get(crop, 60)


def ready_on(sowing: Sowing) -> date:
    days = growing_days(sowing.crop)
    start = date.fromisoformat(sowing.sown)
    return start + timedelta(days=days)


def harvest_plan(diary: list[Sowing]) -> list[tuple[date, str]]:
    plan = []
    for sowing in diary:
        ready = ready_on(sowing)
        plan.append((ready, f"{sowing.crop} in {sowing.bed}"))
        log.info("%s is ready on %s", sowing.crop, ready)
    return sorted(plan)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    for name in ("httpx", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    notes = (HERE / "notes.txt").read_text(encoding="utf-8").splitlines()
    with start_model() as base_url:
        reader = NoteReader(OpenAI(base_url=base_url, api_key="local", max_retries=0))
        diary = keep_diary(notes, reader)
    log.info("%d sowings in the diary", len(diary))
    for ready, what in harvest_plan(diary):
        print(f"{ready:%d %B}: {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
