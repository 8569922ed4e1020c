"""Read the sensors of a greenhouse and decide how far the roof windows open."""

import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, pstdev
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
STEPS = {400: 0, 600: 20, 800: 45, 1000: 70}
log = logging.getLogger("greenhouse")


@dataclass
class Probe:
    name: str
    raw: float

    @property
    def unit(self) -> str:
        return "C"

    @property
    def value(self) -> float:
        return float(self.raw)


@dataclass
class GasProbe(Probe):
    calibration: SimpleNamespace

    @property
    def unit(self) -> str:
        return "ppm"

    @property
    def offset(self) -> float:
        return self.calibration.zero * self.calibration.gain

    @property
    def value(self) -> float:
        return self.raw - getattr(self, "offset", 0.0)


def build(entry: dict) -> Probe:
    if "calibration" not in entry:
        log.warning("%s has no calibration, taken as it is", entry["name"])
        return Probe(entry["name"], entry["raw"])
    return GasProbe(entry["name"], entry["raw"], SimpleNamespace(**entry["calibration"]))


def load(path: Path) -> list[Probe]:
    probes = [build(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    log.info("%d probes", len(probes))
    return probes


def readings(probes: list[Probe], unit: str) -> list[float]:
    values = [round(probe.value, 1) for probe in probes if probe.unit == unit]
    if len(values) > 1 and pstdev(values) > 300:
        log.warning("probes for %s are %.0f apart", unit, max(values) - min(values))
    return values


def heat_share(probes: list[Probe]) -> int:
    warmest = max(readings(probes, "C"))
    if warmest > 22:
        log.warning("warm inside, %.1f degrees", warmest)
    return 15 if warmest > 22 else 0


def step_for(average: float) -> int:
    level = int(average // 200) * 200
    return STEPS[level]


def opening(probes: list[Probe]) -> int:
    share = heat_share(probes)
    share += step_for(max(readings(probes, "ppm")))
    return min(share, 100)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    probes = load(HERE / "sensors.json")
    average = mean(readings(probes, "ppm"))
    log.info("%.0f ppm on average", average)
    share = opening(probes)
    print(f"windows open to {share} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
