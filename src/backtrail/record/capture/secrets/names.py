"""Which names announce a secret.

A name is taken apart into words, whatever its style: `dbPassword`, `DB_PASSWORD`, `db.password`
and `X-Db-Password` are all "db password". A secret word makes a name secret unless the word after
it says that the value is about the secret and not the secret itself (`password_policy_doc`,
`token_count`), or the first word asks or counts (`is_token`, `max_tokens`).

Decided here: `tokens` is a number of tokens unless its owner is a secret one (`access_tokens`);
`key` alone is a dictionary key, `api_key` is not; `secret_santa_list` is a list of people;
`session.id` is OpenTelemetry's name for the session of a person and stays readable, while
`session_id` does not; `PWD` is the shell's working directory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from backtrail.model.limits import CLEAN_STRINGS_MAX

NAME_CHARS_MAX = 128
"""A longer name is judged by its last characters: that is where the noun stands."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_PLAIN = frozenset({"session.id", "PWD", "OLDPWD", "SSH_AUTH_SOCK", "XAUTHORITY"})
"""Names that the rules would take for secrets, and that everybody uses for something else."""

_SECRETS = frozenset(
    str.split(
        """
        password passwords passwd passwds pwd pw psw passphrase passphrases passcode passwort
        kennwort contrasena secret secrets apikey apikeys accesskey privatekey secretkey authkey
        credential credentials cred creds authorization cookie cookies setcookie cookiejar jwt
        jwts bearer signature sessionid sessid sessionkey sessiontoken phpsessid jsessionid otp
        totp hotp mfa cvv cvc dsn connectionstring connstr connstring mnemonic hmac keytab
        htpasswd pgpass netrc
        """
    )
)
_SECRET_INSIDE = ("password", "passwd", "passphrase", "credential", "apikey", "secretkey")
_SECRET_ENDINGS = ("token", "secret", "cookie", "pwd", "accesskey", "privatekey", "sessid")
_HARMLESS_WORDS = frozenset({"passwordless", "credentialed"})

_KEY_OWNERS = frozenset(
    str.split(
        """
        api access private secret encryption decryption signing master auth ssh account storage
        service client session consumer app application hmac shared subscription webhook deploy
        crypto cipher aes rsa pgp gpg server admin root license jwt security functions license
        wrapping data gcp aws azure openai anthropic stripe
        """
    )
)
_TOKEN_OWNERS = frozenset(
    str.split(
        """
        access auth refresh api session bearer id csrf xsrf security oauth jwt user bot app
        """
    )
)
_TOKEN_HARMLESS_OWNERS = frozenset(
    str.split(
        """
        page next continuation sync cancellation cancel stop eos bos pad unk sep cls mask
        special text word sub first last previous prev current unexpected max min num per
        """
    )
)
_PASS_OWNERS = frozenset(
    str.split(
        """
        db user smtp ftp mysql pg postgres admin root login mail email redis mongo my http
        """
    )
)
_PIN_OWNERS = frozenset(
    str.split(
        """
        card user login sim device security account atm debit credit
        """
    )
)
_SESSION_PARTS = frozenset({"id", "ids", "cookie", "cookies", "token", "key", "secret"})
_CONNECTION_PARTS = frozenset({"string", "strings", "str"})
_AUTH_PARTS = frozenset({"header", "headers", "value", "data", "info", "code", "string", "cookie"})
_AUTH_OWNERS = frozenset({"basic", "http", "proxy", "digest", "request", "default"})

_ABOUT = frozenset(
    str.split(
        """
        policy policies doc docs documentation rule rules count counts counter length len limit
        limits max min minimum maximum type types kind strength size budget usage expiry expires
        expired expiration ttl lifetime age name names file path dir manager validator required
        enabled attempts errors error santa index position at policy schema consent domain
        """
    )
)
_TOKEN_ABOUT = frozenset({"id", "ids", "list", "map", "stream", "url", "uri", "endpoint"})
_ASKING = frozenset(
    str.split(
        """
        is has have needs requires use uses should can num n max min total count avg allow
        """
    )
)

Rule = Callable[[str, str], bool]

_verdicts: dict[str, bool] = {}
own_names: list[str] = []
"""Further secret names, as their words in lower case: those that the settings give."""


def use_names(names: Iterable[str]) -> None:
    """Take these names, in any style, for secret ones too, in place of any given before."""
    own_names[:] = filter(None, (" ".join(words_of(name)) for name in names))
    _verdicts.clear()


def words_of(name: str) -> list[str]:
    """Return the words of a name, in lower case."""
    return [word.lower() for word in _WORD.findall(name[-NAME_CHARS_MAX:])]


def is_secret_name(name: str) -> bool:
    """Tell whether a value of this name must not be written."""
    verdict = _verdicts.get(name)
    if verdict is None:
        verdict = _judge(name)
        if len(_verdicts) >= CLEAN_STRINGS_MAX:
            _verdicts.clear()
        if len(name) <= NAME_CHARS_MAX:
            _verdicts[name] = verdict
    return verdict


def _judge(name: str) -> bool:
    if name in _PLAIN:
        return False
    words = words_of(name)
    if own_names and _is_own(words):
        return True
    if not words or (len(words) > 1 and words[0] in _ASKING):
        return False
    last = len(words) - 1
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        after = words[place + 1] if place < last else ""
        if _is_secret_word(word, before, after) and after not in _ABOUT:
            return True
    return False


def _is_own(words: list[str]) -> bool:
    """Tell whether a name has, among its words, all those of a name that the settings give."""
    joined = f" {' '.join(words)} "
    return any(f" {own} " in joined for own in own_names)


def _is_secret_word(word: str, before: str, after: str) -> bool:
    rule = _BY_WORD.get(word)
    if rule is not None:
        return rule(before, after)
    if word in _SECRETS:
        return True
    if word in _HARMLESS_WORDS:
        return False
    return word.endswith(_SECRET_ENDINGS) or any(part in word for part in _SECRET_INSIDE)


def _is_secret_token(before: str, after: str) -> bool:
    return before not in _TOKEN_HARMLESS_OWNERS and after not in _TOKEN_ABOUT


_BY_WORD: dict[str, Rule] = {
    "token": _is_secret_token,
    "tokens": lambda before, after: before in _TOKEN_OWNERS and after not in _TOKEN_ABOUT,
    "key": lambda before, _: before in _KEY_OWNERS,
    "keys": lambda before, _: before in _KEY_OWNERS,
    "pass": lambda before, after: not after and (not before or before in _PASS_OWNERS),
    "pin": lambda before, after: after in {"", "code"} and (not before or before in _PIN_OWNERS),
    "session": lambda _, after: after in _SESSION_PARTS,
    "sessions": lambda _, after: after in _SESSION_PARTS,
    "connection": lambda _, after: after in _CONNECTION_PARTS,
    "conn": lambda _, after: after in _CONNECTION_PARTS,
    "auth": lambda before, after: (
        after in _AUTH_PARTS or (not after and (not before or before in _AUTH_OWNERS))
    ),
    "recovery": lambda _, after: after in {"code", "codes", "phrase", "key"},
    "seed": lambda _, after: after in {"phrase", "words"},
    "card": lambda _, after: after in {"number", "cvv", "cvc"},
}
"""Words that are secret only beside certain others."""
