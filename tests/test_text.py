"""Tokens are literal pieces of the text, nothing typed raises, and a word's vector is its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.graphemes import LONGEST, graphemes, is_space, visible
from models.notice import Notice
from models.text import LIMIT, MODES, spelling, tokenize, vectors

NASTY = (
    "\0\0a\0",
    "\u200b \u200f\u202e abc",
    "e\u0301" * 3 + "\u0301" * 200,
    "\ud83d \ud800",
    "👨‍👩‍👧‍👦🇩🇪🇫🇷👍🏽 1️⃣",
    "<script>alert(1)</script> %{x} $x$ [a](b) :material/home:",
    "שלום עולם مرحبا",
    "1e999 nan -inf 1_000",
)


@given(st.text(max_size=200), st.sampled_from(MODES))
@example(NASTY[0], "auto")
@example(NASTY[1], "characters")
@example(NASTY[2], "words")
@example(NASTY[4], "auto")
@example(NASTY[7], "numbers")
def test_any_text_gives_tokens_that_stand_in_it_in_order(text: str, mode: str) -> None:
    tokens = tokenize(text, mode)
    assert tokens.mode in MODES[1:]
    place = 0
    for item in tokens.items:
        place = text.index(item, place) + len(item)
        assert 0 < len(item) <= LONGEST
        assert visible(item).strip()
    assert vectors(tokens, 3, seed=0).shape == (len(tokens.items), 1 if tokens.mode == "numbers" else 3)


@given(st.text(max_size=200))
def test_the_mode_that_was_used_gives_the_same_tokens(text: str) -> None:
    tokens = tokenize(text)
    assert tokenize(text, tokens.mode).items == tokens.items


@given(st.text(max_size=200))
def test_words_lose_nothing_but_spaces(text: str) -> None:
    kept = "".join(character for character in text if not is_space(character))
    assert "".join(tokenize(text, "words").items) == kept


@given(st.text(max_size=100))
def test_graphemes_joined_are_the_text(text: str) -> None:
    assert "".join(graphemes(text)) == text


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("mode", MODES)
def test_nasty_text_is_read_in_every_mode(text: str, mode: str) -> None:
    assert tokenize(text, mode).items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("The plot was dull, but I loved it!!!", "The|plot|was|dull|,|but|I|loved|it|!!!"),
        ("Don't (ever) well-made 3.5 1,000.", "Don't|(|ever|)|well-made|3.5|1,000|."),
        ("it’s 'quoted' dogs'", "it’s|'|quoted|'|dogs|'"),
        ("good😀😀ok...", "good|😀|😀|ok|..."),
        ("<b>x</b>", "<|b|>|x|<|/|b|>"),
        ("שלום, צה״ל!", "שלום|,|צה״ל|!"),
        ("한국어 문장", "한국어|문장"),
        ("a\u200bb", "a|b"),
        ("क्षत्रिय e\u0301tude", "क्षत्रिय|e\u0301tude"),
    ],
)
def test_words(text: str, items: str) -> None:
    tokens = tokenize(text)
    assert (tokens.mode, tokens.items, tokens.notices) == ("words", tuple(items.split("|")), ())


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("想要有直升机。", "想|要|有|直|升|机|。"),
        ("日本語のテキスト", "日|本|語|の|テ|キ|ス|ト"),
        ("น้ำ ดี", "น้ำ| |ดี"),
        ("ພາສາ", "ພ|າ|ສ|າ"),
        ("ខ្មែរ", "ខ្មែ|រ"),
        ("မြန်မာ", "မြ|န်|မာ"),
        ("我喜欢 LSTM", "我|喜|欢| |L|S|T|M"),
    ],
)
def test_scripts_without_spaces_are_read_by_characters(text: str, items: str) -> None:
    tokens = tokenize(text)
    assert (tokens.mode, tokens.items) == ("characters", tuple(items.split("|")))


def test_a_few_foreign_characters_do_not_cut_the_words_around_them() -> None:
    assert tokenize("I love 北京 very much").items == ("I", "love", "北京", "very", "much")


@pytest.mark.parametrize(
    "character",
    [
        "e\u0301\u0323",
        "👨‍👩‍👧‍👦",
        "👍🏽",
        "🇩🇪",
        "1️⃣",
        "❤️",
        "🏴\U000e0067\U000e0062\U000e0065\U000e007f",
        "한",
        "क्ष",
        "ก้",
    ],
)
def test_a_drawn_character_stays_in_one_piece(character: str) -> None:
    assert tuple(graphemes("x" + character + character + "x")) == ("x", character, character, "x")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1 2.5 -3e2", (1, 2.5, -300)),
        ("0.1,0.2, 0.3\n.4;5.", (0.1, 0.2, 0.3, 0.4, 5)),
        ("１２、−3", (12, -3)),
    ],
)
def test_numbers(text: str, values: tuple[float, ...]) -> None:
    tokens = tokenize(text)
    assert (tokens.mode, tokens.values, tokens.notices) == ("numbers", values, ())
    np.testing.assert_array_equal(vectors(tokens, 8)[:, 0], values)


@pytest.mark.parametrize(
    ("text", "mode", "notice"),
    [
        ("1 2 three 4", "auto", Notice("notice.bad_number", {"token": "three", "place": 3})),
        ("one two", "numbers", Notice("notice.bad_number", {"token": "one", "place": 1})),
        ("0.5, nan", "numbers", Notice("notice.bad_number", {"token": "nan", "place": 2})),
        ("1,two, 3", "auto", Notice("notice.bad_number", {"token": "two", "place": 2})),
        ("3 1e999", "auto", Notice("notice.large_number", {"token": "1e999", "place": 2, "limit": 10**6})),
        ("3 -inf", "auto", Notice("notice.large_number", {"token": "-inf", "place": 2, "limit": 10**6})),
    ],
)
def test_a_bad_number_is_named_with_its_place_and_the_text_read_as_words(text: str, mode: str, notice: Notice) -> None:
    tokens = tokenize(text, mode)
    assert tokens.mode == "words"
    assert tokens.values is None
    assert tokens.notices == (notice,)


def test_prose_with_numbers_in_it_is_no_failed_list_of_numbers() -> None:
    assert tokenize("We bought 3 apples and 4 pears").notices == ()


@pytest.mark.parametrize("text", ["", "  \n\t", "\u200b\u3000"])
def test_blank_text_gives_no_tokens_and_no_notice(text: str) -> None:
    for mode in MODES:
        tokens = tokenize(text, mode)
        assert (tokens.items, tokens.notices) == ((), ())
    assert vectors(tokenize(text), 4).shape == (0, 4)


@pytest.mark.parametrize("text", ["a " * 600, "漢" * 600, "1 " * 600, "!?" * 600, "x" * (600 * LONGEST)])
def test_a_long_text_is_cut_with_a_notice(text: str) -> None:
    tokens = tokenize(text)
    assert len(tokens.items) == LIMIT
    assert tokens.notices == (Notice("notice.too_long", {"limit": LIMIT}),)


def test_a_text_at_the_limit_is_not_cut() -> None:
    assert tokenize("a " * LIMIT).notices == ()


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="'sentences' is not one of auto, words"):
        tokenize("x", "sentences")


def test_editing_one_word_changes_no_other_vector() -> None:
    before = vectors(tokenize("the cat sat on the mat"), 5, seed=3)
    after = vectors(tokenize("the dog sat on the mat"), 5, seed=3)
    changed = np.any(before != after, axis=1)
    np.testing.assert_array_equal(changed, [False, True, False, False, False, False])
    np.testing.assert_array_equal(before[0], before[4])
    np.testing.assert_array_equal(vectors(tokenize("the"), 7, seed=3)[0, :5], before[0])
    assert np.any(vectors(tokenize("the"), 5, seed=4) != before[0])


def test_vectors_are_the_same_in_every_process() -> None:
    np.testing.assert_allclose(vectors(tokenize("a"), 3, seed=0), [[0.84872323, 0.51118456, 0.50716434]], 1e-7)


def test_composed_and_decomposed_letters_are_one_token() -> None:
    np.testing.assert_array_equal(*vectors(tokenize("é e\u0301"), 4))
    assert spelling("DIDN’T") == "didn't"
    assert spelling("E\u0301") == "é"


def test_what_has_no_picture_is_made_visible() -> None:
    assert visible("\0") == "␀"
    assert visible(" ") == "␠"
    assert visible("\u200f") == "U+200F"
    assert visible("a\u200f") == "a\u200f"
