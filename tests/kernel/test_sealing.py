"""Secrets at rest: opened by the key that closed them, by an older one, by no other."""

import pytest

from tocsin.kernel.errors import Unavailable
from tocsin.kernel.sealing import Seal, phrases

OLD, NEW = "o" * 32, "n" * 32


def test_a_secret_is_not_in_what_is_stored_and_comes_back() -> None:
    seal = Seal(lambda: [OLD])
    assert b"hush" not in seal.close("hush")
    assert seal.open(seal.close("hush")) == "hush"
    assert (seal.close(""), seal.open(b"")) == (b"", "")


def test_a_key_is_replaced_by_putting_a_new_one_before_it() -> None:
    old = Seal(lambda: [OLD]).close("hush")
    both = Seal(lambda: [NEW, OLD])
    assert both.open(old) == "hush"
    assert Seal(lambda: [NEW]).open(both.close("hush")) == "hush"


def test_another_key_and_no_key_open_nothing_and_say_so() -> None:
    sealed = Seal(lambda: [OLD]).close("hush")
    with pytest.raises(Unavailable, match="another key"):
        Seal(lambda: [NEW]).open(sealed)
    with pytest.raises(Unavailable, match="set secret_key"):
        Seal(list).close("hush")


def test_a_phrase_that_could_be_guessed_is_refused() -> None:
    assert phrases(f" {NEW},{OLD}\n") == [NEW, OLD]
    with pytest.raises(ValueError, match="32"):
        phrases("short")
