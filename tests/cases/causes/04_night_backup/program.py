"""Copy the day's exports of a small clinic to the backup store and check the copies."""

import hashlib
import json
import logging
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
LARGEST = 400
log = logging.getLogger("backup")


@dataclass
class Options:
    dry_run: bool
    label: str
    keep: int


@dataclass
class Run:
    options: Options
    store: Path
    digests: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)


def read_options() -> Options:
    return Options(
        dry_run=bool(os.environ.get("BACKUP_DRY_RUN")),
        label=os.environ.get("BACKUP_LABEL", "nightly"),
        keep=int(os.environ.get("BACKUP_KEEP", "7")),
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def copy(source: Path, target: Path, options: Options) -> None:
    log.debug("%s -> %s", source.name, target)
    if options.dry_run:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def target_of(run: Run, name: str) -> Path:
    return run.store / run.options.label / name


def copy_exports(run: Run, folder: Path) -> None:
    for source in sorted(folder.glob("*.json")):
        if source.stat().st_size > LARGEST:
            log.warning("%s is larger than %d bytes, left for the weekly run", source.name, LARGEST)
            run.skipped.append(source.name)
            continue
        run.digests[source.name] = digest(source)
        copy(source, target_of(run, source.name), run.options)
    log.info("%d exports handled, %d skipped", len(run.digests), len(run.skipped))


def verify(run: Run) -> int:
    size = 0
    for name, wanted in run.digests.items():
        target = target_of(run, name)
        content = target.read_bytes()
        if hashlib.sha256(content).hexdigest()[:12] != wanted:
            log.warning("%s differs, will be copied again tomorrow", name)
        size += len(content)
    return size


def write_summary(run: Run, size: int) -> None:
    summary = {"label": run.options.label, "files": len(run.digests), "bytes": size}
    target_of(run, "SUMMARY").write_text(json.dumps(summary), encoding="utf-8")


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="store-") as folder:
        run = Run(options, Path(folder))
        log.info("backup '%s', keeping %d generations", options.label, options.keep)
        copy_exports(run, HERE / "exports")
        size = verify(run)
        write_summary(run, size)
    print(f"{len(run.digests)} files, {size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
