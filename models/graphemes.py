"""What a reader takes for one character: a base with its marks, an emoji with its joined parts, a flag.

The rules are those of Unicode's UAX 29 as far as `unicodedata` can tell them; the standard library has no
grapheme iterator. Where UAX 29 leaves a choice, what is drawn in one place stays in one piece.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

ZERO_WIDTH_SPACE = "\u200b"
LONGEST = 64  # code points; marks can be piled up without end, and a page cannot show that
_JOINER = "\u200d"
# Signs that stack the consonant after them under the one before. The visible killers of other scripts
# (Tamil, Thai, the asat of Myanmar) have the same combining class and do not join.
_STACKERS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2")
# Vowel signs of Thai and Lao that Unicode counts as letters; they are drawn onto the syllable.
_SARA_AM = frozenset("\u0e33\u0eb3")
_SPACELESS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # 々〆〇
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),
    (0x1B000, 0x1B16F),
    (0x20000, 0x323AF),
)


def graphemes(text: str) -> Iterator[str]:
    """The characters of `text` as a reader sees them; joined, they are `text` again. None exceeds LONGEST."""
    cluster = ""
    for character in text:
        if cluster and (len(cluster) == LONGEST or not _joins(cluster, character)):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def is_space(character: str) -> bool:
    """True for whitespace and the zero-width space, which separates words where no gap is drawn."""
    return character.isspace() or character == ZERO_WIDTH_SPACE


def is_spaceless(cluster: str) -> bool:
    """True if `cluster` is a letter of a script that puts no spaces between words."""
    return cluster[0].isalpha() and any(low <= ord(cluster[0]) <= high for low, high in _SPACELESS)


def is_word(cluster: str) -> bool:
    """True if `cluster` can be part of a word: its base is a letter, digit or mark, or an underscore."""
    base = next((c for c in cluster if unicodedata.category(c) != "Cf"), "")
    return base == "_" or unicodedata.category(base or " ")[0] in "LMN"


def visible(token: str) -> str:
    """`token` as it can be shown: what has no picture of its own gets one, all else stays as it is."""
    if any(_has_picture(character) for character in token):
        return "".join(_picture(c) if unicodedata.category(c) == "Cc" else c for c in token)
    return "".join(_picture(character) for character in token)


def _joins(cluster: str, character: str) -> bool:
    """True if `character` belongs to the same drawn character as `cluster`, which it follows."""
    last, code = cluster[-1], ord(character)
    if is_space(character) or is_space(last):
        return False
    category, before = unicodedata.category(character), unicodedata.category(last)
    if category == "Cc" or before == "Cc":
        return False
    if category in ("Mn", "Mc", "Me", "Cf") or character in _SARA_AM or 0x1F3FB <= code <= 0x1F3FF:
        return True  # marks, joiners, direction signs, tag characters; vowel signs; skin tones
    if all(unicodedata.category(c) == "Cf" for c in cluster):
        return True  # an invisible sign at the start goes with what it stands before
    if last == _JOINER:
        return category[0] == "S"
    if last in _STACKERS:
        return category == "Lo"
    if _is_regional(character):
        return _is_regional(last) and sum(map(_is_regional, cluster)) % 2 == 1  # two letters make a flag
    # Korean written in single letters: vowels and finals belong to the syllable that a consonant opened.
    return (0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FB) and (
        0x1100 <= ord(last) <= 0x11FF or 0xA960 <= ord(last) <= 0xA97C or 0xAC00 <= ord(last) <= 0xD7FB
    )


def _is_regional(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def _has_picture(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Zs", "Zl", "Zp", "Cn", "Co")


def _picture(character: str) -> str:
    code = ord(character)
    if code <= 0x20:
        return chr(0x2420 if code == 0x20 else 0x2400 + code)  # Unicode's own pictures of control characters
    if code == 0x7F:
        return "\u2421"
    return character if _has_picture(character) else f"U+{code:04X}"
