from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrail.model.limits import CLEAN_STRINGS_MAX
from backtrail.record.capture.secrets.names import (
    NAME_CHARS_MAX,
    is_secret_name,
    use_names,
    words_of,
)

SECRET = str.split(
    """
    password passwd pwd db_password DB_PASSWORD dbPassword X-Db-Password db.password password2
    PGPASSWORD user_password_hash secret client_secret clientSecret SECRET_KEY api_key apiKey
    APIKEY X-Api-Key x_api_key aws_secret_access_key access_key AWS_ACCESS_KEY_ID private_key
    ssh_key encryption_key token access_token accessToken refresh-token id_token csrf_token
    bearer_token authToken api_tokens Authorization Proxy-Authorization auth basic_auth auth_header
    cookie cookies Set-Cookie session_id sessionid session_cookie PHPSESSID jwt JWT_TOKEN otp
    totp mfa_code pin card_pin pin_code cvv credit_card_number passphrase credentials creds
    DATABASE_DSN sentry_dsn connection_string conn_str mnemonic seed_phrase recovery_codes
    hmac signature openai_api_key ANTHROPIC_API_KEY smtp_pass db_pass _secret_value __password
    """
)
HARMLESS = str.split(
    """
    tokenizer password_policy_doc token_count monkey secretary secret_santa_list max_tokens
    num_tokens total_tokens tokens prompt_tokens is_token has_password password_length
    password_min_length passwordless token_type token_expiry next_page_token eos_token
    unexpected_token cancellation_token stop_token key keys sort_key primary_key foreign_key
    cache_key keyboard keyword author authority authored oauth_url bypass passenger compass
    pass_rate passed spinner pinned pinning opinion session session.id PWD OLDPWD SSH_AUTH_SOCK
    card connection name user email authentication_method cookie_policy secret_name token_url
    key_name key_size api_key_name design signal assignee
    """
)


@pytest.fixture(autouse=True)
def _no_names_of_settings() -> Iterator[None]:
    yield
    use_names(())


@pytest.mark.parametrize("name", SECRET)
def test_a_name_announces_a_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", HARMLESS)
def test_a_name_is_harmless(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("name", ["", "_", "42", "…", "-", "$", "\ud800", "пароль"])
def test_a_name_without_words_is_harmless(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "style",
    [
        "_".join,
        "-".join,
        ".".join,
        " ".join,
        "::".join,
        lambda words: "_".join(words).upper(),
        lambda words: words[0] + "".join(map(str.capitalize, words[1:])),
        lambda words: "".join(map(str.capitalize, words)),
    ],
)
@pytest.mark.parametrize("words", [["db", "password"], ["access", "token"], ["api", "key"]])
def test_the_style_of_a_name_does_not_matter(style: object, words: list[str]) -> None:
    assert callable(style)
    assert is_secret_name(style(words))
    assert words_of(style(words)) == words


def test_of_a_long_name_its_end_decides() -> None:
    assert is_secret_name("a_" * NAME_CHARS_MAX + "password")
    assert not is_secret_name("password" + "_a" * NAME_CHARS_MAX)


def test_verdicts_of_many_names_stay_right() -> None:
    numbers = range(CLEAN_STRINGS_MAX + 10)
    assert all(is_secret_name(f"field_{n}_password") for n in numbers)
    assert not any(is_secret_name(f"field_{n}") for n in numbers)


@given(st.text())
def test_any_text_has_a_verdict_and_keeps_it(name: str) -> None:
    assert is_secret_name(name) is is_secret_name(name)
    assert is_secret_name(f"the_{name}_password")


def test_the_settings_may_name_more() -> None:
    names = ("customerIban", "iban", "customer_iban_2", "IBAN")
    assert not any(map(is_secret_name, names))
    use_names(["iban", "patient_number", ""])
    assert all(map(is_secret_name, names))
    assert is_secret_name("patientNumber")
    assert is_secret_name("the_patient_number")
    assert not is_secret_name("patient")
    assert not is_secret_name("number_of_patient")
    assert not is_secret_name("urbani")
    assert is_secret_name("password")
    use_names(())
    assert not any(map(is_secret_name, names))
