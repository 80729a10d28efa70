"""From typed text to tokens, and from tokens to the vectors that an untrained cell reads.

Nothing typed raises: every text gives tokens, and what had to be done to it is said in a notice. Tokens are
literal pieces of the text; `graphemes.visible` shows those that have no picture of their own, such as NUL.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

from .graphemes import LONGEST, ZERO_WIDTH_SPACE, graphemes, is_space, is_spaceless, is_word
from .notice import Notice

MODES = ("auto", "words", "characters", "numbers")
LIMIT = 512  # tokens; more steps than that cannot be told apart on a screen
LARGEST = 1e6  # absolute value of a number; sums of products then stay far from overflow
_SAMPLE = 4096  # characters that decide which kind of text it is

# A stretch without spaces. One longer than this holds more tokens than are ever kept.
_CHUNK = re.compile(rf"[^\s{ZERO_WIDTH_SPACE}]{{1,{(LIMIT + 1) * LONGEST}}}")
_PIECE = re.compile(rf"[^\s{ZERO_WIDTH_SPACE},;，、；]+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(nan|inf(inity)?)", re.ASCII | re.IGNORECASE)
# Inside a word: apostrophes, hyphens, the Catalan point, the Hebrew geresh and gershayim.
_WORD_LINKS = frozenset("'\u2019-\u2010\u2011\u00b7\u05f3\u05f4")
_DIGIT_LINKS = frozenset(".,")


@dataclass(frozen=True)
class Tokens:
    """A text cut into `items`; `mode` is the one that was used, never "auto". `values` only for numbers."""

    mode: str
    items: tuple[str, ...]
    values: tuple[float, ...] | None = None
    notices: tuple[Notice, ...] = ()


@lru_cache(maxsize=64)  # one change of a scene asks for its text several times: for sizes, for limits, for the run
def tokenize(text: str, mode: str = "auto") -> Tokens:
    """Cut `text` into at most 512 tokens.

    "auto" takes numbers if every piece is one, characters if at least a third of the letters belong to a
    script without spaces between words (Chinese, Japanese, Thai, ...), else words.
    Words leave out the spaces; between characters a run of spaces is one token. Text that is not a list of
    numbers is read as words; a notice names the first bad piece and its place, counted from 1.
    """
    if mode not in MODES:
        raise ValueError(f"mode {mode!r} is not one of {', '.join(MODES)}")
    # Half of a surrogate pair is no character: it cannot be sent, so it cannot be shown.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    bad: tuple[Notice, ...] = ()
    if mode in ("auto", "numbers"):
        numbers = _numbers(text)
        if isinstance(numbers, Notice):
            bad = (numbers,) if mode == "numbers" or _is_mostly_numbers(text) else ()
        elif numbers.items or mode == "numbers":
            return numbers
        mode = "characters" if mode == "auto" and _is_spaceless_text(text) else "words"
    items, notices = _limited(_characters(text) if mode == "characters" else _words(text))
    return Tokens(mode, items, None, bad + notices)


def vectors(tokens: Tokens, D: int, seed: int = 0) -> np.ndarray:
    """What an untrained cell reads, (T, D); numbers are themselves, (T, 1).

    Each distinct token has standard normal numbers of its own, drawn from `seed` and its text alone: editing
    one word never changes the vector of another, and a larger D only adds numbers.
    """
    if tokens.values is not None:
        return np.array(tokens.values, dtype=float).reshape(-1, 1)
    drawn = {item: _vector(item, D, seed) for item in set(tokens.items)}
    return np.array([drawn[item] for item in tokens.items], dtype=float).reshape(-1, D)


def spelling(token: str) -> str:
    """How a vocabulary spells `token`: in lower case, with composed letters and a straight apostrophe."""
    return unicodedata.normalize("NFC", token).lower().replace("\u2019", "'")


def _vector(token: str, D: int, seed: int) -> np.ndarray:
    # Composed and decomposed letters look the same, so they are the same token. `hash` differs between runs.
    name = f"{seed}:{unicodedata.normalize('NFC', token)}".encode()
    digest = hashlib.blake2b(name, digest_size=16).digest()
    return np.random.default_rng(int.from_bytes(digest, "little")).standard_normal(D)


def _limited(found: Iterator[str]) -> tuple[tuple[str, ...], tuple[Notice, ...]]:
    """At most LIMIT tokens, and the notice if there were more. The rest of the text is never cut."""
    items = tuple(islice(found, LIMIT + 1))
    if len(items) <= LIMIT:
        return items, ()
    return items[:LIMIT], (Notice("notice.too_long", {"limit": LIMIT}),)


def _numbers(text: str) -> Tokens | Notice:
    """The numbers of a list, or what is wrong with the first piece that is none."""
    items, notices = _limited(match.group() for match in _PIECE.finditer(text))
    values = []
    for place, item in enumerate(items, 1):
        # Full-width digits and the typographic minus are numbers too, as input methods write them.
        plain = unicodedata.normalize("NFKC", item[: LONGEST + 1]).replace("\u2212", "-")
        value = float(plain) if len(item) <= LONGEST and _NUMBER.fullmatch(plain) else np.nan
        if np.isnan(value):
            return Notice("notice.bad_number", {"token": item[:LONGEST], "place": place})
        if abs(value) > LARGEST:
            return Notice("notice.large_number", {"token": item[:LONGEST], "place": place, "limit": int(LARGEST)})
        values.append(value)
    return Tokens("numbers", items, tuple(values), notices)


def _is_mostly_numbers(text: str) -> bool:
    """True if more than half of the pieces are written as numbers: then a bad one is worth a notice."""
    pieces = [match.group() for match in islice(_PIECE.finditer(text), LIMIT)]
    return 2 * sum(_NUMBER.fullmatch(piece) is not None for piece in pieces) > len(pieces)


def _is_spaceless_text(text: str) -> bool:
    letters = [character for character in text[:_SAMPLE] if character.isalpha()]
    # A third, not half: one Chinese character says about as much as two or three letters.
    return bool(letters) and 3 * sum(map(is_spaceless, letters)) >= len(letters)


def _characters(text: str) -> Iterator[str]:
    gap = ""
    for cluster in graphemes(text.strip()):
        if is_space(cluster):
            gap = gap or cluster.replace(ZERO_WIDTH_SPACE, "")
            continue
        if gap:
            yield gap
            gap = ""
        yield cluster


def _words(text: str) -> Iterator[str]:
    """Words, numbers such as 3.5, symbols one by one, runs of one punctuation mark such as "..."."""
    for chunk in _CHUNK.finditer(text):
        clusters = tuple(graphemes(chunk.group()))
        start = 0
        while start < len(clusters):
            end = _word_end(clusters, start) if is_word(clusters[start]) else _run_end(clusters, start)
            yield "".join(clusters[start:end])
            start = end


def _word_end(clusters: tuple[str, ...], start: int) -> int:
    """Index after the word that begins at `start`."""
    end, length = start + 1, len(clusters[start])
    while end < len(clusters):
        pieces = 1 if is_word(clusters[end]) else 2 if _links(*clusters[end - 1 : end + 2]) else 0
        length += sum(map(len, clusters[end : end + pieces]))
        if not pieces or length > LONGEST:
            break
        end += pieces
    return end


def _run_end(clusters: tuple[str, ...], start: int) -> int:
    """Index after the symbol at `start` and its repetitions, if it is a punctuation mark."""
    end = start + 1
    if unicodedata.category(clusters[start][0])[0] == "P":
        while clusters[end : end + 1] == clusters[start : start + 1] and end - start < LONGEST:
            end += 1
    return end


def _links(before: str, link: str, after: str = "") -> bool:
    """True if `link` stands inside a word or a number, and so does not end it."""
    if link in _DIGIT_LINKS:
        return before[-1].isdecimal() and after[:1].isdecimal()
    return link in _WORD_LINKS and after != "" and is_word(after)
