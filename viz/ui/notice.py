"""Sentences for the visitor, with values that may be anybody's text.

Streamlit reads alerts as Markdown. Our sentences hold none, and a value goes into a code span: the one place
where Markdown, mathematics, emoji codes and directives are all left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import streamlit as st

from models.notice import Notice

from ..text import say

MOST = 4  # sentences; a page of complaints helps nobody
NEW_LINE = "  \n"  # as Markdown spells it


def show(lang: str, notices: Iterable[Notice]) -> None:
    """One box with all of them, or nothing."""
    sentences = list(dict.fromkeys(say(lang, notice.key, **spans(notice)) for notice in notices))
    if len(sentences) > MOST:
        sentences[MOST:] = [say(lang, "notice.more", count=len(sentences) - MOST)]
    if sentences:
        st.warning(NEW_LINE.join(sentences), icon=":material/info:")


def spans(notice: Notice) -> dict[str, str]:
    """The values as they stand in the sentence: text literally, numbers without needless digits."""
    return {name: code(value) if isinstance(value, str) else f"{value:g}" for name, value in notice.values.items()}


def code(value: str) -> str:
    """A Markdown code span that shows `value` literally."""
    value = re.sub(r"\s+", " ", value) or " "
    fence = "`" * (max(map(len, re.findall("`+", value)), default=0) + 1)
    # CommonMark takes one space off each end if both are there.
    return f"{fence} {value} {fence}"
