"""Check the moves of a robot arm against its joints and estimate the time of a cycle."""

import json
import logging
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).resolve().parent
log = logging.getLogger("arm")


class MoveError(Exception):
    """A move that the arm cannot make."""


@dataclass(frozen=True)
class Joint:
    name: str
    low: float
    high: float
    speed: float

    def share(self, angle: float) -> float:
        return (angle - self.low) / (self.high - self.low)


@dataclass
class Pose:
    name: str
    angles: dict[str, float]
    speed: float | None = None


def load_joints(path: Path) -> dict[str, Joint]:
    entries = json.loads(path.read_text(encoding="utf-8"))
    joints = {name: Joint(name, **limits) for name, limits in entries.items()}
    log.info("%d joints", len(joints))
    return joints


def load_poses(path: Path, joints: dict[str, Joint]) -> list[Pose]:
    poses = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        angles = {name: float(entry[name]) for name in joints}
        poses.append(Pose(entry["name"], angles, entry.get("speed")))
    log.info("%d poses", len(poses))
    return poses


def limit_speed(pose: Pose, joints: dict[str, Joint]) -> None:
    fastest = max(joint.speed for joint in joints.values())
    if pose.speed and pose.speed > fastest:
        log.warning("%s: %d degrees a second is too fast, using %d", pose.name, pose.speed, fastest)
        pose.speed = fastest


def seconds(one: Pose, two: Pose, joints: dict[str, Joint]) -> float:
    longest = 0.0
    for name, joint in joints.items():
        way = abs(two.angles[name] - one.angles[name])
        longest = max(longest, way / min(joint.speed, two.speed or joint.speed))
    return longest


def check(pose: Pose, joints: dict[str, Joint]) -> None:
    for name, angle in pose.angles.items():
        share = joints[name].share(angle)
        if not 0 <= share <= 1:
            raise MoveError(f"{pose.name}: {name} cannot go to {angle:g}")
        if share > 0.95 or share < 0.05:
            log.warning("%s: %s is close to its end", pose.name, name)


def cycle(poses: list[Pose], joints: dict[str, Joint]) -> float:
    total = 0.0
    for one, two in pairwise(poses):
        check(two, joints)
        total += seconds(one, two, joints)
        log.info("%s to %s: %.2f s so far", one.name, two.name, total)
    return total


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    joints = load_joints(HERE / "joints.json")
    poses = load_poses(HERE / "moves.json", joints)
    for pose in poses:
        limit_speed(pose, joints)
    print(f"one cycle takes {cycle(poses, joints):.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
