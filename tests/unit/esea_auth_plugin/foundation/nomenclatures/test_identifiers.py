"""The national identifiers: what is accepted, normalised and refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esea_auth_plugin.foundation.nomenclatures.identifiers import (
    BadIdentifier,
    luhn_is_right,
    normalise_adeli,
    normalise_finess,
    normalise_rpps,
)


def with_key(digits: str) -> str:
    """Return ``digits`` with the key that makes them right."""
    return next(digits + key for key in "0123456789" if luhn_is_right(digits + key))


digits_of = st.text("0123456789", min_size=10, max_size=10)


@pytest.mark.parametrize("number", ["99700075064", "99700218896", "10999990012", "99900000011"])
def test_test_numbers_of_the_ans_and_synthetic_ones_pass(number: str) -> None:
    assert normalise_rpps(number) == number


@pytest.mark.parametrize("number", ["10005678901", "12345678901", "", "999", "9990000001a", "٩٩٩٠٠٠٠٠٠١١", "²" * 11])
def test_wrong_keys_lengths_and_foreign_digits_are_refused(number: str) -> None:
    with pytest.raises(BadIdentifier):
        normalise_rpps(number)


@given(digits_of)
def test_any_number_with_its_key_passes_however_it_is_spaced_and_with_the_leading_8(digits: str) -> None:
    number = with_key(digits)
    spaced = " ".join(number[i : i + 3] for i in range(0, 11, 3))
    assert {normalise_rpps(number), normalise_rpps(spaced), normalise_rpps(f"8 {number}")} == {number}


@given(digits_of, st.integers(0, 10), st.integers(1, 9))
def test_one_mistyped_digit_never_passes(digits: str, place: int, shift: int) -> None:
    number = with_key(digits)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(BadIdentifier):
        normalise_rpps(wrong)


@given(digits_of, st.integers(0, 9))
def test_two_neighbours_exchanged_never_pass_but_for_0_and_9(digits: str, place: int) -> None:
    number = with_key(digits)
    left, right = number[place], number[place + 1]
    if left == right or {left, right} == {"0", "9"}:
        return
    with pytest.raises(BadIdentifier):
        normalise_rpps(number[:place] + right + left + number[place + 2 :])


@given(st.text())
def test_no_text_makes_the_check_fail_otherwise_than_by_its_own_error(text: str) -> None:
    for check in (normalise_rpps, normalise_adeli, normalise_finess):
        try:
            assert check(text).isascii()
        except BadIdentifier as refused:
            assert refused.message


@pytest.mark.parametrize("number", ["339300014", "869100016", "2a1234567", "33 93 0001 4"])
def test_adeli_numbers_are_judged_by_their_shape(number: str) -> None:
    assert normalise_adeli(number) == number.replace(" ", "").upper()


@pytest.mark.parametrize("number", ["33930001", "XX9300014", "3393000144"])
def test_other_shapes_are_no_adeli_number(number: str) -> None:
    with pytest.raises(BadIdentifier):
        normalise_adeli(number)


@pytest.mark.parametrize("number", ["590064036", "330781196", "160999900", "870999901", "2A0000014"])
def test_finess_numbers_with_their_key_pass(number: str) -> None:
    assert normalise_finess(number) == number


@pytest.mark.parametrize("number", ["750100015", "33078119", "2C0000014"])
def test_finess_numbers_with_a_wrong_key_are_refused(number: str) -> None:
    with pytest.raises(BadIdentifier):
        normalise_finess(number)
