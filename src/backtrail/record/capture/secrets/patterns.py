"""Secrets that are known by their looks, wherever they stand.

Each pattern has a hint, a lower-case text without which it cannot match: looking for a hint costs
a fraction of a pattern. No pattern can take more than linear time: every repetition is bounded or
cannot give back what it took.
"""

from __future__ import annotations

import re

from msgspec import Struct

from backtrail.record.capture.secrets.expressions import expression


class Pattern(Struct, frozen=True):
    """A kind of secret."""

    hint: str
    """Lower-case text that every match contains."""
    find: re.Pattern[str]
    """What is replaced: its group `keep` stays in front of the marker."""


def _vendor(hint: str, find: str) -> Pattern:
    return Pattern(hint, expression(r"(?P<keep>)(?<![A-Za-z0-9_])" + find))


def _pattern(hint: str, find: str) -> Pattern:
    return Pattern(hint, expression(find))


_SCHEMES = "[Bb]earer|BEARER|[Bb]asic|BASIC|Digest|Negotiate|ApiKey|Token"
_NO_CREDENTIALS = (
    r"(?!(?i:tokens?|auth\w*|scheme|realm\W|format|headers?|credentials?|access|usage)\b|\w+=\\*\")"
)

PATTERNS = (
    _pattern(
        "private key",
        r"(?s)(?P<keep>)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r".*?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)",
    ),
    _pattern("private-mac", r"(?P<keep>Private-(?:Lines|MAC): ?)[^\n]{1,200}"),
    _pattern(
        "earer", rf"(?P<keep>\b(?:{_SCHEMES})[ \t]{{1,4}}){_NO_CREDENTIALS}[\w.~+/\-]{{6,}}+=*+"
    ),
    _pattern(
        "basic ",
        r"(?P<keep>\b[Bb](?:asic|ASIC)[ \t]{1,4})"
        r"(?=[A-Za-z]*+[A-Z0-9+/=])(?=[A-Z]*+[a-z0-9+/=])[A-Za-z0-9+/]{8,}+=*+",
    ),
    _pattern(
        "://",
        r"(?P<keep>[A-Za-z0-9+.\-]{1,30}://[^\s/:@\"'<>\[]{0,256}:)(?!\d{1,5}(?:[/?#\s\"']|\Z))"
        r"[^\s\"'<>]{1,256}?(?=@[\w.\-\[\]:%]{1,253}(?:[/?#,;\s\"')\\<>\]}]|\Z))",
    ),
    _pattern("://", r"(?P<keep>://)[^\s/:@\"'<>?#]{12,256}+(?=@)"),
    _pattern("eyj", r"(?P<keep>)(?<![A-Za-z0-9])eyJ[\w\-]{8,}+(?:\.[\w\-]*+){0,4}"),
    _vendor("sk-", r"sk-[A-Za-z0-9_\-]{12,}+"),
    _vendor("k_live_", r"[srp]k_live_[A-Za-z0-9]{8,}+"),
    _vendor("k_test_", r"[sr]k_test_[A-Za-z0-9]{8,}+"),
    _vendor("whsec_", r"whsec_[A-Za-z0-9+/=]{12,}+"),
    _vendor("gh", r"gh[pousr]_[A-Za-z0-9]{16,}+"),
    _vendor("github_pat_", r"github_pat_[A-Za-z0-9_]{16,}+"),
    _vendor("gl", r"gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent)-[A-Za-z0-9_\-]{16,}+"),
    _vendor("xox", r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9\-]{8,}+"),
    _vendor("xapp-", r"xapp-[A-Za-z0-9\-]{8,}+"),
    _pattern("hooks.slack.com", r"(?P<keep>hooks\.slack\.com/services/)[A-Za-z0-9/]{8,}+"),
    _pattern(
        "/webhooks/", r"(?P<keep>discord(?:app)?\.com/api/webhooks/\d{5,25}/)[A-Za-z0-9_\-]{16,}+"
    ),
    _pattern(
        "ia",
        r"(?P<keep>)(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{12,}+"
        r"(?:[^A-Za-z0-9/+]{1,4}(?:[A-Za-z_]{1,40}[^A-Za-z0-9/+]{1,6})?"
        r"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+]))?",
    ),
    _vendor("aiza", r"AIza[A-Za-z0-9_\-]{20,}+"),
    _vendor("ya29.", r"ya29\.[A-Za-z0-9_\-.]{12,}+"),
    _vendor("gocspx-", r"GOCSPX-[A-Za-z0-9_\-]{16,}+"),
    _vendor("hf_", r"hf_[A-Za-z0-9]{16,}+"),
    _vendor("npm_", r"npm_[A-Za-z0-9]{16,}+"),
    _vendor("pypi-", r"pypi-[A-Za-z0-9_\-]{16,}+"),
    _vendor("sg.", r"SG\.[A-Za-z0-9_\-]{12,}+\.[A-Za-z0-9_\-]{12,}+"),
    _vendor("sk", r"SK[0-9a-f]{32}(?![0-9a-f])"),
    _vendor("aa", r"\d{6,12}:AA[A-Za-z0-9_\-]{28,}+"),
    _pattern("accountkey=", r"(?P<keep>(?i:accountkey)=)[A-Za-z0-9+/]{8,}+=*+"),
    _pattern("sharedaccess", r"(?P<keep>(?i:sharedaccess(?:key|signature))=)[^;\s\"']{8,}+"),
    _vendor("_v1_", r"do[opr]_v1_[a-f0-9]{16,}+"),
    _vendor("age-secret-key-", r"(?i:AGE-SECRET-KEY-)[A-Za-z0-9]{16,}+"),
    _vendor("sh", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{16,}+"),
    _vendor("sq0", r"sq0[a-z]{3}-[A-Za-z0-9_\-]{16,}+"),
    _vendor("key-", r"key-[0-9a-f]{32}"),
    _vendor("ntn_", r"ntn_[A-Za-z0-9]{16,}+"),
    _vendor("lin_api_", r"lin_api_[A-Za-z0-9]{16,}+"),
    _vendor("dckr_pat_", r"dckr_pat_[A-Za-z0-9_\-]{16,}+"),
    _vendor("hvs.", r"hvs\.[A-Za-z0-9_\-]{16,}+"),
    _vendor("gsk_", r"gsk_[A-Za-z0-9]{16,}+"),
    _vendor("xai-", r"xai-[A-Za-z0-9]{16,}+"),
    _vendor("pplx-", r"pplx-[A-Za-z0-9]{16,}+"),
    _vendor("r8_", r"r8_[A-Za-z0-9]{16,}+"),
    _vendor("dapi", r"dapi[a-f0-9]{32}"),
    _vendor("pat", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{32,}+"),
    _vendor("nrak-", r"NRAK-[A-Z0-9]{16,}+"),
    _vendor("pmak-", r"PMAK-[A-Za-z0-9\-]{16,}+"),
    _vendor("sntrys_", r"sntrys_[A-Za-z0-9+/=_]{16,}+"),
    _vendor("lsv2_", r"lsv2_[a-z]{2}_[A-Za-z0-9_]{16,}+"),
    _pattern("password ", r"(?P<keep>\b(?i:password) [\"'`])(?!\[redacted\])[^\n\"'`]{3,256}"),
    _pattern(
        " is ",
        r"(?P<keep>\b(?i:password|passphrase|passwd|secret|token|api key|pin) is )"
        r"(?:[\"'`](?!\[redacted\])[^\n\"'`]{3,256}[\"'`]"
        r"|(?=[A-Za-z]*+\d|[A-Za-z]*+[#-&*+/=@^~]|[A-Za-z]{16})[^\s\"'`]{3,255}[^\s\"'`.,;:!?)\]])",
    ),
    _pattern("identified by", r"(?P<keep>(?i:identified by) ')[^'\n]{1,256}"),
    _pattern("mysql", r"(?P<keep>\bmysql\w{0,10}\b[^\n|;]{0,200}?\s-p)[^\s\"'\-][^\s\"']{0,256}"),
    _pattern("sshpass", r"(?P<keep>\bsshpass\s{1,4}-p\s{0,4})\S{1,256}"),
    _pattern(
        "-u", r"(?P<keep>\s(?:-u|--user)[ =]{0,4}[\"']?[^\s:\"'@/]{1,64}:)(?![/\d])[^\s\"']{1,256}"
    ),
)
"""Most are tokens of one vendor; their documents give prefix, alphabet and least length."""
