from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.record.capture.redact import MARKER, clean_text, is_clean
from backtrail.record.capture.secrets.patterns import PATTERNS, Pattern

BODY = "Zq7" + "Xw3Kd9Rt5" + "Yh1Bn4Mf8Lc2Vs6Pj0"
"""30 letters and digits that no vendor ever gave out."""
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

VENDORS = {
    "openai": "sk" + "-" + BODY,
    "openai project": "sk" + "-proj-" + BODY + "_" + BODY,
    "anthropic": "sk" + "-ant-api03-" + BODY + "-" + BODY,
    "stripe": "sk" + "_live_" + BODY,
    "stripe restricted": "rk" + "_live_" + BODY,
    "stripe test": "sk" + "_test_" + BODY,
    "stripe webhook": "whsec" + "_" + BODY,
    "github": "gh" + "p_" + BODY,
    "github app": "gh" + "s_" + BODY,
    "github fine": "github" + "_pat_" + BODY,
    "gitlab": "gl" + "pat-" + BODY,
    "slack bot": "xox" + "b-1234567890-" + BODY,
    "slack app": "xapp" + "-1-" + BODY,
    "aws": "AK" + "IA" + BODY.upper()[:16],
    "aws session": "AS" + "IA" + BODY.upper()[:16],
    "google": "AI" + "za" + BODY + "abcde",
    "google oauth": "ya29" + "." + BODY,
    "google client": "GOCSPX" + "-" + BODY,
    "hugging face": "hf" + "_" + BODY,
    "npm": "npm" + "_" + BODY,
    "python index": "py" + "pi-" + BODY,
    "sendgrid": "SG" + "." + BODY + "." + BODY,
    "twilio": "SK" + HEX,
    "telegram": "123456789" + ":AA" + BODY + "abc",
    "digitalocean": "dop" + "_v1_" + HEX,
    "age": "AGE" + "-SECRET-KEY-" + BODY,
    "shopify": "shp" + "at_" + HEX,
    "square": "sq0" + "atp-" + BODY,
    "mailgun": "key" + "-" + HEX,
    "notion": "ntn" + "_" + BODY,
    "linear": "lin" + "_api_" + BODY,
    "docker": "dckr" + "_pat_" + BODY,
    "vault": "hvs" + "." + BODY,
    "groq": "gsk" + "_" + BODY,
    "xai": "xai" + "-" + BODY,
    "perplexity": "pplx" + "-" + BODY,
    "replicate": "r8" + "_" + BODY,
    "databricks": "dapi" + HEX,
    "airtable": "pat" + BODY[:14] + "." + HEX,
    "new relic": "NRAK" + "-" + BODY.upper(),
    "postman": "PMAK" + "-" + BODY,
    "sentry": "sntrys" + "_" + BODY,
    "langsmith": "lsv2" + "_pt_" + BODY,
    "jwt": "eyJ" + BODY + ".eyJ" + BODY + "." + BODY,
}
KEY_BLOCK = "\n".join(
    ["-----BEGIN RSA " + "PRIVATE KEY-----", BODY, BODY, "-----END RSA " + "PRIVATE KEY-----"]
)
AROUND = {
    f"Authorization: Bearer {BODY}": f"Authorization: {MARKER}",
    f"sent bearer {BODY} and failed": f"sent bearer {MARKER} and failed",
    f"proxy said Basic {BODY}== no": f"proxy said Basic {MARKER} no",
    f"postgres://ann:{BODY}@db:5432/app": f"postgres://ann:{MARKER}@db:5432/app",
    f"redis://:{BODY}@localhost/0": f"redis://:{MARKER}@localhost/0",
    f"https://{BODY}@errors.example.com/7": f"https://{MARKER}@errors.example.com/7",
    f"key:\n{KEY_BLOCK}\nend": f"key:\n{MARKER}\nend",
    f"https://hooks.slack.com/services/{BODY}": f"https://hooks.slack.com/services/{MARKER}",
    f"mysql -h db -p{BODY} app": f"mysql -h db -p{MARKER} app",
    f"sshpass -p {BODY} ssh host": f"sshpass -p {MARKER} ssh host",
    f"curl -u ann:{BODY} url": f"curl -u ann:{MARKER} url",
    f"CREATE USER ann IDENTIFIED BY '{BODY}'": f"CREATE USER ann IDENTIFIED BY '{MARKER}'",
    f"ALTER ROLE ann PASSWORD '{BODY}'": f"ALTER ROLE ann PASSWORD '{MARKER}'",
    "my password is tr0ub4dor, thanks": f"my password is {MARKER}, thanks",
    "the passphrase is opensesameopensesame": f"the passphrase is {MARKER}",
    "the secret is 'open sesame'": f"the secret is {MARKER}",
}
HARMLESS = [
    "the tokenizer took 17 tokens",
    "password_policy_doc",
    "token_count 17",
    "the monkey asked the secretary",
    "https://example.com:8080/a?b=c",
    "http://[::1]:80/x@y",
    "mail ann@example.com",
    "bearer token missing",
    "Basic authentication is required",
    "basic training",
    "0190b6a2-0000-7000-9000-000000000001",
    "sha256 " + HEX * 2,
    "commit " + HEX,
    "/usr/lib/python3/site-packages/x.py:17",
    "2024-02-30T10:00:00+01:00",
    "task-force sky-high risk-averse",
    "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
    "your password is too short",
    "the token is invalid",
]


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("around", ["{}", "got {} from it", "'{}'", "x={}&y=1", "({})", "a\n{}\n"])
def test_a_vendors_key_goes_and_what_is_around_it_stays(vendor: str, around: str) -> None:
    key = VENDORS[vendor]
    clean = clean_text(around.format(key))
    assert clean == around.format(MARKER)
    assert not is_clean(around.format(key))


@pytest.mark.parametrize(("text", "clean"), AROUND.items())
def test_a_secret_goes_and_its_surroundings_stay(text: str, clean: str) -> None:
    assert clean_text(text) == clean
    assert not is_clean(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_stays(text: str) -> None:
    assert clean_text(text) == text
    assert is_clean(text)


def test_an_unfinished_key_block_goes_to_the_end() -> None:
    assert clean_text(KEY_BLOCK[:60]) == MARKER


@pytest.mark.parametrize("key", VENDORS.values(), ids=VENDORS)
def test_a_word_that_only_ends_in_a_key_is_none(key: str) -> None:
    if key[0].isalpha() and not key.startswith(("eyJ", "AK", "AS")):
        assert clean_text(f"ab{key[:12]}") == f"ab{key[:12]}"


@given(st.sampled_from(sorted(VENDORS.values())), st.text(), st.text())
def test_every_match_contains_its_hint(key: str, before: str, after: str) -> None:
    text = f"{before} {key} {after}"
    for pattern in PATTERNS:
        for match in pattern.find.finditer(text):
            assert pattern.hint in match[0].lower()


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.find.pattern[:40])
def test_no_pattern_takes_more_than_linear_time(pattern: object) -> None:
    assert isinstance(pattern, Pattern)
    find, hint = pattern.find, pattern.hint
    for piece in (hint, f"{hint} ", f"{hint}a:", f" {hint}=a", f"{hint}'", f"a://{hint}:"):
        small = took(find, piece * 500)
        large = took(find, piece * 4_000)
        assert large < max(0.05, small * 40)


def took(find: re.Pattern[str], text: str) -> float:
    """Return the shortest of three times, in seconds."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        find.sub("", text)
        times.append(time.thread_time() - start)
    return min(times)
