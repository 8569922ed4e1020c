"""A program that does odd things with the system is recorded, and notices nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from running import RUN, journal, of_kind, project, run

CASES = Path(__file__).parents[1] / "cases"

PROGRAMS = {
    "odd files": """
import os, threading
from pathlib import Path

for name in ("/dev/zero", "/dev/null", "/proc/self/status"):
    with open(name, "rb") as file:
        print(name, len(file.read(9)))
os.mkfifo("pipe.txt")
writer = threading.Thread(target=lambda: Path("pipe.txt").write_text("through"))
writer.start()
print(Path("pipe.txt").read_text())
writer.join()
Path("odd\\udcff.txt").write_text("odd")
print(ascii(Path("odd\\udcff.txt").read_text()))
Path("binary.json").write_bytes(bytes(range(256)) * 9)
print(len(Path("binary.json").read_bytes()))
with open("huge.txt", "wb") as file:
    file.truncate(1 << 40)
print(os.path.getsize("huge.txt"), open("huge.txt", "rb").read(3))
Path("gone.toml").write_text("x = 1")
with open("gone.toml") as file:
    os.remove("gone.toml")
    print(file.read())
for broken in ("", "a\\0b", "x" * 5000, "odd\\udcff.txt/deeper"):
    try:
        open(broken)
    except (OSError, ValueError) as error:
        print(type(error).__name__, getattr(error, "errno", None))
try:
    open(b"nothing")
except FileNotFoundError as error:
    print(error.filename)
os.chmod("binary.json", 0)
os.chmod("binary.json", 0o600)
class Located:
    def __fspath__(self):
        print("asked for the path")
        return "binary.json"
open(Located()).close()
print(open(os.dup(0)).read())
""",
    "locks on files": """
import fcntl, os, subprocess, sys
with open("state.json", "w+") as file:
    file.write("{}")
    file.flush()
    fcntl.lockf(file, fcntl.LOCK_EX)
    inner = open("state.json")
    other = "import fcntl; f = open('state.json', 'r+'); fcntl.lockf(f, fcntl.LOCK_EX | 4)"
    done = subprocess.run([sys.executable, "-c", other], stderr=subprocess.DEVNULL)
    print("locked out" if done.returncode else "lock lost")
""",
    "a storm of threads and forks": """
import os, threading
def work(number):
    for turn in range(20):
        with open(f"{number}.txt", "a") as file:
            file.write("x")
        os.environ[f"STORM_{number}"] = str(turn)
        os.environ.get(f"STORM_{number}")
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
for thread in threads:
    thread.start()
for round in range(12):
    pid = os.fork()
    if pid == 0:
        work(f"child {round}")
        os._exit(round)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
for thread in threads:
    thread.join()
print(sorted(os.path.getsize(f"{n}.txt") for n in range(8)))
""",
    "children that end badly": """
import os, signal, subprocess, sys
py = [sys.executable, "-c"]
print(subprocess.run([*py, "import os; os.kill(os.getpid(), 9)"]).returncode)
print(subprocess.run("exit 3", shell=True).returncode, os.system("exit 4") >> 8)
print(subprocess.call([*py, "raise SystemExit(5)"]), subprocess.getoutput("echo six"))
try:
    subprocess.check_output([*py, "print('seven'); raise SystemExit(7)"])
except subprocess.CalledProcessError as error:
    print(error.returncode, error.output)
try:
    subprocess.run([*py, "import time; time.sleep(60)"], timeout=0.3)
except subprocess.TimeoutExpired as error:
    print(round(error.timeout, 1))
with subprocess.Popen([*py, "print(input())"], stdin=-1, stdout=-1, text=True) as child:
    print(child.communicate("eight"), child.poll(), child.returncode)
for broken in (["/nowhere"], [], "", ["/"], 5):
    try:
        subprocess.run(broken)
    except Exception as error:
        print(type(error).__name__, error)
child = subprocess.Popen([*py, ""])
print(os.waitpid(child.pid, 0)[1], child.wait())
class Own(subprocess.Popen):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        print(type(self).__name__, sorted(k for k in vars(self) if "trail" in k))
Own([*py, ""]).wait()
""",
    "a database of its own ways": """
import sqlite3
heard = []
with sqlite3.connect("own.db") as db:
    db.execute("CREATE TABLE t (a)")
    db.set_trace_callback(heard.append)
    db.execute("INSERT INTO t VALUES (?)", ("x" * 100_000,))
    db.set_trace_callback(None)
    db.execute("INSERT INTO t VALUES (2)")
    print(len(heard), type(db), db.total_changes)
try:
    db.execute("SELEC")
except sqlite3.OperationalError as error:
    print(error)
print(sqlite3.connect("file:own.db?mode=ro", uri=True).execute("SELECT count(*) FROM t").fetchall())
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_notices_nothing(name: str, tmp_path: Path) -> None:
    outcomes = []
    for folder in (tmp_path / "plain", tmp_path / "recorded"):
        folder.mkdir()
        project(folder)
        (folder / "program.py").write_text(PROGRAMS[name])
        command = ["python", "-X", "dev", "-W", "ignore::ResourceWarning", "program.py"]
        before = [*RUN, "--"] if folder.name == "recorded" else []
        outcomes.append(run(*before, *command, cwd=folder, stdin=b"typed"))
    plain, recorded = outcomes
    assert plain.returncode == 0, plain.stderr.decode()
    assert recorded.stdout == plain.stdout
    assert recorded.returncode == plain.returncode
    ends = of_kind(journal(tmp_path / "recorded"), "process.ended")
    counters = [end.get("counters", {}) for end in ends]
    assert [reason for each in counters for reason in each if reason.startswith("broke")] == []
