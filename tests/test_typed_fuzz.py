"""Ten thousand texts that no visitor would type: each is read or refused, in no time, and nothing else happens."""

import re
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import own
from models.typed import CellError, lines, parse, source
from models.typed.words import MOST_CHARACTERS

SECONDS = 1.0  # of the processor, for any text; what is usual takes milliseconds
ALPHABET = "xhczfrioWbw_= +-*/()[]t1,.~'#\n\r\t@σ⊙−·\u0303\x00\u2028門e9"
quick = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)


def attempt(text: str) -> None:
    started = time.thread_time()
    try:
        spec = parse(text)
    except CellError as error:
        shown = re.split(r"\r\n|\r|\n", text)
        assert 1 <= error.line <= len(shown) and 1 <= error.column <= len(shown[error.line - 1]) + 1
        assert error.word == "" or shown[error.line - 1][error.column - 1 :].startswith(error.word)
    else:
        written = source(spec)
        assert len(written) > MOST_CHARACTERS or lines(parse(written)) == lines(spec)
    assert time.thread_time() - started < SECONDS


@settings(quick, max_examples=4000)
@given(st.text(ALPHABET, max_size=120))
def test_random_words_are_read_or_refused(text: str) -> None:
    attempt(text)


@settings(quick, max_examples=1000)
@given(st.text(max_size=300))
def test_random_characters_are_read_or_refused(text: str) -> None:
    attempt(text)
    attempt(f"h = tanh(x W_xh {text})")


@settings(quick, max_examples=4500)
@given(st.sampled_from(sorted({*own.sources().values(), *own.EXAMPLES.values()})), st.data())
def test_changed_cells_are_read_or_refused(text: str, data: st.DataObject) -> None:
    """Pieces of a cell deleted, doubled, swapped or replaced by signs of the language."""
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 30)))
        new = data.draw(st.one_of(st.just(""), st.just(text[start:end] * 2), st.text(ALPHABET, max_size=4)))
        text = text[:start] + new + text[end:]
    attempt(text[:3000])


@settings(quick, max_examples=500)
@given(st.sampled_from(["(", "-", "tanh(", "- (", "x W_x *(", "max(h,", "h W_hh ", "((h)-"]), st.integers(1, 3000))
def test_deep_nests_are_read_or_refused(piece: str, depth: int) -> None:
    attempt(f"h = {piece * depth}x W_xh{')' * depth * piece.count('(')}")
    attempt(f"h = {piece * depth}")
