"""Fill the open shifts of four wards with proposals of a model and print the hand-over times."""

import asyncio
import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from openai import AsyncOpenAI
from roster_model import local_model

HERE = Path(__file__).resolve().parent
STARTS = {"EA": 6, "LA": 14, "NI": 22}
PROPOSE = {
    "type": "function",
    "function": {
        "name": "propose",
        "parameters": {
            "type": "object",
            "properties": {
                "nurse": {"type": "string"},
                "shift": {"type": "string", "enum": ["early", "late", "night"]},
            },
        },
    },
}
log = logging.getLogger("roster")


@dataclass
class Duty:
    ward: str
    nurse: str
    code: str
    hours: int = 0


class Roster:
    def __init__(self, client: AsyncOpenAI, staff: dict[str, dict]):
        self.client = client
        self.staff = staff

    async def ask(self, messages: list[dict]):
        reply = await self.client.chat.completions.create(
            model="roster-s", messages=messages, tools=[PROPOSE]
        )
        return reply.choices[0].message

    async def assign(self, ward: str) -> Duty:
        messages = [{"role": "user", "content": f"{ward} has one open shift on Monday."}]
        answer = await self.ask(messages)
        if not answer.tool_calls:
            log.warning("%s: no proposal yet: %s", ward, answer.content)
            messages.append({"role": "assistant", "content": answer.content})
            messages.append({"role": "user", "content": f"{ward} is on the second floor."})
            answer = await self.ask(messages)
        proposal = json.loads(answer.tool_calls[0].function.arguments)
        return Duty(ward, proposal["nurse"], proposal["shift"][:2].upper())

    async def fill(self, wards: list[str]) -> list[Duty]:
        duties = await asyncio.gather(*(self.assign(ward) for ward in wards))
        log.info("%d of %d wards are filled", len(duties), len(wards))
        return list(duties)


def add_hours(duties: list[Duty], staff: dict[str, dict]) -> None:
    for duty in duties:
        contract = staff[duty.nurse]
        if "hours" not in contract:
            log.warning("%s: no weekly hours on file, using 36", contract["name"])
        duty.hours = contract.get("hours", 36)


def handover(duty: Duty) -> str:
    code = duty.code
    start = STARTS[code]
    return f"{duty.ward} {start:02d}:00 {duty.nurse}"


def print_roster(duties: list[Duty]) -> None:
    for duty in sorted(duties, key=lambda one: one.hours, reverse=True):
        print(handover(duty))


async def plan() -> list[Duty]:
    staff = json.loads((HERE / "nurses.json").read_text(encoding="utf-8"))
    with local_model() as base_url:
        async with AsyncOpenAI(base_url=base_url, api_key="local", max_retries=0) as client:
            duties = await Roster(client, staff).fill(["W1", "W2", "W3", "W4"])
    add_hours(duties, staff)
    return duties


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for name in ("httpx", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    duties = asyncio.run(plan())
    print_roster(duties)
    return 0


if __name__ == "__main__":
    sys.exit(main())
