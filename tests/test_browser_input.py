"""What visitors type: anything at all. It appears literally, harms nothing, and never leaves a blank page."""

import pytest
from playwright.sync_api import Page, expect

from tools import live

FREE = {"lesson": "free", "cell": "lstm", "units": 4, "lang": "en"}
MARKUP = ["<script>window.pwned=1</script>", "<b>bold</b>", "%{x}", "$x$", "[a](http://b)", ":material/home:"]
MARKUP += [
    "<img/src=x/onerror=window.pwned=1>",
    "{{x}}",
    "**y**",
    "&amp;",
    "`z`",
    "\\frac{1}{2}",
    "#h",
    ":red[q]",
]
UNICODE = ["👩\u200d👩\u200d👧", "e\u0301", "שלום", "a\u200cb", "🇫🇷", "ﷺ", "\u202eabc", "Z\u0337a\u0334"]


def tokens(page: Page) -> list[str]:
    return page.get_by_test_id("token").evaluate_all("all => all.map(token => token.textContent)")


def healthy(page: Page) -> None:
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    assert page.evaluate("window.pwned") is None


def test_typing_runs_the_cell_on_the_new_text(page: Page, open_link) -> None:
    first = open_link(lang="en")
    live.type_text(page, "the soup was cold and terrible")
    now = live.wait_for_run(page, other_than=first.run)
    assert tokens(page) == ["the", "soup", "was", "cold", "and", "terrible"]
    assert now.step <= 6


def test_an_unknown_word_is_marked_and_explained(page: Page, open_link) -> None:
    open_link(lang="en", text="the zorgon was wonderful")
    unknown = page.get_by_test_id("token").nth(1)
    known = page.get_by_test_id("token").nth(0)
    assert unknown.get_attribute("aria-label") != known.get_attribute("aria-label")
    assert "unknown" in (unknown.get_attribute("class") or "")


def test_characters_are_tokens_where_words_have_no_spaces(page: Page, open_link) -> None:
    open_link(**FREE, text="我在法国长大")
    assert tokens(page) == list("我在法国长大")


@pytest.mark.parametrize("way", ["typed", "link"])
def test_markup_appears_literally_and_harms_nothing(page: Page, open_link, way: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    text = " ".join(MARKUP)
    if way == "link":
        open_link(**FREE, text=text)
    else:
        first = open_link(**FREE)
        live.type_text(page, text)
        live.wait_for_run(page, other_than=first.run)
    assert "".join(tokens(page)).replace(" ", "") == "".join(MARKUP)
    stage = live.stage_root(page)
    assert stage.locator("script, b:text('bold'), img, a[href='http://b']").count() == 0
    page.keyboard.press("Home")
    for _ in tokens(page):  # the card and the diagram speak of each token
        page.keyboard.press("Shift+ArrowRight")
    page.mouse.move(0, 0)
    picture = page.locator(".heatmaplayer image").first.bounding_box()
    assert picture is not None
    for share in (0.02, 0.2, 0.5, 0.95):  # hover speaks of them too
        page.mouse.move(picture["x"] + picture["width"] * share, picture["y"] + picture["height"] / 2)
    healthy(page)


def test_any_unicode(page: Page, open_link) -> None:
    open_link(**FREE, text=" ".join(UNICODE))
    assert "".join(tokens(page)).replace(" ", "") == "".join(UNICODE).replace(" ", "")
    healthy(page)


def test_nul_and_controls(page: Page, open_link) -> None:
    open_link(**FREE, text="a\x00b \x07 c\x1b[31m")
    assert tokens(page)
    healthy(page)


@pytest.mark.parametrize("text", ["", "   \t \u3000 "], ids=["empty", "blank"])
def test_no_text_is_an_invitation(page: Page, server: live.Server, text: str) -> None:
    page.goto(live.link(server.url, **FREE, text=text))
    live.wait_for_rest(page)
    examples = page.locator("[class*=st-key-start-] button")
    expect(examples).to_have_count(3)
    expect(live.stage_root(page).get_by_test_id("play")).to_be_hidden()
    examples.first.click()
    live.wait_for_run(page)
    assert len(tokens(page)) > 3
    healthy(page)


def test_a_text_too_long_is_cut_with_a_notice(page: Page, open_link) -> None:
    open_link(**FREE, text=" ".join(["word"] * 600))
    assert len(tokens(page)) == 512
    expect(page.locator("[data-testid=stAlert]").first).to_contain_text("512")
    page.get_by_test_id("last").click()
    page.locator('[data-testid="stage"][data-step="512"]').wait_for()
    healthy(page)


def test_a_bad_number_is_named_with_its_place(page: Page, open_link) -> None:
    open_link(**FREE, text="0.5 1.5 oops 2.5", mode="numbers")
    notice = page.locator("[data-testid=stAlert]").first
    expect(notice).to_contain_text("oops")
    expect(notice).to_contain_text("3")
    healthy(page)
