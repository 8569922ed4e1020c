"""Secrets in files, in the environment, in what other programs are given and say, and in SQL."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from places import secret, typed

DASHES = "-" * 5
SAY = "import os, sys; print(os.environ['SAID']); print(sys.argv[1:], file=sys.stderr)"


def read_no_file(folder: Path) -> None:
    """In a function of its own: what is swallowed is told with variables, which say nothing."""
    with contextlib.suppress(FileNotFoundError):
        (folder / f"token={secret('path of no file')}").read_text()


def read_files(folder: Path) -> None:
    texts = {
        "settings.json": json.dumps({"db": {"password": typed("file of json")}, "size": 7}),
        "settings.toml": f"[mail]\nsmtp_password = '{secret('file of toml')}'\n",
        "settings.ini": f"[mail]\npassword = {secret('file of ini')}\n",
        "settings.yaml": f"mail:\n  client_secret: {secret('file of yaml')}\n  size: 7\n",
        ".env": f"MODE=fast\nexport API_TOKEN={secret('file of variables')}\n",
        "settings.xml": f"<mail><password>{secret('file of xml')}</password></mail>",
        "app.properties": f"db.password={secret('file of properties')}\n",
        "notes.txt": f"Authorization: Bearer {secret('file of text')}\n",
        "secrets.json": json.dumps([secret("file of secrets")]),
        "api_token": secret("file without a suffix"),
        "table.csv": "name,password,size\n" + f"ann,{secret('cell of a table')},7\n" * 40,
        "table.tsv": f'name\tapi key\nann\t"{secret("cell of a table with tabs")}"\n',
        "long.txt": "x" * 32_700 + f" password={secret('behind the cut of a file')}",
        "key": (
            f"{DASHES}BEGIN PRIVATE KEY{DASHES}\n{secret('key in a file')}\n"
            f"{DASHES}END PRIVATE KEY{DASHES}"
        ),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    for name in texts:
        (folder / name).read_text()
    with (folder / "table.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 41
    path = folder / f"password={secret('path of a file')}"
    path.write_text("x")
    path.rename(folder / f"token={secret('new path of a file')}")
    read_no_file(folder)
    deeper = folder / f"password={secret('path of a folder')}"
    deeper.mkdir()
    before = Path.cwd()
    os.chdir(deeper)
    os.chdir(before)
    shutil.copy(folder / "notes.txt", folder / f"token={secret('path of a copy')}")


def use_variables() -> None:
    os.environ["SHOP_PASSWORD"] = typed("variable that is set")
    assert os.environ["SHOP_PASSWORD"]
    os.environ["SHOP_URL"] = f"postgres://ann:{secret('url of a variable')}@db/shop"
    os.getenv("SHOP_URL")
    os.environ["SHOP_PASSWORD"] = secret("variable that is changed")
    del os.environ["SHOP_PASSWORD"]
    os.environ.get(f"token={secret('name of a variable')}")


def start_programs() -> None:
    python = [sys.executable, "-S", "-c", SAY]
    env = {
        **os.environ,
        "SAID": f"password={secret('output of a program')}",
        "CHILD_SECRET": typed("variable of a child"),
    }
    words = ["--password", secret("word of a command"), f"--token={secret('option of a command')}"]
    subprocess.run([*python, *words], env=env, capture_output=True, text=True, check=True)
    subprocess.run(f"true --password {secret('command of the shell')}", shell=True, check=True)
    os.system(f"true token={secret('command of the system')}")
    with contextlib.suppress(OSError):
        subprocess.run([f"password={secret('program that is not there')}"], check=False)
    tail = f"print('password={secret('begun before the end of output')}' + 'x' * 4080)"
    subprocess.check_output([sys.executable, "-S", "-c", tail])
    asyncio.run(start_program(words, env))


async def start_program(words: list[str], env: dict[str, str]) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-S", "-c", SAY, *words, env=env, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    await child.communicate()


def refuse_statement(db: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.OperationalError):
        db.execute("INSERT INTO nowhere (password) VALUES (?)", (secret("refused"),))


def use_sql(folder: Path) -> None:
    path = folder / f"token={secret('path of a database')}.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE users (name, password, note)")
        row = ("ann", typed("row"), f"token={secret('text in a row')}")
        db.execute("INSERT INTO users VALUES (?, ?, ?)", row)
        named = {"name": "bob", "password": secret("named column")}
        db.execute("INSERT INTO users (name, password) VALUES (:name, :password)", named)
        db.executemany("UPDATE users SET password = ? WHERE name = ?", [(secret("set"), "ann")])
        db.execute("SELECT * FROM users WHERE password = ?", (secret("compared"),)).fetchall()
        choice = (secret("one of some"), "b")
        db.execute("SELECT * FROM users WHERE password IN (?, ?)", choice).fetchall()
        db.execute("CREATE TABLE settings (name, value)")
        db.execute("INSERT INTO settings VALUES ('api_key', ?)", (secret("beside its name"),))
        db.execute("CREATE TABLE passwords (id, value)")
        db.execute("INSERT INTO passwords VALUES (1, ?)", (secret("in a table of secrets"),))
        refuse_statement(db)
        long = ("x" * 4_000, secret("behind the cut of a statement"))
        db.execute("UPDATE users SET note = ?, password = ?", long)


def everything() -> None:
    with tempfile.TemporaryDirectory() as folder:
        read_files(Path(folder))
        use_variables()
        start_programs()
        use_sql(Path(folder))
