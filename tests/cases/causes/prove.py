"""Prove the cases of this folder, without Backtrail: each fails as written, and not with its proof.

python prove.py                 every case once, with the interpreter that runs this file
python prove.py --rounds 3      three times in a row
python prove.py 05 sqlite       only cases whose folder or kind contains one of the words
python prove.py --cases DIR     the cases of another folder
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+),? in (?P<function>.+)$')
LAST = re.compile(r"^(?P<type>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?$")
CPU_SECONDS_MAX = 5.0


def run(folder: Path, expected: dict, command: list[str], extra: dict) -> tuple[int | None, str]:
    """Run a command of a case; the exit code is None when it had to be ended."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    env |= {"NO_PROXY": "127.0.0.1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONFAULTHANDLER": "1"}
    for key, value in extra.items():
        env.pop(key, None)
        if value is not None:
            env[key] = value
    argv = [sys.executable if word == "python" else word for word in command]
    child = subprocess.Popen(
        argv,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    try:
        _, err = child.communicate(timeout=expected.get("timeout_s", 30))
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGABRT)
        return None, child.communicate(timeout=10)[1]
    return child.returncode, err


def cpu_seconds() -> float:
    """Give the processor time of the children so far, which a busy machine does not lengthen."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def copy(case: Path, parent: Path, name: str) -> Path:
    """Copy a case's programs and data, without what only the judge may read."""
    hidden = shutil.ignore_patterns("__pycache__", "expected.json")
    return Path(shutil.copytree(case, parent / name, ignore=hidden))


def places(text: str, folder: Path) -> list[tuple[str, str, str]]:
    """List file, function and source line of the frames that belong to the case."""
    found = []
    for line in text.splitlines():
        frame = FRAME.match(line.lstrip(" |"))
        if frame and Path(frame["file"]).resolve().is_relative_to(folder):
            path = Path(frame["file"]).resolve()
            source = path.read_text(encoding="utf-8").splitlines()[int(frame["line"]) - 1]
            found.append((str(path.relative_to(folder)), frame["function"], source))
    return found


def is_there(wanted: dict, place: tuple[str, str, str]) -> bool:
    file, function, source = place
    in_file = file == wanted.get("file", "program.py")
    return in_file and function == wanted["function"] and wanted["line_contains"] in source


def hang_problems(expected: dict, found: list[tuple[str, str, str]]) -> list[str]:
    """Say which thread does not wait where it should; where a task waits, no stack tells."""
    return [
        f"{one['thread']} does not wait in {one['function']}: {found}"
        for one in expected["blocked"]
        if "thread" in one and not any(is_there(one, place) for place in found)
    ]


def failure_problems(expected: dict, folder: Path) -> list[str]:
    """Say how the plain run differs from what is written down."""
    begin = cpu_seconds()
    code, err = run(folder, expected, expected["command"], expected.get("env", {}))
    problems = []
    if code != expected["exit_code"]:
        problems.append(f"exit code {code}: {err[-200:]}")
    if cpu_seconds() - begin > CPU_SECONDS_MAX:
        problems.append("took too long")
    error, found = expected["error"], places(err, folder.resolve())
    if code is None:
        return problems + hang_problems(expected, found)
    if not found or not is_there(error, found[-1]):
        problems.append(f"the error is at {found[-1:]}")
    ends = [match for line in err.splitlines() if (match := LAST.match(line.lstrip(" |")))]
    named = [end for end in ends if end["type"].rpartition(".")[2] == error["type"]]
    if not any(error["message_contains"] in (end["message"] or "") for end in named):
        problems.append(f"no {error['type']} was printed with its message")
    return problems


def proof_problems(expected: dict, folder: Path) -> list[str]:
    """Say why the changed case does not end well."""
    proof = expected["proof"]
    for edit in proof.get("edits", []):
        path = folder / edit["file"]
        text = path.read_text(encoding="utf-8")
        if text.count(edit["old"]) != 1:
            return [f"proof: {edit['old']!r} is {text.count(edit['old'])} times there"]
        path.write_text(text.replace(edit["old"], edit["new"]), encoding="utf-8")
    if recode := proof.get("recode"):
        path = folder / recode["file"]
        path.write_bytes(path.read_bytes().decode(recode["from"]).encode(recode["to"]))
    extra = {**expected.get("env", {}), **proof.get("env", {})}
    code, err = run(folder, expected, proof.get("command", expected["command"]), extra)
    ended_well = code == 0 and "Traceback" not in err
    return [] if ended_well else [f"proof: exit code {code}: {err[-300:]}"]


def prove(case: Path) -> list[str]:
    """Say what is not as written about one case; nothing when it is sound."""
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="case-") as name:
        parent = Path(name)
        problems = failure_problems(expected, copy(case, parent, "plain"))
        return problems + proof_problems(expected, copy(case, parent, "proof"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--cases", type=Path, default=HERE, metavar="DIR")
    options = parser.parse_args()
    failed = 0
    for number in range(1, options.rounds + 1):
        for path in sorted(options.cases.glob("*/expected.json")):
            case = path.parent
            kind = json.loads(path.read_text(encoding="utf-8"))["cause"]["kind"]
            label = f"{case.name} {kind}"
            if options.words and not any(word in label for word in options.words):
                continue
            problems = prove(case)
            failed += bool(problems)
            print(f"round {number}  {'FAILED' if problems else 'ok':<7}{label}", flush=True)
            for problem in problems:
                print(f"         {problem}")
    print("every case is sound" if not failed else f"{failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
