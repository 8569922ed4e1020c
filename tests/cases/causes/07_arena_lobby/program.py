"""Tidy the lobby of a game server and match the waiting players of each region."""

import json
import logging
import sqlite3
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).resolve().parent
REGIONS = ("eu", "us", "as")
LONGEST_WAIT = 120
SCHEMA = """
CREATE TABLE tickets (
    player TEXT PRIMARY KEY, region TEXT, rating INTEGER, waited INTEGER, state TEXT
);
CREATE TABLE parties (name TEXT, player TEXT);
"""
log = logging.getLogger("lobby")


class Lobby:
    def __init__(self, db: sqlite3.Connection):
        self.db = db
        db.executescript(SCHEMA)

    def enter(self, players: list[dict]) -> None:
        for player in players:
            self.db.execute(
                "INSERT INTO tickets VALUES (?, ?, ?, ?, ?)",
                [player[key] for key in ("name", "region", "rating", "waited", "state")],
            )
            self.db.execute(
                "INSERT INTO parties VALUES (?, ?)", (player["party"], player["name"])
            )
        log.info("%d players in the lobby", len(players))

    def adjust(self, player: str, points: int) -> None:
        changed = self.db.execute(
            "UPDATE tickets SET rating = rating + ? WHERE player = ?", (points, player)
        ).rowcount
        if not changed:
            log.warning("%s is not in the lobby, %+d points are kept for later", player, points)

    def sweep(self, region: str) -> None:
        left = self.db.execute(
            "SELECT player FROM tickets WHERE region = ? AND state = 'left'", (region,)
        ).fetchall()
        self.db.execute(
            "DELETE FROM tickets WHERE region = ? AND state = 'left' OR waited > ?",
            (region, LONGEST_WAIT),
        )
        for (player,) in left:
            self.db.execute("DELETE FROM parties WHERE player = ?", (player,))
            log.warning("%s: %s has left", region, player)

    def party_members(self) -> dict[str, list[str]]:
        members: dict[str, list[str]] = {}
        for name, player in self.db.execute("SELECT name, player FROM parties ORDER BY rowid"):
            members.setdefault(name, []).append(player)
        return members

    def ticket(self, player: str) -> tuple[str, int]:
        query = "SELECT region, rating FROM tickets WHERE player = ?"
        return self.db.execute(query, (player,)).fetchone()


def strength(lobby: Lobby, members: list[str]) -> tuple[str, float]:
    ratings = []
    region = ""
    for player in members:
        region, rating = lobby.ticket(player)
        ratings.append(rating)
    return region, sum(ratings) / len(ratings)


def match(lobby: Lobby) -> list[tuple[str, str]]:
    parties = []
    for name, members in lobby.party_members().items():
        region, rating = strength(lobby, members)
        parties.append((region, rating, name))
        log.info("party %s: %d in %s, strength %.0f", name, len(members), region, rating)
    parties.sort()
    return [(one[2], two[2]) for one, two in pairwise(parties) if one[0] == two[0]]


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    players = json.loads((HERE / "players.json").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(":memory:")) as db:
        lobby = Lobby(db)
        lobby.enter(players)
        lobby.adjust("quill", 12)
        lobby.adjust("pepper", -5)
        for region in REGIONS:
            lobby.sweep(region)
        pairs = match(lobby)
    print("; ".join(f"{one} against {two}" for one, two in pairs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
